package problem

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MarshalJSON writes the problem as RFC 9457, section 3: members in a fixed order, then the extensions
// by name. It does not fail on what a handler put in: bad UTF-8 is replaced, extensions
// without a JSON form are left out.
func (p *Problem) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := jsontext.NewEncoder(&out, jsontext.AllowInvalidUTF8(true))
	text := func(name, value string) error {
		if value == "" {
			return nil
		}
		return errors.Join(enc.WriteToken(jsontext.String(name)), enc.WriteToken(jsontext.String(value)))
	}
	err := errors.Join(
		enc.WriteToken(jsontext.BeginObject),
		text("type", p.Type),
		text("title", p.Title),
		p.encodeStatus(enc),
		text("detail", p.Detail),
		text("instance", p.Instance),
		text("code", p.Code),
		text("id", p.ID),
		p.encodeErrors(enc),
		p.encodeExtensions(enc),
		enc.WriteToken(jsontext.EndObject),
	)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

func (p *Problem) encodeStatus(enc *jsontext.Encoder) error {
	if p.Status == 0 {
		return nil
	}
	return errors.Join(enc.WriteToken(jsontext.String("status")), enc.WriteToken(jsontext.Int(int64(p.Status))))
}

func (p *Problem) encodeErrors(enc *jsontext.Encoder) error {
	if len(p.Errors) == 0 {
		return nil
	}
	return errors.Join(enc.WriteToken(jsontext.String("errors")), json.MarshalEncode(enc, p.Errors))
}

func (p *Problem) encodeExtensions(enc *jsontext.Encoder) error {
	written := make(map[string]bool, len(p.Extensions))
	for _, key := range slices.Sorted(maps.Keys(p.Extensions)) {
		value, err := json.Marshal(p.Extensions[key], json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
		name := string(bytes.ToValidUTF8([]byte(key), []byte("\uFFFD")))
		if err != nil || isMember(name) || written[name] {
			continue
		}
		written[name] = true
		if err := errors.Join(enc.WriteToken(jsontext.String(name)), enc.WriteValue(value)); err != nil {
			return err
		}
	}
	return nil
}

// UnmarshalJSON reads what [Parse] reads.
func (p *Problem) UnmarshalJSON(data []byte) error {
	parsed, err := Parse(data)
	if err != nil {
		return err
	}
	*p = *parsed
	return nil
}

// Parse reads a problem from JSON. As RFC 9457, section 3.1 asks, a member of
// the wrong type is ignored rather than refused. Unknown members become Extensions.
// Anything but one well-formed JSON object, duplicate names included, is an error.
func Parse(data []byte) (*Problem, error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("problem: parse: %w", err)
	}
	if members == nil {
		return nil, errors.New("problem: parse: null is not a problem")
	}
	p := new(Problem)
	for name, value := range members {
		if !isMember(name) {
			p.extend(name, value)
			continue
		}
		switch name {
		case "type":
			p.Type = stringOf(value)
		case "title":
			p.Title = stringOf(value)
		case "detail":
			p.Detail = stringOf(value)
		case "instance":
			p.Instance = stringOf(value)
		case "code":
			p.Code = stringOf(value)
		case "id":
			p.ID = stringOf(value)
		case "status":
			p.Status = statusOf(value)
		case "errors":
			p.Errors = violationsOf(value)
		}
	}
	return p, nil
}

// isMember reports whether name is a member of its own rather than an extension.
func isMember(name string) bool {
	switch name {
	case "type", "title", "status", "detail", "instance", "code", "id", "errors":
		return true
	}
	return false
}

func (p *Problem) extend(name string, value jsontext.Value) {
	var decoded any
	if json.Unmarshal(value, &decoded) != nil {
		return // a number beyond float64
	}
	if p.Extensions == nil {
		p.Extensions = make(map[string]any)
	}
	p.Extensions[name] = decoded
}

func stringOf(value jsontext.Value) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

func statusOf(value jsontext.Value) int {
	var status int
	if json.Unmarshal(value, &status) != nil || status < 100 || status > 999 {
		return 0
	}
	return status
}

func violationsOf(value jsontext.Value) []Violation {
	var violations []Violation
	if json.Unmarshal(value, &violations) != nil || len(violations) == 0 {
		return nil
	}
	return violations
}
