package openapi

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/manifest"
)

const problemMediaType = "application/problem+json"

// answers derives the successes and the failures of an operation, by status.
func (d *deriver) answers(op manifest.Operation) map[string]*response {
	all := make(map[string]*response)
	for _, res := range op.Responses {
		status := strconv.Itoa(res.Status)
		if all[status] != nil {
			d.fail(op.ID, "two answers have the status %s", status)
		}
		all[status] = d.success(op.ID, res)
	}
	failed := failures(op)
	for _, status := range slices.Sorted(maps.Keys(failed)) {
		key := strconv.Itoa(status)
		if all[key] != nil {
			d.fail(op.ID, "status %s is a success and a problem", key)
		}
		all[key] = d.failure(op, failed[status])
	}
	all["default"] = d.anyOther(op.ProblemTypes)
	return all
}

func (d *deriver) success(id string, res manifest.Response) *response {
	r := &response{
		Description: cmp.Or(res.Doc, http.StatusText(res.Status), "Answer"),
		Content:     d.content(id+" answer", res.Content),
	}
	for _, h := range res.Headers {
		if r.Headers == nil {
			r.Headers = make(map[string]header)
		}
		r.Headers[h.Name] = header{Description: h.Doc, Schema: d.schema(id+" header "+h.Name, h.Schema)}
	}
	return r
}

// failures groups by status what the operation declares and what the framework may answer in its place.
func failures(op manifest.Operation) map[int][]manifest.Problem {
	all := make(map[int][]manifest.Problem)
	add := func(p manifest.Problem) {
		switch i := slices.IndexFunc(all[p.Status], func(q manifest.Problem) bool { return q.Code == p.Code }); {
		case i < 0:
			all[p.Status] = append(all[p.Status], p)
		case p.Example != nil:
			all[p.Status][i] = p
		}
	}
	for _, code := range frameworkCodes(op) {
		add(standard(code))
	}
	declared := slices.Clone(op.Problems)
	slices.SortFunc(declared, func(a, b manifest.Problem) int { return cmp.Compare(a.Code, b.Code) })
	for _, p := range declared {
		add(p)
	}
	return all
}

// failure derives the answer for the problems of one status. One that is all the framework's own is shared by the operations.
func (d *deriver) failure(op manifest.Operation, problems []manifest.Problem) *response {
	p := problems[0]
	if len(problems) == 1 && isStandard(p) {
		return d.share(p.Code, op.ProblemTypes, func() *response {
			return d.describe(p.Title, d.problemOf("Problem"+camel(p.Code), p.Title, problems), problems)
		})
	}
	status := strconv.Itoa(p.Status)
	schema := d.problemOf(camel(op.ID)+"Problem"+status, "How "+op.ID+" fails with the status "+status+".", problems)
	return also(d.describe(http.StatusText(p.Status), schema, problems), op.ProblemTypes)
}

func isStandard(p manifest.Problem) bool {
	s := standard(p.Code)
	return p.Example == nil && p.Status == s.Status && p.Type == s.Type && p.Title == s.Title
}

// anyOther is what can befall every operation. The list of its codes is not closed: proxies in between have their own.
func (d *deriver) anyOther(types []string) *response {
	return d.share("default", types, func() *response {
		problems := []manifest.Problem{standard(serverFault), standard("unavailable"), standard("timeout")}
		return d.describe("The operation failed for another reason", d.encode(reference{componentSchemas + d.problem}), problems)
	})
}

// share returns a reference to a response that is made once, and once more for operations whose problems come in further forms.
func (d *deriver) share(name string, types []string, describe func() *response) *response {
	formed := name
	for _, form := range types {
		formed += "-" + strings.Join(strings.FieldsFunc(strings.TrimPrefix(form, "application/problem"), separates), "-")
	}
	if d.responses[formed] == nil {
		d.responses[formed] = also(describe(), types)
	}
	return &response{Ref: "#/components/responses/" + formed}
}

// also adds to a failure the further media types in which it comes. The examples, which are in JSON, stand with the first.
func also(r *response, types []string) *response {
	for _, form := range types {
		r.Content[form] = mediaType{Schema: r.Content[problemMediaType].Schema}
	}
	return r
}

func (d *deriver) describe(text string, schema jsontext.Value, problems []manifest.Problem) *response {
	content := mediaType{Schema: schema, Examples: make(map[string]example, len(problems))}
	for _, p := range problems {
		content.Examples[p.Code] = example{Summary: p.Title, Value: exampleOf(p)}
		if p.Example != nil {
			content.Examples[p.Code] = example{Summary: p.Title, Value: jsontext.Value(p.Example)}
		}
	}
	r := &response{Description: cmp.Or(text, "Problem"), Content: map[string]mediaType{problemMediaType: content}}
	if problems[0].Status == http.StatusServiceUnavailable {
		r.Headers = map[string]header{"Retry-After": {
			Description: "After how many seconds to try again (RFC 9110, section 10.2.3).", Schema: jsontext.Value(`{"type":"integer"}`),
		}}
	}
	if problems[0].Status == http.StatusUnauthorized {
		r.Headers = map[string]header{"WWW-Authenticate": {
			Description: "How to authenticate (RFC 6750).", Schema: jsontext.Value(`{"type":"string"}`),
		}}
	}
	return r
}

type reference struct {
	Ref string `json:"$ref"`
}

// problemOf refers to the schema of a problem with one of the codes. It is a component, so that code that is made from the document has a
// type for it, whose name depends on no code that may be added one day.
func (d *deriver) problemOf(name, text string, problems []manifest.Problem) jsontext.Value {
	codes := make([]string, len(problems))
	for i, p := range problems {
		codes[i] = p.Code
	}
	type object = map[string]any
	name = d.define(name, d.encode(object{"description": text, "allOf": []any{
		reference{componentSchemas + d.problem},
		object{"type": "object", "properties": object{"code": object{"type": "string", "enum": codes}}},
	}}))
	return d.encode(reference{componentSchemas + name})
}

// camel makes one word of several: "bookings.book" becomes "BookingsBook".
func camel(words string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(words, separates) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// separates reports whether a rune is no part of a word: neither a letter nor a digit of ASCII.
func separates(c rune) bool {
	return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

func (d *deriver) encode(v any) jsontext.Value { return d.dialect(d.compose(v)) }

// compose writes a schema around others that are in the dialect of the document already.
func (d *deriver) compose(v any) jsontext.Value {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		d.fail("schemas", "%w", err)
	}
	return data
}
