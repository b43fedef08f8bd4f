package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

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
// Dst never aliases data. Decode does not block and may be called concurrently.
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
	d.source = *bytes.NewBuffer(data)
	err := s.node.decode(d, dst)
	if err == nil {
		_, err = d.json.ReadValue()
		switch {
		case errors.Is(err, io.EOF):
			return d.report.violations(), nil
		case err == nil:
			err = errTrailing
		default:
			err = errors.Join(errTrailing, err)
		}
	}
	return nil, d.syntaxError(err, data)
}

var (
	errDepth     = fmt.Errorf("nested deeper than %d levels", MaxDepth)
	errDuplicate = errors.New("duplicate member name")
	errTrailing  = errors.New("data after the value")
)

// decoder is the state of one Decode call. Its parts are reused by later calls.
type decoder struct {
	json    jsontext.Decoder
	source  bytes.Buffer
	report  report
	open    bool // objects may have members that structs do not have
	depth   int
	checked bool // the document is a part of one that admit has seen
	within  int  // so many unions whose discriminator did not come first
	scratch []byte
}

// read returns the next value as it is written, or the next member name.
func (d *decoder) read() (jsontext.Value, error) { return d.json.ReadValue() }

// opens consumes the delimiter that opens an object or array. When the next
// value is something else it consumes that, reports the mismatch, and says no.
func (d *decoder) opens(kind jsontext.Kind, want string) (bool, error) {
	if d.json.PeekKind() != kind {
		raw, err := d.read()
		if err != nil {
			return false, err
		}
		return false, d.mismatch(raw, want)
	}
	if d.depth++; d.depth > MaxDepth {
		return false, errDepth
	}
	_, err := d.json.ReadToken()
	return err == nil, err
}

// closes consumes the delimiter that PeekKind has just seen.
func (d *decoder) closes() error {
	d.depth--
	_, err := d.json.ReadToken()
	return err
}

// mismatch reports a value of the wrong JSON type that has just been read.
func (d *decoder) mismatch(raw jsontext.Value, want string) error {
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

// admit checks in a value that was read as a whole what is checked elsewhere on the way: the
// nesting limit, and that no name occurs twice in an object.
func (d *decoder) admit(raw jsontext.Value) error {
	if k := raw.Kind(); d.checked || k != '{' && k != '[' {
		return nil
	}
	if d.depth+nesting(raw) > MaxDepth {
		return errDepth
	}
	if !raw.IsValid() { // it is well-formed, so duplicate names are all that can be wrong
		return errDuplicate
	}
	return nil
}

// nesting returns how deep a well-formed value is nested; 0 for a scalar.
func nesting(raw jsontext.Value) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}', c == ']':
			depth--
		}
	}
	return deepest
}

// unquote returns the text of a JSON string, valid until the next call.
func (d *decoder) unquote(raw jsontext.Value) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	// The decoder has accepted raw, so it can be unquoted.
	d.scratch, _ = jsontext.AppendUnquote(d.scratch[:0], raw)
	return d.scratch
}

// syntaxError turns the error that ended a pass into the caller's. Its reasons are a
// closed list, because the texts of jsontext quote the document.
func (d *decoder) syntaxError(err error, data []byte) *SyntaxError {
	e := &SyntaxError{Offset: d.json.InputOffset(), Reason: "invalid syntax"}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		e.Offset = syntactic.ByteOffset
	}
	switch {
	case errors.Is(err, errTrailing):
		e.Reason = errTrailing.Error()
	case errors.Is(err, errDepth):
		e.Reason = errDepth.Error()
	case errors.Is(err, errDuplicate):
		e.Reason = errDuplicate.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Reason = "unexpected end"
	case !utf8.Valid(data):
		e.Reason = "invalid UTF-8"
	case nesting(data) > MaxDepth: // so deep that jsontext gave up first
		e.Reason = errDepth.Error()
	}
	return e
}
