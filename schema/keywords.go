package schema

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// keywords is a JSON object in the making: JSON Schema keywords in the order in which they are written.
type keywords []keyword

type keyword struct {
	name  string
	value string // JSON
}

// plainOptions write the rarer values of keywords, and are made once.
var plainOptions = sync.OnceValue(func() json.Options { return json.JoinOptions(JSONOptions(), json.Deterministic(true)) })

// with adds a keyword, or replaces the one of that name. Values are plain data, which always has a JSON form.
func (k keywords) with(name string, value any) keywords { return k.set(name, written(value)) }

// set is with for a value that is JSON already.
func (k keywords) set(name, value string) keywords {
	for i := range k {
		if k[i].name == name {
			k[i].value = value
			return k
		}
	}
	if cap(k) == 0 {
		k = make(keywords, 0, 6) // most have two to six
	}
	return append(k, keyword{name, value})
}

// written returns plain data as JSON. A large program has thousands of values, and nearly all are of the kinds that do without the library.
func written(value any) string {
	switch v := value.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	}
	raw, err := json.Marshal(value, plainOptions())
	if err != nil {
		return "null"
	}
	return string(raw)
}

// text is with for a text.
func (k keywords) text(name, value string) keywords { return k.set(name, quoted(value)) }

// quoted returns a text as JSON; null when it is not UTF-8.
func quoted(text string) string {
	if needsNoEscape(text) {
		return `"` + text + `"`
	}
	raw, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		return "null"
	}
	return string(raw)
}

// needsNoEscape reports whether a text stands in JSON as it is, between quotation marks.
func needsNoEscape(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// get returns the value of a keyword, "" if there is none.
func (k keywords) get(name string) string {
	for _, w := range k {
		if w.name == name {
			return w.value
		}
	}
	return ""
}

// render returns the object.
func (k keywords) render() string { return string(k.append(nil)) }

// append appends the object to JSON.
func (k keywords) append(out []byte) []byte {
	size := 2
	for _, w := range k {
		size += len(w.name) + len(w.value) + len(`"":,`)
	}
	out = append(slices.Grow(out, size), '{')
	for i, w := range k {
		if i > 0 {
			out = append(out, ',')
		}
		if needsNoEscape(w.name) {
			out = append(append(append(out, '"'), w.name...), '"')
		} else { // names come from Go identifiers, tags, and parsed JSON: they are valid UTF-8
			out = append(out, quoted(w.name)...)
		}
		out = append(append(out, ':'), w.value...)
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
		return keywords{}.set("not", `{}`), nil
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
			k = append(k, keyword{text, string(value)})
		}
	}
	return k, err
}

// orNull widens a schema by null: in its type if that says everything, as a choice otherwise.
func orNull(k keywords) keywords {
	if len(k) == 0 {
		return k // any JSON includes null
	}
	if kind := k.get("type"); strings.HasPrefix(kind, `"`) && !slices.ContainsFunc(k, restrictsNull) {
		return k.set("type", "["+kind+`,"null"]`)
	}
	return keywords{}.set("anyOf", "["+k.render()+`,{"type":"null"}]`)
}

// restrictsNull tells the keywords that say something about values of every type.
func restrictsNull(w keyword) bool {
	switch w.name {
	case "enum", "const", "not", "if", "allOf", "anyOf", "oneOf", "$ref", "$dynamicRef":
		return true
	}
	return false
}
