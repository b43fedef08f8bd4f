package schema

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// report collects violations and knows the current place. A place costs next to nothing to track until a violation
// asks for its pointer.
type report struct {
	found Violations
	path  []step
}

// step is one reference token of a pointer: a member name, or an index when name is empty and index is not negative.
type step struct {
	name  string
	index int
}

func (r *report) member(name string) { r.path = append(r.path, step{name: name, index: -1}) }
func (r *report) item(index int)     { r.path = append(r.path, step{index: index}) }
func (r *report) leave()             { r.path = r.path[:len(r.path)-1] }

// tooDeep stops the walk over a typed value that refers to itself.
func (r *report) tooDeep() bool {
	if len(r.path) < MaxDepth {
		return false
	}
	r.add(CodeDepth, "must not be nested deeper than %d levels", MaxDepth)
	return true
}

// full reports whether nothing more will be listed, so that nothing more is worth looking for.
func (r *report) full() bool { return len(r.found) >= MaxViolations }

// add records a violation at the current place. The message is only formatted when it will be listed.
func (r *report) add(code, format string, args ...any) {
	if !r.full() {
		r.append(Violation{Pointer: r.pointer(), Code: code, Message: fmt.Sprintf(format, args...)})
	}
}

// refuse records that a type's own method did not read a value. A [Violation] is what the type wants to be shown; other errors may
// quote the value, so their texts are not.
func (r *report) refuse(err error, code, message string) {
	if v, ok := errors.AsType[Violation](err); ok {
		code, message = cmp.Or(v.Code, code), cmp.Or(v.Message, message)
	}
	r.add(code, "%s", message)
}

// addMember records a violation at a member of the current place.
func (r *report) addMember(name, code, message string) {
	if !r.full() {
		r.append(Violation{Pointer: r.pointer() + "/" + escapeToken(name), Code: code, Message: message})
	}
}

// append lists a violation. A pointer that is too long, because the document has long names, is cut to that of a part around it.
func (r *report) append(v Violation) {
	if len(v.Pointer) > MaxPointer {
		v.Pointer = v.Pointer[:strings.LastIndexByte(v.Pointer[:MaxPointer+1], '/')]
	}
	r.found = append(r.found, v)
}

func (r *report) pointer() string {
	var text strings.Builder
	for _, s := range r.path {
		text.WriteByte('/')
		if s.index >= 0 {
			text.WriteString(strconv.Itoa(s.index))
		} else {
			text.WriteString(escapeToken(s.name))
		}
	}
	return text.String()
}

// violations hands the list over to the caller.
func (r *report) violations() Violations { return slices.Clip(r.found) }

// escapeToken writes a reference token as RFC 6901, section 3 asks.
func escapeToken(token string) string {
	if !strings.ContainsAny(token, "~/") {
		return token
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}
