package schema

import (
	"errors"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// textRules are the constraints of a text.
type textRules struct {
	minLength, maxLength int // in Unicode code points; unlimited is negative
	pattern              *pattern
	format               *format
	enum                 []string
	listed               string // the values of enum, as a message says them
}

func (t *textRules) check(r *report, s string) {
	if t.minLength >= 0 || t.maxLength >= 0 {
		t.checkLength(r, s)
	}
	if t.pattern != nil && !t.pattern.match(s) {
		r.add(CodePattern, "must match the pattern %s", t.pattern.text)
	}
	if t.format != nil && !t.format.match(s) {
		r.add(CodeFormat, "must be %s", t.format.means)
	}
	if t.enum != nil && !slices.Contains(t.enum, s) {
		r.add(CodeEnum, "must be one of %s", t.listed)
	}
}

func (t *textRules) any() bool {
	return t.minLength >= 0 || t.maxLength >= 0 || t.pattern != nil || t.format != nil || t.enum != nil
}

// checkLength counts characters only when the number of bytes leaves the answer open: a character is 1 to 4 bytes.
func (t *textRules) checkLength(r *report, s string) {
	if len(s) >= t.minLength*utf8.UTFMax && (t.maxLength < 0 || len(s) <= t.maxLength) {
		return
	}
	n := utf8.RuneCountInString(s)
	if n < t.minLength {
		r.add(CodeMinLength, "must have at least %s", count(t.minLength, "character"))
	}
	if t.maxLength >= 0 && n > t.maxLength {
		r.add(CodeMaxLength, "must have at most %s", count(t.maxLength, "character"))
	}
}

func (t *textRules) describe(k keywords) keywords {
	if t.format != nil {
		k = k.text("format", t.format.name)
	}
	if t.pattern != nil {
		k = k.text("pattern", t.pattern.text)
	}
	if t.minLength >= 0 {
		k = k.with("minLength", t.minLength)
	}
	if t.maxLength >= 0 {
		k = k.with("maxLength", t.maxLength)
	}
	if t.enum != nil {
		k = k.with("enum", t.enum)
	}
	return k
}

// intern returns the value of enum that b spells, which spares a copy of b.
func (t *textRules) intern(b []byte) (string, bool) {
	for _, s := range t.enum {
		if s == string(b) {
			return s, true
		}
	}
	return "", false
}

// stringNode is the schema of a Go string.
type stringNode struct{ rules textRules }

const wantString = "a string"

func (n *stringNode) decode(d *decoder, v reflect.Value) error {
	if d.peek() != '"' {
		return d.mismatch(wantString)
	}
	text, escaped, err := d.unquoted()
	if err != nil {
		return err
	}
	s, ok := n.rules.intern(text)
	switch {
	case ok:
	case escaped:
		s = string(text)
	default:
		s = d.copies.take(d.data, d.pos-1-len(text), d.pos-1)
	}
	n.rules.check(&d.report, s)
	v.SetString(s)
	return nil
}

func (n *stringNode) check(r *report, v reflect.Value) {
	if text := v.String(); isUTF8(r, text) {
		n.rules.check(r, text)
	}
}

func (n *stringNode) describe(_ *Definitions, k keywords) keywords {
	return n.rules.describe(stringForm(k))
}

func (n *stringNode) textual() bool    { return true }
func (n *stringNode) repeatable() bool { return false }

func (n *stringNode) encodeText(values []string, v reflect.Value) ([]string, error) {
	return append(values, v.String()), nil
}

func (n *stringNode) decodeText(r *report, values []string, v reflect.Value) {
	if s, ok := single(r, values); ok {
		n.rules.check(r, s)
		v.SetString(s)
	}
}

// single returns the one value of a parameter that takes one.
func single(r *report, values []string) (string, bool) {
	if len(values) != 1 {
		r.add(CodeRepeated, "must be given once")
		return "", false
	}
	return values[0], isUTF8(r, values[0])
}

// isUTF8 reports whether a text that did not come as JSON could go on as JSON, and objects if not.
func isUTF8(r *report, text string) bool {
	if utf8.ValidString(text) {
		return true
	}
	r.add(CodeEncoding, "must be UTF-8")
	return false
}

// codecNode is the schema of a Go type other than string that is written as text: times, durations,
// bytes, and every type with UnmarshalText.
type codecNode struct {
	codec   codec
	rules   textRules
	options json.Options // of the library, which writes what the codec does not
}

// codec reads and writes the text form of a type.
type codec struct {
	means   string // completes "must be …"
	parse   func(text string, v reflect.Value) error
	print   func(v reflect.Value) (string, error)             // nil when the type cannot be written
	written func(v reflect.Value) bool                        // whether print can write v; nil: it is not asked
	append  func(dst []byte, v reflect.Value) ([]byte, error) // what needs no escapes between quotation marks; nil: the library writes it
	form    func(k keywords) keywords                         // adds the schema
}

func (n *codecNode) decode(d *decoder, v reflect.Value) error {
	if d.peek() != '"' {
		return d.mismatch(n.codec.means)
	}
	text, _, err := d.unquoted()
	if err != nil {
		return err
	}
	n.parse(&d.report, string(text), v)
	return nil
}

func (n *codecNode) parse(r *report, text string, v reflect.Value) {
	n.rules.check(r, text)
	switch err := n.codec.parse(text, v); {
	case err == nil:
	case errors.Is(err, errOutOfRange):
		r.add(CodeRange, "must fit its type")
	default:
		r.refuse(err, CodeFormat, "must be "+n.codec.means)
	}
}

func (n *codecNode) check(r *report, v reflect.Value) {
	if n.codec.written != nil && !n.codec.written(v) {
		r.add(CodeFormat, "must be %s", n.codec.means)
		return
	}
	if n.codec.print == nil || !n.rules.any() {
		return
	}
	text, err := n.codec.print(v)
	if err != nil {
		r.add(CodeFormat, "must be %s", n.codec.means)
		return
	}
	n.rules.check(r, text)
}

func (n *codecNode) describe(_ *Definitions, k keywords) keywords {
	return n.rules.describe(n.codec.form(k))
}

func (n *codecNode) textual() bool    { return true }
func (n *codecNode) repeatable() bool { return false }

func (n *codecNode) encodeText(values []string, v reflect.Value) ([]string, error) {
	if n.codec.print == nil {
		return nil, errNoText
	}
	text, err := n.codec.print(v)
	return append(values, text), err
}

func (n *codecNode) decodeText(r *report, values []string, v reflect.Value) {
	if s, ok := single(r, values); ok {
		n.parse(r, s, v)
	}
}
