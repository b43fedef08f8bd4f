package schema

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// keywords is a JSON object in the making: JSON Schema keywords in the order in which they are written.
type keywords []keyword

type keyword struct {
	name  string
	value jsontext.Value
}

// plainOptions write the values of keywords, and are made once: a large program has thousands.
var plainOptions = sync.OnceValue(func() json.Options { return json.JoinOptions(JSONOptions(), json.Deterministic(true)) })

// with adds a keyword, or replaces the one of that name. Values are plain data, which always has a JSON form.
func (k keywords) with(name string, value any) keywords {
	raw, err := json.Marshal(value, plainOptions())
	if err != nil {
		raw = jsontext.Value("null")
	}
	if i := slices.IndexFunc(k, func(w keyword) bool { return w.name == name }); i >= 0 {
		k[i].value = raw
		return k
	}
	return append(k, keyword{name, raw})
}

func (k keywords) clone() keywords { return slices.Clone(k) }

// get returns the value of a keyword, nil if there is none.
func (k keywords) get(name string) jsontext.Value {
	for _, w := range k {
		if w.name == name {
			return w.value
		}
	}
	return nil
}

func (k keywords) render() jsontext.Value {
	out := []byte{'{'}
	for i, w := range k {
		if i > 0 {
			out = append(out, ',')
		}
		// Names come from Go identifiers, tags, and parsed JSON: they are valid UTF-8.
		out, _ = jsontext.AppendQuote(out, w.name)
		out = append(out, ':')
		out = append(out, w.value...)
	}
	return append(out, '}')
}

// parseKeywords reads a schema that a type wrote about itself. True is the schema without keywords.
func parseKeywords(data []byte) (keywords, error) {
	raw := jsontext.Value(bytes.Clone(data))
	if err := raw.Compact(); err != nil {
		return nil, fmt.Errorf("JSONSchema returned malformed JSON: %w", err)
	}
	switch raw.Kind() {
	case 't':
		return nil, nil
	case 'f':
		return keywords{}.with("not", struct{}{}), nil
	case '{':
	default:
		return nil, errors.New("JSONSchema returned neither an object nor a boolean")
	}
	dec := jsontext.NewDecoder(bytes.NewReader(raw))
	var k keywords
	_, err := dec.ReadToken()
	for err == nil && dec.PeekKind() != '}' {
		var name jsontext.Token
		var value jsontext.Value
		if name, err = dec.ReadToken(); err != nil {
			break
		}
		text := name.String()
		if value, err = dec.ReadValue(); err == nil {
			k = append(k, keyword{text, value.Clone()})
		}
	}
	return k, err
}

// orNull widens a schema by null: in its type if that says everything, as a choice otherwise.
func orNull(k keywords) keywords {
	if len(k) == 0 {
		return k // any JSON includes null
	}
	if kind := k.get("type"); kind.Kind() == '"' && !slices.ContainsFunc(k, restrictsNull) {
		return k.clone().with("type", []jsontext.Value{kind, jsontext.Value(`"null"`)})
	}
	return keywords{}.with("anyOf", []jsontext.Value{k.render(), jsontext.Value(`{"type":"null"}`)})
}

// restrictsNull tells the keywords that say something about values of every type.
func restrictsNull(w keyword) bool {
	switch w.name {
	case "enum", "const", "not", "if", "allOf", "anyOf", "oneOf", "$ref", "$dynamicRef":
		return true
	}
	return false
}
