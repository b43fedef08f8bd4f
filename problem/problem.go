package problem

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Problem is a failure as RFC 9457 describes it, with Vade's extension members.
//
// It implements error. Its JSON form omits empty members and flattens Extensions into the
// object; Status is advisory there, the status line of the answer decides.
type Problem struct {
	// Type identifies the kind of problem by a URI reference. Empty means
	// "about:blank": nothing beyond the status is known.
	Type string
	// Title says in one sentence what kind of problem this is, the same every time.
	Title string
	// Status is the HTTP status code, 400 to 599.
	Status int
	// Detail explains this very occurrence. It is shown to the caller.
	Detail string
	// Instance identifies this occurrence by a URI reference.
	Instance string
	// Code is the stable name that programs switch on, such as "sold-out".
	Code string
	// ID names the incident in the logs. Only problems of status 500 and above carry it.
	ID string
	// Errors lists every violation of an invalid request.
	Errors []Violation
	// Extensions are further members, by name. Names of the members above and
	// values without a JSON form are left out when the problem is written.
	Extensions map[string]any
}

// Violation says which part of a request broke which rule. It never carries the value.
type Violation struct {
	// In is the part of the request: "body", "form", "path", "query", "header" or "cookie".
	In string `json:"in,omitempty"`
	// Name is the name of the parameter; empty for the body.
	Name string `json:"name,omitempty"`
	// Pointer is a JSON Pointer (RFC 6901) into the body or into a parameter with several values.
	Pointer string `json:"pointer,omitempty"`
	// Code is the stable name of the broken rule, such as "min-length".
	Code string `json:"code"`
	// Message explains the rule to a person, in English.
	Message string `json:"message,omitempty"`
}

// New declares a problem with an HTTP status from 400 to 599, a kebab-case code
// and a title for people. Its Type is "/problems/<code>".
//
// A wrong status or code is kept and reported by [Problem.Check].
func New(status int, code, title string) *Problem {
	return &Problem{Type: "/problems/" + code, Title: title, Status: status, Code: code}
}

// Error says code, title and detail: "problem: sold-out: The flight is sold out: flight 7 has no seat left".
func (p *Problem) Error() string {
	text := "problem: " + p.Code + ": " + p.Title
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return text
}

// Is makes [errors.Is] compare kinds: a target of the same status and code matches.
func (p *Problem) Is(target error) bool {
	other, ok := target.(*Problem)
	return ok && other != nil && other.Status == p.Status && other.Code == p.Code
}

// WithDetail returns a copy that explains this occurrence. Format and args are those of
// [fmt.Sprintf]. The caller of the operation reads the text: keep secrets and internals out.
func (p *Problem) WithDetail(format string, args ...any) *Problem {
	q := p.clone()
	q.Detail = fmt.Sprintf(format, args...)
	return q
}

// WithID returns a copy that names the incident under which the failure was logged.
func (p *Problem) WithID(id string) *Problem {
	q := p.clone()
	q.ID = id
	return q
}

// With returns a copy with the extension member key set to value, which must have a JSON form.
// [Problem.Check] reports a key that is the name of a member of [Problem].
func (p *Problem) With(key string, value any) *Problem {
	q := p.clone()
	if q.Extensions == nil {
		q.Extensions = make(map[string]any, 1)
	}
	q.Extensions[key] = value
	return q
}

// WithViolations returns a copy with the violations added to those it already lists.
func (p *Problem) WithViolations(violations ...Violation) *Problem {
	q := p.clone()
	q.Errors = append(q.Errors, violations...)
	return q
}

// clone copies everything that a With method may change.
func (p *Problem) clone() *Problem {
	q := *p
	q.Errors = slices.Clone(p.Errors)
	q.Extensions = maps.Clone(p.Extensions)
	return &q
}

// Check reports, joined, everything that is wrong with the declaration of p: a status
// outside 400 to 599, a code that is not kebab-case, no title, an extension named like a member.
func (p *Problem) Check() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("problem: %q: "+format, append([]any{p.Code}, args...)...))
	}
	if !isErrorStatus(p.Status) {
		wrong("status %d is not from 400 to 599", p.Status)
	}
	if !isKebab(p.Code) {
		wrong("code is not kebab-case (a-z, 0-9, single hyphens, a letter first)")
	}
	if p.Title == "" {
		wrong("title is empty")
	}
	for _, key := range slices.Sorted(maps.Keys(p.Extensions)) {
		if isMember(key) {
			wrong("extension %q has the name of a member", key)
		}
	}
	return errors.Join(errs...)
}

// From returns the first problem in the tree of err, in the manner of [errors.As].
func From(err error) (*Problem, bool) {
	p, ok := errors.AsType[*Problem](err)
	return p, ok && p != nil
}

func isErrorStatus(status int) bool { return status >= 400 && status <= 599 }

func isKebab(code string) bool {
	if code == "" || code[0] < 'a' || code[0] > 'z' {
		return false
	}
	for i := 1; i < len(code); i++ {
		switch c := code[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '-' && code[i-1] != '-' && i < len(code)-1:
		default:
			return false
		}
	}
	return true
}
