package openapi

import (
	"bytes"
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/manifest"
)

// Check reports what [Document] would of the whole system, in a fraction of the time, so that a program can refuse at its start
// what it derives later.
func Check(m *manifest.System) error {
	if !sound(m) {
		_, err := Document(m, Options{})
		return err
	}
	return nil
}

// sound reports whether nothing can be wrong. It may be wrong about what is unusual, and is never about what is bad.
func sound(m *manifest.System) bool {
	ids, routes, webhooks := make(map[string]bool), make(map[string]bool), make(map[string]bool)
	send := func(id string, n manifest.Notification) bool {
		known := ids[id]
		ids[id] = true
		return !known && soundRequest(m, n.Parameters, n.Body)
	}
	for _, svc := range m.Services {
		for _, op := range svc.Operations {
			route := op.Method + " " + shape(template(op.Path))
			if ids[op.ID] || routes[route] || new(pathItem).slot(op.Method) == nil || !op.Security.Decided() || !soundOperation(m, op) {
				return false
			}
			ids[op.ID], routes[route] = true, true
			for _, n := range op.Callbacks {
				if !send(op.ID+"."+n.Name, n) {
					return false
				}
			}
		}
		for _, n := range svc.Webhooks {
			if webhooks[n.Name] || !send(svc.Name+"."+n.Name, n) {
				return false
			}
			webhooks[n.Name] = true
		}
	}
	for name, schema := range m.Schemas {
		if !componentName().MatchString(name) || !soundSchema(m, schema) {
			return false
		}
	}
	return true
}

func soundOperation(m *manifest.System, op manifest.Operation) bool {
	for _, name := range op.Security.Schemes {
		if !componentName().MatchString(name) {
			return false
		}
	}
	if !soundRequest(m, op.Parameters, op.Body) {
		return false
	}
	if op.Messages != nil && (!soundSchema(m, op.Messages.Receives) || !soundSchema(m, op.Messages.Sends)) {
		return false
	}
	statuses := make(map[int]bool)
	for _, p := range op.Problems {
		if p.Example != nil && !jsontext.Value(p.Example).IsValid() {
			return false
		}
		statuses[p.Status] = true
	}
	for _, res := range op.Responses {
		if statuses[res.Status] || (res.Content != nil && !soundContent(m, res.Content)) {
			return false
		}
		statuses[res.Status] = true
		for _, h := range res.Headers {
			if !soundSchema(m, h.Schema) {
				return false
			}
		}
	}
	return true
}

func soundRequest(m *manifest.System, params []manifest.Parameter, body *manifest.Content) bool {
	for _, p := range params {
		if !soundSchema(m, p.Schema) {
			return false
		}
	}
	return body == nil || soundContent(m, body)
}

func soundContent(m *manifest.System, c *manifest.Content) bool {
	for _, x := range c.Examples {
		if !jsontext.Value(x.Value).IsValid() {
			return false
		}
	}
	return soundSchema(m, c.Schema) && soundSchema(m, c.Item)
}

// soundSchema reports whether a schema is JSON and refers, whether or not what looks like a reference is one, to what is there.
func soundSchema(m *manifest.System, schema json.RawMessage) bool {
	if len(schema) == 0 {
		return true
	}
	if !jsontext.Value(schema).IsValid() {
		return false
	}
	for rest := []byte(schema); ; {
		_, after, found := bytes.Cut(rest, []byte(manifestSchemas))
		if !found {
			return true
		}
		end := bytes.IndexAny(after, `"/\`)
		if end < 0 || after[end] == '\\' {
			return false
		}
		if _, known := m.Schemas[string(after[:end])]; !known {
			return false
		}
		rest = after[end:]
	}
}
