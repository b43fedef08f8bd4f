package api

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/vade-go/vade/schema"
)

// checkShape reports what is wrong with the operation as Go code.
func (e *endpoint) checkShape() error {
	var errs []error
	if !slices.Contains(methods(), e.method) {
		errs = append(errs, fmt.Errorf("%q is not one of the methods %s", e.method, strings.Join(methods(), ", ")))
	}
	if e.handlerMissing {
		errs = append(errs, errors.New("the handler is nil"))
	}
	if e.in.Kind() == reflect.Interface || e.in.Kind() == reflect.Pointer {
		errs = append(errs, fmt.Errorf("input %s: an input is a value, best a struct", e.in))
	}
	if e.out.Kind() == reflect.Interface {
		errs = append(errs, fmt.Errorf("output %s: an output is a type that can be described", e.out))
	}
	switch t := e.out; {
	case !t.Implements(reflect.TypeFor[answer]()):
	case t.Kind() == reflect.Pointer:
		errs = append(errs, fmt.Errorf("output %s: return %s itself, not a pointer to it", t, t.Elem()))
	case t.PkgPath() != reflect.TypeFor[None]().PkgPath():
		errs = append(errs, fmt.Errorf("output %s: it embeds what answers in its place, and its own fields would be lost: write out the fields of that", t))
	}
	return errors.Join(errs...)
}

func methods() []string {
	return []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
}

// checkPolicies asks the options that can tell whether they make sense, and looks at what they made together.
func (e *endpoint) checkPolicies() error {
	var errs []error
	for _, o := range e.options {
		if v, ok := o.(interface{ Validate() error }); ok {
			errs = append(errs, v.Validate())
		}
	}
	if e.binder != nil {
		errs = append(errs, misplaced(e.options)...)
	}
	if e.op.MaxBody < 0 {
		errs = append(errs, fmt.Errorf("api.MaxBody(%d): a body has at least no bytes", e.op.MaxBody))
	}
	return errors.Join(errs...)
}

// misplaced reports options of a frontend that were given to something else.
func misplaced(options []Option) []error {
	var errs []error
	for _, o := range options {
		if f, ok := o.(*frontendOption); ok {
			errs = append(errs, fmt.Errorf("%s is for an api.Frontend", f.name))
		}
	}
	return errs
}

// checkField reports a field of an input that no request can fill.
func checkField(f reflect.StructField, in, name string) error {
	var given []string
	for _, tag := range transportTags {
		if _, ok := f.Tag.Lookup(tag); ok {
			given = append(given, tag)
		}
	}
	switch {
	case len(given) > 1:
		return fmt.Errorf("it has the tags %s, and one value comes from one place", strings.Join(given, " and "))
	case name == "":
		return fmt.Errorf("the tag %s names nothing", in)
	case (in == inHeader || in == inCookie) && !isToken(name):
		return fmt.Errorf("%q is no name of a %s (RFC 9110, section 5.6.2)", name, in)
	case in == inForm && strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == 0x7f || c == '"' || c == '\\' }):
		return fmt.Errorf("%q: the name of a field of a form has no control characters, quotation marks and backslashes", name)
	case in == inHeader && ofConnection(name):
		return fmt.Errorf("the header %s belongs to the connection and never reaches an input", name)
	}
	return nil
}

// checkParam reports a type that a parameter cannot have.
func checkParam(t reflect.Type, in string, s *schema.Schema) error {
	switch {
	case holdsFiles(t) && in == inForm:
	case s.Keyed() && in == inQuery:
		if elem := t.Elem(); elem.Kind() == reflect.Pointer || isNull(elem) {
			return fmt.Errorf("%s: a value in a query is never null", t)
		}
	case s.Keyed():
		return fmt.Errorf("%s: a map can be a parameter of the query only", t)
	case !s.Textual():
		return fmt.Errorf("%s has no text form, and a parameter is text; what has parts belongs into Body", t)
	case t.Kind() == reflect.Pointer || isNull(t):
		return fmt.Errorf("%s: a parameter is never null; one that may be absent is an api.Opt", t)
	case s.Repeatable() && (in == inPath || in == inCookie):
		return fmt.Errorf("%s: a %s parameter holds one value", t, in)
	case in == inPath && s.Optional():
		return errors.New("a path parameter is always there and cannot be optional")
	}
	return nil
}

func isNull(t reflect.Type) bool {
	n, ok := reflect.Zero(t).Interface().(interface{ IsNull() bool })
	return ok && !n.IsNull() // the zero Null is absent
}

// ofConnection reports whether net/http or a proxy takes a header out before a handler sees it.
func ofConnection(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Connection", "Content-Length", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	})
}
