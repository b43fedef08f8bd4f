package cbor

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// The tags that JSON has a word for (RFC 8949, section 3.4, and the registry of IANA).
const (
	tagTimeText = 0
	tagTime     = 1
	tagInteger  = 2
	tagNegative = 3
	tagURI      = 32
	tagUUID     = 37
	tagSelfSaid = 55799
)

// widest is the longest integer in bits: to write a number in decimal takes more than linear time.
const widest = 128 * 8

var errTag = errors.New("a tag has no form in JSON, or not with this value")

// toJSON writes a document as JSON while it reads it, so that a value in it takes no more memory than its JSON does. What is well-formed,
// and how deep it may be, the library says before.
func toJSON(document []byte, dec cbor.DecMode) ([]byte, error) {
	if err := dec.Wellformed(document); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	c := converter{reader: reader{document}, enc: jsontext.NewEncoder(&out), dec: dec}
	if err := c.value(); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

type converter struct {
	reader
	enc *jsontext.Encoder
	dec cbor.DecMode // for times
}

// value converts the item that comes next.
func (c *converter) value() error {
	if major := c.next(); major == majorTag {
		return c.tagged()
	}
	h := c.head()
	switch h.major {
	case majorUnsigned:
		return c.enc.WriteToken(jsontext.Uint(h.argument))
	case majorNegative:
		return c.negative(h.argument)
	case majorBytes:
		return c.base64(h)
	case majorText:
		return c.text(h)
	case majorArray:
		return c.array(h)
	case majorMap:
		return c.object(h)
	}
	return c.simple(h)
}

func (c *converter) negative(n uint64) error {
	if i := int64(n); i >= 0 {
		return c.enc.WriteToken(jsontext.Int(-1 - i))
	}
	return c.integer(new(big.Int).Not(new(big.Int).SetUint64(n))) // -1-n
}

// integer writes one of any size that is bearable.
func (c *converter) integer(i *big.Int) error {
	if i.BitLen() > widest {
		return fmt.Errorf("an integer has %d bits, of at most %d", i.BitLen(), widest)
	}
	return c.enc.WriteValue(i.Append(c.enc.AvailableBuffer(), 10))
}

func (c *converter) base64(h head) error {
	content, err := c.content(h)
	if err != nil {
		return err
	}
	quoted := append(c.enc.AvailableBuffer(), '"')
	return c.enc.WriteValue(append(base64.StdEncoding.AppendEncode(quoted, content), '"'))
}

func (c *converter) text(h head) error {
	content, err := c.content(h)
	if err != nil {
		return err
	}
	quoted, err := jsontext.AppendQuote(c.enc.AvailableBuffer(), content)
	if err != nil {
		return err
	}
	return c.enc.WriteValue(quoted)
}

func (c *converter) array(h head) error {
	if err := c.enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for n := uint64(0); !c.ended(h, n); n++ {
		if err := c.value(); err != nil {
			return err
		}
	}
	return c.enc.WriteToken(jsontext.EndArray)
}

// object converts a map. The encoder refuses a name that was there.
func (c *converter) object(h head) error {
	if err := c.enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for n := uint64(0); !c.ended(h, n); n++ {
		if c.next() != majorText {
			return errors.New("a key of a map is not text")
		}
		if err := c.text(c.head()); err != nil {
			return err
		}
		if err := c.value(); err != nil {
			return err
		}
	}
	return c.enc.WriteToken(jsontext.EndObject)
}

func (c *converter) simple(h head) error {
	switch h.info {
	case 20, 21:
		return c.enc.WriteToken(jsontext.Bool(h.info == 21))
	case 22:
		return c.enc.WriteToken(jsontext.Null)
	}
	f, err := h.float()
	if err != nil {
		return err
	}
	return c.enc.WriteToken(jsontext.Float(f))
}

// tagged converts an item with a tag.
func (c *converter) tagged() error {
	whole := c.data
	tag := c.head().argument
	switch major := c.next(); {
	case tag == tagTimeText || tag == tagTime:
		return c.time(whole)
	case (tag == tagInteger || tag == tagNegative) && major == majorBytes:
		return c.bignum(tag)
	case tag == tagURI && major == majorText, tag == tagSelfSaid:
		return c.value()
	case tag == tagUUID && major == majorBytes:
		return c.uuid()
	}
	return errTag
}

// time leaves the many forms of a time to the library.
func (c *converter) time(item []byte) error {
	var v any
	rest, err := c.dec.UnmarshalFirst(item, &v)
	if err != nil {
		return err
	}
	c.data = rest
	text, ok := v.(string)
	if !ok {
		return errTag
	}
	return c.enc.WriteToken(jsontext.String(text))
}

func (c *converter) bignum(tag uint64) error {
	content, err := c.content(c.head())
	if err != nil {
		return err
	}
	i := new(big.Int).SetBytes(content)
	if tag == tagNegative {
		i.Not(i) // -1-n
	}
	return c.integer(i)
}

func (c *converter) uuid() error {
	content, err := c.content(c.head())
	if err != nil {
		return err
	}
	if len(content) != 16 {
		return errTag
	}
	h := hex.EncodeToString(content)
	return c.enc.WriteToken(jsontext.String(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]))
}
