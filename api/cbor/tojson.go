package cbor

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/fxamacker/cbor/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// The tags that JSON has a word for, besides those that the library resolves (RFC 8949, section 3.4, and the registry of IANA).
const (
	tagURI      = 32
	tagUUID     = 37
	tagSelfSaid = 55799
)

// widest is the longest integer in bits: to write a number in decimal takes more than linear time.
const widest = 128 * 8

func toJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := jsontext.NewEncoder(&out)
	if err := write(enc, v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func write(enc *jsontext.Encoder, v any) error {
	switch v := v.(type) {
	case nil:
		return enc.WriteToken(jsontext.Null)
	case bool:
		return enc.WriteToken(jsontext.Bool(v))
	case uint64:
		return enc.WriteToken(jsontext.Uint(v))
	case int64:
		return enc.WriteToken(jsontext.Int(v))
	case float64:
		return enc.WriteToken(jsontext.Float(v))
	case big.Int:
		if v.BitLen() > widest {
			return fmt.Errorf("an integer has %d bits, of at most %d", v.BitLen(), widest)
		}
		return enc.WriteValue(jsontext.Value(v.String()))
	case string:
		return enc.WriteToken(jsontext.String(v))
	case []byte:
		return enc.WriteToken(jsontext.String(base64.StdEncoding.EncodeToString(v)))
	case []any:
		return writeArray(enc, v)
	case map[string]any:
		return writeObject(enc, v)
	case cbor.Tag:
		return writeTag(enc, v)
	}
	return fmt.Errorf("JSON has no word for a %T", v)
}

func writeArray(enc *jsontext.Encoder, list []any) error {
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, v := range list {
		if err := write(enc, v); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndArray)
}

func writeObject(enc *jsontext.Encoder, members map[string]any) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := write(enc, members[name]); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

func writeTag(enc *jsontext.Encoder, tag cbor.Tag) error {
	switch content := tag.Content.(type) {
	case string:
		if tag.Number == tagURI {
			return write(enc, content)
		}
	case []byte:
		if tag.Number == tagUUID && len(content) == 16 {
			h := hex.EncodeToString(content)
			return write(enc, h[:8]+"-"+h[8:12]+"-"+h[12:16]+"-"+h[16:20]+"-"+h[20:])
		}
	}
	if tag.Number == tagSelfSaid {
		return write(enc, tag.Content)
	}
	return errors.New("a tag has no form in JSON, or not with this value")
}
