package api

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// The parts of a request that hold parameters.
const (
	inPath   = "path"
	inQuery  = "query"
	inHeader = "header"
	inCookie = "cookie"
	inForm   = "form" // of the body
)

// param is a field that a named part of the request fills.
type param struct {
	in, name, doc string
	index         []int
	schema        *schema.Schema
	required      bool
	files         bool // is filled by files
}

// values returns what a request holds for the parameter; nil means that it is absent.
func (p *param) values(r *http.Request, q query, f *form) []string {
	switch p.in {
	case inForm:
		return f.texts(p.name)
	case inPath:
		return []string{r.PathValue(p.name)}
	case inQuery:
		return q.values(p.name, p.schema.Repeatable())
	case inHeader:
		fields := r.Header[p.name]
		if p.schema.Repeatable() {
			return headerList(fields)
		}
		return fields
	}
	var values []string
	for _, c := range r.CookiesNamed(p.name) {
		values = append(values, c.Value)
	}
	return values
}

// overlong reports a list of more items than maxFields, without making them.
func (p *param) overlong(r *http.Request, q query) bool {
	if !p.schema.Repeatable() {
		return false
	}
	n := 0
	switch p.in {
	case inQuery:
		for i := range q {
			if q[i].name == p.name {
				n += 1 + strings.Count(q[i].raw, ",")
			}
		}
	case inHeader:
		for _, field := range r.Header[p.name] {
			n += 1 + strings.Count(field, ",")
		}
	}
	return n > maxFields
}

// maxCookies is how many package net/http reads: of more it reads none, as if there were none.
const maxCookies = 3000

func tooManyCookies(header http.Header) bool {
	n := 0
	for _, field := range header["Cookie"] {
		n += 1 + strings.Count(field, ";")
	}
	return n > maxCookies
}

// headerList reads the list that the fields of one name are (RFC 9110, section 5.6.1): elements between commas, without the
// space around them, and without those that are empty.
func headerList(fields []string) []string {
	if fields == nil {
		return nil
	}
	items := []string{}
	for _, field := range fields {
		for item := range strings.SplitSeq(field, ",") {
			if item = strings.Trim(item, " \t"); item != "" {
				items = append(items, item)
			}
		}
	}
	return items
}

// texts returns the values that stand for the parameter in the request of a typed call; nil when it is absent. What could not
// travel over HTTP is refused, also by a call inside the process.
func (p *param) texts(in reflect.Value) ([]string, []problem.Violation) {
	values, err := p.schema.EncodeText(in.FieldByIndex(p.index))
	message := ""
	if err != nil {
		message = "must have a text form"
	}
	for i := 0; i < len(values) && message == ""; i++ {
		message = p.unfit(values[i])
	}
	if p.in == inQuery && p.schema.Repeatable() && len(values) == 1 && values[0] == "" {
		message = "must not be one empty text, which reads as an empty list"
	}
	if p.in == inForm && p.schema.Optional() && values != nil && len(values) == 0 {
		message = "must not be an empty list, which reads as none at all"
	}
	if message != "" {
		return nil, []problem.Violation{{In: p.in, Name: p.name, Code: schema.CodeFormat, Message: message}}
	}
	return values, nil
}

// unfit says why the part of the request cannot hold a value, or "".
func (p *param) unfit(value string) string {
	switch p.in {
	case inPath:
		if value == "" || value == "." || value == ".." {
			return `must not be empty, "." or ".." in a path`
		}
	case inHeader:
		if strings.ContainsFunc(value, isControl) || value != strings.Trim(value, " \t") {
			return "must have no control characters and no space around it in a header"
		}
		if p.schema.Repeatable() && (value == "" || strings.Contains(value, ",")) {
			return "must have no comma and not be empty in the list of a header"
		}
	case inCookie:
		if strings.ContainsFunc(value, notInCookie) {
			return "must have no space, quotation mark, comma, semicolon, backslash or other than visible ASCII in a cookie (RFC 6265)"
		}
	}
	return ""
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

func notInCookie(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune(`",;\`, c) }

// query is a query string, split but not decoded, because a comma that separates the items of a list is another one than an
// escaped comma inside of an item.
type query []pair

type pair struct{ name, raw string }

// errTooMany: a query has more parameters than maxFields.
var errTooMany = fmt.Errorf("more than %d parameters", maxFields)

// parseQuery splits a query string by the rules of [url.ParseQuery]. It counts the parameters before it makes room for them.
func parseQuery(raw string) (query, error) {
	if raw == "" {
		return nil, nil
	}
	n := 1 + strings.Count(raw, "&")
	if n > maxFields {
		return nil, errTooMany
	}
	q := make(query, 0, n)
	for part := range strings.SplitSeq(raw, "&") {
		if strings.Contains(part, ";") {
			return nil, fmt.Errorf("a semicolon separates nothing in a query")
		}
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, err
		}
		if _, err := url.QueryUnescape(value); err != nil {
			return nil, err
		}
		q = append(q, pair{name, value})
	}
	return q, nil
}

// values returns the values of a parameter; nil means that it is absent. Those of a list are separated by commas or given by
// repetition, and a single empty one is the empty list.
func (q query) values(name string, list bool) []string {
	var values []string
	for _, p := range q {
		switch {
		case p.name != name:
		case list && p.raw == "" && values == nil:
			values = []string{}
		case list:
			for item := range strings.SplitSeq(p.raw, ",") {
				values = append(values, unescape(item))
			}
		default:
			values = append(values, unescape(p.raw))
		}
	}
	return values
}

// unescape decodes a part of what parseQuery has found to be well escaped.
func unescape(raw string) string {
	text, _ := url.QueryUnescape(raw)
	return text
}
