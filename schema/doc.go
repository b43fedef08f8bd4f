// Package schema compiles Go types into JSON Schemas that also decode and validate.
//
// A declaration is behaviour and description. One [Schema], made once from a struct and its tags, reads JSON and
// text parameters into values of the type, holds typed values to the same
// rules, and writes itself down as JSON Schema, draft 2020-12. The three cannot disagree: what [Schema.Decode] accepts is what an
// independent validator accepts under [Schema.JSON], and the tests of this package hold them to it.
//
// # Usage
//
//	type NewBooking struct {
//		FlightID string             `json:"flight_id" format:"uuid"`
//		Seats    int                `json:"seats" minimum:"1" maximum:"9" default:"1"`
//		Note     schema.Opt[string] `json:"note,omitzero" maxLength:"200" doc:"For the crew."`
//	}
//
//	s, err := schema.NewCompiler().Compile(reflect.TypeFor[NewBooking]())
//	violations, err := s.Decode(body, reflect.ValueOf(&booking).Elem())
//
// # Types
//
// Structs are closed objects: members that they do not have are refused, except by [Schema.DecodeOpen]. Members are named and embedded structs
// are flattened by the rules of go-json-experiment/json. Options other than omitzero, omitempty and embed are refused. All
// members are required, except
//
//   - [Opt], which may be absent, and [Null], which may be absent or null; they need the option omitzero, without which an
//     absent value would be written as null;
//   - fields with omitzero or omitempty, which are not always written and so need not be there to be read;
//   - fields with a default, which they get when absent, and which therefore are neither Opt nor omitzero;
//   - fields marked readOnly, which clients need not send.
//
// A pointer is required and may be null; any other type refuses null.
//
//	bool                          boolean
//	integers                      integer in the range of the type; 1.0 is one, 1.5 is not
//	float32, float64              number in the range of the type
//	string                        string
//	[]byte, [N]byte               string of base64 with padding
//	time.Time                     string, format date-time: RFC 3339 with upper-case T and Z, no leap second
//	time.Duration                 string such as "1m30s" or "-0.5s", described by a pattern
//	slices, arrays                array; an array of N has exactly N items
//	maps with string keys         object
//	Union                         the object of one of several structs, with a member that says of which
//	any, jsontext.Value           any JSON
//	types with JSON methods       any JSON, or what a [Describer] says
//	types with text methods       string, or what a [Describer] says
//
// A method that reads a type may return a [Violation] to say in its own words what it wants; the text of any other error stays
// inside, since it may quote the value.
//
// Channels, functions, complex numbers, interfaces with methods, and types that contain themselves without a
// struct in between are refused. [JSONOptions] makes go-json-experiment/json write durations as they are read here; [Schema.AppendJSON]
// writes the same bytes, several times faster.
//
// # Constraints
//
// Tags are the keywords of JSON Schema:
//
//	minLength maxLength pattern format enum                           strings
//	minimum maximum exclusiveMinimum exclusiveMaximum multipleOf enum numbers
//	minItems maxItems uniqueItems                                     slices
//	minProperties maxProperties                                       maps
//	default example doc deprecated readOnly writeOnly                 every field
//
// Lengths count Unicode code points; on []byte they count the characters of the base64 text. Patterns are those of
// package regexp and match anywhere unless anchored; keep to what ECMA-262 shares with it. Formats are email, uuid, date, date-time, uri, hostname,
// ipv4, ipv6 and duration (ISO 8601), and are asserted. The values of enum are separated by commas.
// UniqueItems needs strings, numbers or booleans. Numbers are held to their rules as the Go type keeps them, a float32
// also as it was written.
//
// On a slice or map of scalars a tag for scalars applies to the items. So it does behind pointers, [Opt] and [Null].
// Default and example are written as parameters are where the type is [Schema.Textual], as JSON elsewhere. A tag
// that does not fit its type is an error at compile time, and so is a misspelt one such as minlength.
//
// Rules beyond tags go into a method Validate(context.Context) error: see [Validator]. That of an embedded struct is promoted
// by Go, unless the outer one has its own, which then is the only one that is called.
//
// # Errors
//
// [Compiler.Compile] joins a [*DeclarationError] for every mistake in the types. [Schema.Decode] tells
// malformed JSON, a [*SyntaxError], from JSON that breaks rules: all [Violations] at once, at most [MaxViolations], each
// with a JSON Pointer (RFC 6901), a stable code and a message in English. Neither ever repeats the value.
//
// # Concurrency
//
// Compilers and schemas are safe for concurrent use. [Definitions] are not.
package schema
