package api

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/schema"
)

// The members that only one side sends, by the keyword that says so.
const (
	ofAnswers  = "readOnly"
	ofRequests = "writeOnly"
)

// withoutMembers returns a JSON value that fits a schema without the members that the schema marks with a keyword.
func withoutMembers(s *schema.Schema, data []byte, keyword string) ([]byte, error) {
	var root, value any
	definitions := new(schema.Definitions)
	if err := errors.Join(json.Unmarshal(s.JSON(definitions), &root), json.Unmarshal(data, &value)); err != nil {
		return nil, err
	}
	m := marked{keyword: keyword, named: make(map[string]any), found: make(map[jsontext.Pointer]bool)}
	for name, definition := range definitions.All() {
		var form any
		if err := json.Unmarshal(definition, &form); err != nil {
			return nil, err
		}
		m.named[name] = form
	}
	m.look(root, value, "")
	if len(m.found) == 0 {
		return data, nil
	}
	return m.rewrite(data)
}

// marked finds the marked members of a value.
type marked struct {
	keyword string
	named   map[string]any            // schemas
	found   map[jsontext.Pointer]bool // places in the value
}

// look walks through a value along its schema. The value gets smaller or the schema does, so that it ends.
func (m *marked) look(form, value any, at jsontext.Pointer) {
	f, _ := form.(map[string]any)
	if ref, ok := f["$ref"].(string); ok {
		m.look(m.named[ref[strings.LastIndexByte(ref, '/')+1:]], value, at)
	}
	for _, choices := range []string{"anyOf", "oneOf", "allOf"} {
		list, _ := f[choices].([]any)
		for _, choice := range list {
			if fits(m.resolve(choice), value) {
				m.look(choice, value, at)
			}
		}
	}
	switch v := value.(type) {
	case []any:
		for i := range v {
			m.look(f["items"], v[i], at.AppendToken(strconv.Itoa(i)))
		}
	case map[string]any:
		properties, _ := f["properties"].(map[string]any)
		for name, member := range v {
			own, known := properties[name]
			if !known {
				own = f["additionalProperties"]
			}
			if about, _ := own.(map[string]any); about[m.keyword] == true {
				m.found[at.AppendToken(name)] = true
				continue
			}
			m.look(own, member, at.AppendToken(name))
		}
	}
}

func (m *marked) resolve(form any) map[string]any {
	f, _ := form.(map[string]any)
	if ref, ok := f["$ref"].(string); ok {
		f, _ = m.named[ref[strings.LastIndexByte(ref, '/')+1:]].(map[string]any)
	}
	return f
}

// fits reports whether a value may be of the case of a union: no member contradicts a constant.
func fits(form map[string]any, value any) bool {
	v, _ := value.(map[string]any)
	properties, _ := form["properties"].(map[string]any)
	for name, member := range v {
		about, _ := properties[name].(map[string]any)
		if only, ok := about["const"]; ok && only != member {
			return false
		}
	}
	return true
}

// rewrite copies a value without the members that were found.
func (m *marked) rewrite(data []byte) ([]byte, error) {
	var out bytes.Buffer
	dec, enc := jsontext.NewDecoder(bytes.NewReader(data)), jsontext.NewEncoder(&out)
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
		}
		if err != nil {
			return nil, err
		}
		token = token.Clone()
		if kind, n := dec.StackIndex(dec.StackDepth()); kind == '{' && n%2 == 1 && m.found[dec.StackPointer()] {
			err = dec.SkipValue()
		} else {
			err = enc.WriteToken(token)
		}
		if err != nil {
			return nil, err
		}
	}
}
