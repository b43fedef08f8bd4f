package schema

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep arrays and objects may be nested in a document.
const MaxDepth = 64

// SyntaxError says that a document is not well-formed JSON as RFC 8259 and I-JSON (RFC 7493) define it.
type SyntaxError struct {
	// Offset is the number of bytes before the error.
	Offset int64
	// Reason says what is wrong, without quoting the document.
	Reason string
}

// Error returns reason and offset.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("schema: malformed JSON: %s at byte %d", e.Reason, e.Offset)
}

// Decode reads the one JSON value in data into dst and validates it on the way, in a
// single pass. Dst must be settable, of the type that the schema was compiled from, and zero: members
// that are absent leave what they find.
//
// A document that is not well-formed yields a [*SyntaxError] and nothing else: bad grammar, bad
// UTF-8, duplicate member names, data after the value, nesting beyond [MaxDepth]. A well-formed one yields all
// its violations, up to [MaxViolations]. Unless both are nil the content of dst is unspecified.
// Dst never aliases data; short texts of it share copies of up to 512 bytes. Decode does not block and may be called concurrently.
func (s *Schema) Decode(data []byte, dst reflect.Value) (Violations, error) {
	return s.decode(data, dst, false)
}

// DecodeOpen is [Schema.Decode] for a document whose writer may be newer than this program: members that structs do not have are
// passed over. Everything else is as strict.
func (s *Schema) DecodeOpen(data []byte, dst reflect.Value) (Violations, error) {
	return s.decode(data, dst, true)
}

func (s *Schema) decode(data []byte, dst reflect.Value, open bool) (Violations, error) {
	d := s.compiler.decoders.get()
	defer s.compiler.decoders.put(d)
	d.open = open
	d.data = data
	err := s.node.decode(d, dst)
	if err == nil && d.peek() == 0 && d.pos == len(data) {
		return d.report.violations(), nil
	}
	return nil, d.syntaxError(cmp.Or(err, errTrailing))
}

var (
	errDepth     = fmt.Errorf("nested deeper than %d levels", MaxDepth)
	errDuplicate = errors.New("duplicate member name")
	errTrailing  = errors.New("data after the value")
)

// decoder is the state of one Decode call. Its parts are reused by later calls.
type decoder struct {
	scanner
	report  report
	copies  window
	open    bool // objects may have members that structs do not have
	depth   int
	checked bool // the document is a part of one that admit has seen
	within  int  // so many unions whose discriminator did not come first
	scratch []byte
}

// read returns the next value as it is written.
func (d *decoder) read() (jsontext.Value, error) {
	d.peek()
	start := d.pos
	if err := d.pass(MaxDepth - d.depth); err != nil {
		return nil, err
	}
	return d.data[start:d.pos], nil
}

// opens consumes the delimiter that opens an object or array. When the next
// value is something else it consumes that, reports the mismatch, and says no.
func (d *decoder) opens(delimiter byte, want string) (bool, error) {
	if d.peek() != delimiter {
		return false, d.mismatch(want)
	}
	if d.depth++; d.depth > MaxDepth {
		return false, errDepth
	}
	d.pos++
	return true, nil
}

// mismatch reports the next value, which is of the wrong JSON type, and consumes it.
func (d *decoder) mismatch(want string) error {
	raw, err := d.read()
	if err != nil {
		return err
	}
	d.report.add(CodeType, "must be %s", want)
	return d.admit(raw)
}

// skip reads a value that nobody will look at.
func (d *decoder) skip() error {
	raw, err := d.read()
	if err != nil {
		return err
	}
	return d.admit(raw)
}

// admit checks in a value that was read as a whole what is checked elsewhere on the way: that no name occurs twice in an object.
func (d *decoder) admit(raw jsontext.Value) error {
	if k := raw.Kind(); d.checked || k != '{' && k != '[' {
		return nil
	}
	if !raw.IsValid() { // it is well-formed, so duplicate names are all that can be wrong
		return errDuplicate
	}
	return nil
}

// unquoted consumes a string, whose quotation mark comes next, and returns its text, valid until the next call. It is a part of the
// document unless that has escapes.
func (d *decoder) unquoted() (text []byte, escaped bool, err error) {
	text, escaped, err = d.text()
	if err == nil && escaped {
		d.scratch, err = jsontext.AppendUnquote(d.scratch[:0], d.data[d.pos-len(text)-2:d.pos])
		text = d.scratch
	}
	return text, escaped, err
}

// syntaxError turns the error that ended a pass into the caller's.
func (d *decoder) syntaxError(err error) *SyntaxError {
	e := &SyntaxError{Offset: int64(d.pos), Reason: err.Error()}
	if errors.Is(err, errEnd) {
		e.Reason = "unexpected end"
	}
	return e
}
