package openapi

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vade-go/vade/manifest"
)

// place is one operation and where it goes.
type place struct {
	service manifest.Service
	op      manifest.Operation
}

// paths derives the operations of all services, by path.
func (d *deriver) paths(services []manifest.Service) map[string]*pathItem {
	var all []*place
	for _, svc := range services {
		for _, op := range svc.Operations {
			all = append(all, &place{svc, op})
		}
	}
	slices.SortStableFunc(all, func(a, b *place) int {
		return cmp.Or(cmp.Compare(a.op.Path, b.op.Path), cmp.Compare(a.op.Method, b.op.Method), cmp.Compare(a.op.ID, b.op.ID))
	})
	paths := make(map[string]*pathItem)
	templates := make(map[string]string) // shape → the first path of that shape
	for _, p := range all {
		path := template(p.op.Path)
		first, known := templates[shape(path)]
		if !known {
			templates[shape(path)], first = path, path
		}
		p.op.Parameters = rename(p.op.Parameters, path, first)
		if paths[first] == nil {
			paths[first] = new(pathItem)
		}
		d.put(paths[first], *p)
	}
	return paths
}

func (d *deriver) put(item *pathItem, p place) {
	slot := item.slot(p.op.Method)
	switch {
	case slot == nil:
		d.fail(p.op.ID, "OpenAPI %s does not know the method %s", d.version, p.op.Method)
	case *slot != nil:
		d.fail(p.op.ID, "%s %s is %s already", p.op.Method, p.op.Path, (*slot).OperationID)
	default:
		*slot = d.operation(p.service, p.op)
	}
}

// slot returns where the operation of a method goes, or nil.
func (i *pathItem) slot(method string) **operation {
	switch method {
	case "GET":
		return &i.Get
	case "HEAD":
		return &i.Head
	case "POST":
		return &i.Post
	case "PUT":
		return &i.Put
	case "PATCH":
		return &i.Patch
	case "DELETE":
		return &i.Delete
	case "OPTIONS":
		return &i.Options
	case "TRACE":
		return &i.Trace
	}
	return nil
}

var wildcard = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([^{}]*)\}`) })

// template turns a path of net/http into one of OpenAPI, which has no end mark and no parameter of several segments.
func template(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(path, "{$}", ""), "...}", "}")
}

// shape is the path without the names of its parameters. Two paths of one shape are the same path to OpenAPI.
func shape(path string) string { return wildcard().ReplaceAllString(path, "{}") }

// rename gives path parameters the names that they have in the first path of the same shape.
func rename(params []manifest.Parameter, path, first string) []manifest.Parameter {
	if path == first {
		return params
	}
	from, to := wildcard().FindAllStringSubmatch(path, -1), wildcard().FindAllStringSubmatch(first, -1)
	params = slices.Clone(params)
	for i := range params {
		at := slices.IndexFunc(from, func(m []string) bool { return m[1] == params[i].Name })
		if params[i].In == "path" && at >= 0 {
			params[i].Name = to[at][1]
		}
	}
	return params
}
