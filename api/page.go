package api

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// Paging is what the input of an operation that lists embeds: how many items, and from where on. A request that does not say how many
// gets 20; a typed call, where a number left out is 0, always says it.
type Paging struct {
	Limit  int         `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"How many items the page has at most."`
	Cursor Opt[string] `query:"cursor" minLength:"1" maxLength:"2000" doc:"Where the page before ended: its member next."`
}

// Page is the output of an operation that lists, one page at a time: 200 with the items and, unless it is the last page, the cursor of
// the next one. The header Link (RFC 8288) leads there, too, with the other parameters of the query as they were. What a cursor
// holds is the service's business: that of a store's page, for one. A cursor that it does not take is an [InvalidCursor].
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitzero" doc:"The cursor of the next page; absent at the end."`
}

// InvalidCursor is the problem of a request whose cursor is none of the service's: 422 with the violation at the parameter.
func InvalidCursor() error {
	return problem.Invalid().WithViolations(problem.Violation{
		In: inQuery, Name: "cursor", Code: schema.CodeFormat, Message: "must be the cursor of a page of this list",
	})
}

func (p Page[T]) answer() (int, http.Header, bool) { return http.StatusOK, nil, true }

func (Page[T]) shape() shape {
	return shape{status: http.StatusOK, body: reflect.TypeFor[Page[T]](), link: true}
}

func (Page[T]) receive(_ *http.Response, decode func(any) error) (any, error) {
	var p Page[T]
	err := decode(&p)
	return p, err
}

func (p Page[T]) next() string { return p.Next }

// checkLink reports an operation whose link to the next page would lead to the same one again.
func (e *endpoint) checkLink() error {
	if shapeOf(e.out).link && !slices.ContainsFunc(e.binder.params, func(p param) bool { return p.in == inQuery && p.name == "cursor" }) {
		return fmt.Errorf("output %s: nothing in the input %s takes its cursor: embed api.Paging", e.out, e.in)
	}
	return nil
}

// link adds the header that leads to the next page. It is relative to the address of the request, whatever a proxy made of that.
func link(c *operation.Call) {
	page, ok := c.Out.(interface{ next() string })
	if !ok || page.next() == "" {
		return
	}
	q, err := parseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return // nobody has read it
	}
	var query strings.Builder
	for _, p := range q {
		if p.name != "cursor" {
			query.WriteString(url.QueryEscape(p.name) + "=" + reescape(p.raw) + "&")
		}
	}
	c.SetHeader("Link", "<?"+query.String()+"cursor="+url.QueryEscape(page.next())+`>; rel="next"`)
}

// reescape makes a value fit for a header. A comma stays what it is: an escaped one separates no items.
func reescape(raw string) string {
	items := strings.Split(raw, ",")
	for i, item := range items {
		items[i] = url.QueryEscape(unescape(item))
	}
	return strings.Join(items, ",")
}
