package cbor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/schema"
)

// fromJSON returns a JSON value as what the library writes.
func fromJSON(data []byte) (any, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	v, err := read(dec)
	if err != nil {
		return nil, err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("data after the value")
	}
	return v, nil
}

func read(dec *jsontext.Decoder) (any, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	if dec.StackDepth() > schema.MaxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", schema.MaxDepth)
	}
	switch token.Kind() {
	case '[':
		return readArray(dec)
	case '{':
		return readObject(dec)
	case '0':
		return number(token.String())
	case '"':
		return token.String(), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil // null: the decoder lets nothing else pass
}

func readArray(dec *jsontext.Decoder) (any, error) {
	list := []any{}
	for dec.PeekKind() != ']' {
		v, err := read(dec)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

func readObject(dec *jsontext.Decoder) (any, error) {
	members := map[string]any{}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if members[name], err = read(dec); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return members, err
}

// longest is that of an integer of 128 bytes in decimal digits, with its sign.
const longest = 310

// number keeps an integer, and reads what has a fraction or an exponent as a float, and -0, which no integer can say.
func number(text string) (any, error) {
	if strings.ContainsAny(text, ".eE") || text == "-0" {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, errors.New("a number is larger than a float can be")
		}
		return f, nil
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i, nil
	}
	if u, err := strconv.ParseUint(text, 10, 64); err == nil {
		return u, nil
	}
	if len(text) <= longest {
		if i, ok := new(big.Int).SetString(text, 10); ok && i.BitLen() <= widest {
			return i, nil
		}
	}
	return nil, fmt.Errorf("an integer has %d digits, more than %d bits", len(text), widest)
}
