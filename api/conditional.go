package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Versioned is an output that says which version of a resource it is: 200 with the headers ETag and Last-Modified. A GET whose
// If-None-Match or If-Modified-Since says that the caller has this version already is answered by 304 without a body (RFC 9110,
// section 13).
type Versioned[T any] struct {
	Value    T         // the body
	Tag      string    // of the version, without quotation marks and semicolons, such as that of a store; empty: no ETag
	Modified time.Time // when the version was made, in whole seconds; zero: no Last-Modified
}

// Precondition is what the input of an operation that changes a resource embeds: the version that the caller wants to change.
type Precondition struct {
	IfMatch Opt[string] `header:"if-match" maxLength:"2000" doc:"The ETag of the version that is to be changed."`
}

// Check is problem.PreconditionFailed, 412, when the caller named versions and the one with the tag is none of them, and nil when it
// named none. Tag is that of the version there is; empty: there is none. A change must still be made with the version that was
// checked, or somebody may come in between.
func (p Precondition) Check(tag string) error {
	list, given := p.IfMatch.Get()
	if !given || tag != "" && matches(list, tag, false) {
		return nil
	}
	return problem.PreconditionFailed()
}

// Require is [Precondition.Check] for a resource that must not be changed blindly: a caller that names no version gets
// problem.PreconditionRequired, 428.
func (p Precondition) Require(tag string) error {
	if _, given := p.IfMatch.Get(); !given {
		return problem.PreconditionRequired()
	}
	return p.Check(tag)
}

func (v Versioned[T]) answer() (int, http.Header, bool) {
	h := make(http.Header, 2)
	if v.Tag != "" {
		h.Set("ETag", `"`+v.Tag+`"`)
	}
	if !v.Modified.IsZero() {
		h.Set("Last-Modified", v.Modified.UTC().Format(http.TimeFormat))
	}
	return http.StatusOK, h, true
}

// check reports a tag that no header can carry (RFC 9110, section 8.8.3), or that would be taken for a form of another.
func (v Versioned[T]) check() error {
	if strings.ContainsFunc(v.Tag, func(c rune) bool { return c <= ' ' || c == '"' || c == 0x7f }) || strings.Contains(v.Tag, variantMark) {
		return fmt.Errorf("api: Versioned: the tag %q has spaces, quotation marks, semicolons or control characters", v.Tag)
	}
	return nil
}

func (Versioned[T]) shape() shape {
	return shape{status: http.StatusOK, body: reflect.TypeFor[T](), wrapped: true, versioned: true}
}

func (Versioned[T]) receive(res *http.Response, decode func(any) error) (any, error) {
	v := Versioned[T]{Tag: version(res.Header.Get("ETag"))}
	v.Modified, _ = http.ParseTime(res.Header.Get("Last-Modified")) // none is zero
	err := decode(&v.Value)
	return v, err
}

// unchanged reports whether the caller has the version already, and in which form.
func (v Versioned[T]) unchanged(r *http.Request, x *wire) (form string, ok bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", false
	}
	if r.Header["If-None-Match"] != nil { // it alone counts, then
		return x.has(r, v.Tag)
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return "", err == nil && !v.Modified.IsZero() && !v.Modified.Truncate(time.Second).After(since)
}

// notModified answers by 304 where the caller has what the handler returned.
func (x *wire) notModified(c *operation.Call, header http.Header) bool {
	v, ok := c.Out.(interface {
		unchanged(*http.Request, *wire) (string, bool)
	})
	if !ok {
		return false
	}
	form, ok := v.unchanged(c.Request, x)
	if !ok {
		return false
	}
	if form != "" {
		variant(header, strings.TrimPrefix(form, variantMark))
	}
	c.Status = http.StatusNotModified
	return true
}

// matches reports whether a list of entity tags, or *, names the tag in whatever form.
func matches(list, tag string, weak bool) bool {
	if strings.Trim(list, " \t,") == "*" {
		return true
	}
	_, ok := matching(list, tag, weak, func(string) bool { return true })
	return ok
}

// matching returns the form of the first entity tag of a list that names the tag in one that fits. Weak tags count only where the comparison
// is weak, since ours promise equal bytes (RFC 9110, section 8.8.3.2). What is not well formed names nothing.
func matching(list, tag string, weak bool, fits func(form string) bool) (form string, ok bool) {
	list = strings.Trim(list, " \t,")
	for list != "" {
		isWeak := strings.HasPrefix(list, "W/")
		text, quoted := strings.CutPrefix(strings.TrimPrefix(list, "W/"), `"`)
		name, rest, closed := strings.Cut(text, `"`)
		if !quoted || !closed {
			return "", false
		}
		form, ours := strings.CutPrefix(name, tag)
		if ours && (form == "" || strings.HasPrefix(form, variantMark)) && (weak || !isWeak) && fits(form) {
			return form, true
		}
		list = strings.TrimLeft(rest, " \t,")
	}
	return "", false
}

// describeVersions adds what an answer with a version has.
func describeVersions(op *manifest.Operation, res *manifest.Response) {
	text := []byte(`{"type":"string"}`)
	res.Headers = append(res.Headers,
		manifest.Header{Name: "ETag", Doc: "Names the version of the resource.", Schema: text},
		manifest.Header{Name: "Last-Modified", Doc: "When the version was made.", Schema: text})
	if op.Method == http.MethodGet {
		op.Responses = append(op.Responses, manifest.Response{Status: http.StatusNotModified, Doc: "The caller has this version already"})
	}
}

// describePrecondition adds the problems of an operation whose callers name versions.
func describePrecondition(op *manifest.Operation) {
	for _, p := range []*problem.Problem{problem.PreconditionFailed(), problem.PreconditionRequired()} {
		op.Problems = append(op.Problems, manifest.Problem{Status: p.Status, Code: p.Code, Type: p.Type, Title: p.Title})
	}
}
