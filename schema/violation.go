package schema

import "strings"

// The codes of violations. They are stable: clients may switch on them.
const (
	CodeType             = "type"              // another JSON type than the schema asks for
	CodeRange            = "range"             // a number or duration that the Go type cannot hold
	CodeRequired         = "required"          // a required member or parameter is absent
	CodeUnknown          = "unknown"           // a member or keyword that the schema does not have
	CodeEncoding         = "encoding"          // a text that is not UTF-8
	CodeMinLength        = "min-length"        // fewer characters than minLength
	CodeMaxLength        = "max-length"        // more characters than maxLength
	CodePattern          = "pattern"           // the text does not match pattern
	CodeFormat           = "format"            // the text is not in the named format
	CodeEnum             = "enum"              // none of the values of enum
	CodeMinimum          = "minimum"           // less than minimum
	CodeMaximum          = "maximum"           // more than maximum
	CodeExclusiveMinimum = "exclusive-minimum" // not more than exclusiveMinimum
	CodeExclusiveMaximum = "exclusive-maximum" // not less than exclusiveMaximum
	CodeMultipleOf       = "multiple-of"       // no multiple of multipleOf
	CodeMinItems         = "min-items"         // fewer items than minItems
	CodeMaxItems         = "max-items"         // more items than maxItems
	CodeUniqueItems      = "unique-items"      // the same item twice
	CodeMinProperties    = "min-properties"    // fewer members than minProperties
	CodeMaxProperties    = "max-properties"    // more members than maxProperties
	CodeRepeated         = "repeated"          // a parameter of one value was given several times
	CodeDepth            = "depth"             // a typed value nested deeper than MaxDepth
	CodeCustom           = "custom"            // a Validate or UnmarshalJSON method said no
)

// MaxViolations is how many violations are listed at most. Further ones are dropped, so
// that a hostile document cannot buy a long answer with a short request.
const MaxViolations = 100

// MaxPointer is how long the pointer of a violation is at most, in bytes. Names in a document may be longer; then the pointer
// is that of the innermost part that can be named.
const MaxPointer = 1024

// Violation says which place of a value broke which rule. It never contains the value itself.
type Violation struct {
	// Pointer locates the place by a JSON Pointer (RFC 6901); "" is the whole value. An absent member
	// is located where it should have been.
	Pointer string `json:"pointer"`
	// Code is one of the Code constants, or one chosen by a Validate method.
	Code string `json:"code"`
	// Message says in English what the value must be, for example "must be at least 1".
	Message string `json:"message"`
}

// Error returns the pointer and the message.
func (v Violation) Error() string {
	if v.Pointer == "" {
		return "schema: " + v.Message
	}
	return "schema: " + v.Pointer + ": " + v.Message
}

// Violations is a list of violations in the order in which they were found. As an
// error it is what a Validate method returns to report several at once.
type Violations []Violation

// Error returns all violations, separated by semicolons.
func (vs Violations) Error() string {
	if len(vs) == 0 {
		return "schema: no violations"
	}
	var text strings.Builder
	text.WriteString(vs[0].Error())
	for _, v := range vs[1:] {
		text.WriteString("; ")
		text.WriteString(strings.TrimPrefix(v.Error(), "schema: "))
	}
	return text.String()
}
