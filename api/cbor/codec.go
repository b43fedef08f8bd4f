package cbor

import (
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"
	"github.com/vade-go/vade/schema"
)

// Codec turns CBOR into JSON and back. It is safe for concurrent use.
type Codec struct{}

// MediaType is "application/cbor".
func (Codec) MediaType() string { return "application/cbor" }

// ToJSON returns a document as JSON, with the members of objects in their order. It refuses what JSON cannot say.
func (Codec) ToJSON(data []byte) ([]byte, error) {
	m, err := modes()
	if err != nil {
		return nil, err
	}
	out, err := toJSON(data, m.reading)
	if err != nil {
		return nil, fmt.Errorf("cbor: read a document: %w", err)
	}
	return out, nil
}

// FromJSON returns a JSON value as a document in the core deterministic encoding. It refuses more than 64 levels.
func (Codec) FromJSON(data []byte) ([]byte, error) {
	m, err := modes()
	if err != nil {
		return nil, err
	}
	v, err := fromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("cbor: read JSON: %w", err)
	}
	out, err := m.writing.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("cbor: write a document: %w", err)
	}
	return out, nil
}

// both are the ways of the library, with the options below.
type both struct {
	reading cbor.DecMode
	writing cbor.EncMode
}

// most bounds what an array or a map may say of its length. Nobody makes room for what is not there, so the document is the bound, and the
// limit of the operation on bodies that of the document.
const most = 1<<31 - 1

var modes = sync.OnceValues(func() (both, error) {
	undefined := cbor.WithRejectedSimpleValue(cbor.SimpleValue(23))
	simple, err := cbor.NewSimpleValueRegistryFromDefaults(undefined)
	if err != nil {
		return both{}, err
	}
	reading, err := cbor.DecOptions{
		MaxNestedLevels:  schema.MaxDepth,
		MaxArrayElements: most,
		MaxMapPairs:      most,
		TimeTagToAny:     cbor.TimeTagToRFC3339Nano,
		SimpleValues:     simple,
		NaN:              cbor.NaNDecodeForbidden,
		Inf:              cbor.InfDecodeForbidden,
	}.DecMode()
	if err != nil {
		return both{}, err
	}
	writing, err := cbor.CoreDetEncOptions().EncMode()
	return both{reading, writing}, err
})
