package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/manifest"
)

// deriver collects, while paths are derived, what they refer to and what is wrong.
type deriver struct {
	version   string
	issuer    string
	login     *Login
	source    map[string]json.RawMessage   // the named schemas of the manifest
	schemas   map[string]jsontext.Value    // those that are in use
	pending   []string                     // in use and not derived yet
	own       map[string]jsontext.Value    // the named schemas that are the document's own
	responses map[string]*response         // the shared failures in use, by problem code
	schemes   map[string]map[string]string // the security schemes in use, and the scopes of each
	problem   string                       // name of the schema of problems
	violation string                       // name of the schema of what is wrong with a request
	ids       map[string]string            // operation id → method and path
	errs      []error
}

func newDeriver(source map[string]json.RawMessage, version string, opts Options) *deriver {
	d := &deriver{
		version:   version,
		issuer:    opts.Issuer,
		login:     opts.Login,
		source:    source,
		schemas:   make(map[string]jsontext.Value),
		responses: make(map[string]*response),
		schemes:   make(map[string]map[string]string),
		ids:       make(map[string]string),
		own:       make(map[string]jsontext.Value),
	}
	d.violation = d.define("Violation", d.dialect(violationSchema()))
	d.problem = d.define("Problem", d.dialect(problemSchema(d.violation)))
	return d
}

// define makes a schema of the document's own a component and returns its name, which another schema may have already.
func (d *deriver) define(name string, schema jsontext.Value) string {
	for {
		_, declared := d.source[name]
		if other, own := d.own[name]; !declared && (!own || bytes.Equal(other, schema)) {
			d.own[name] = schema
			return name
		}
		name = "vade." + name
	}
}

func (d *deriver) fail(where, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("openapi: %s: "+format, append([]any{where}, args...)...))
}

// schema derives a schema that is used in place. None at all allows anything.
func (d *deriver) schema(where string, raw []byte) jsontext.Value {
	if len(raw) == 0 {
		return jsontext.Value(`{}`)
	}
	v, err := refer(raw, func(name string) { d.use(where, name) })
	if err != nil {
		d.fail(where, "%w", err)
		return jsontext.Value(`{}`)
	}
	return d.dialect(v)
}

// dialect writes a schema in the dialect of the document's version.
func (d *deriver) dialect(schema jsontext.Value) jsontext.Value {
	if d.version == Version30 {
		return lower(schema, func(ref string) bool { return d.inexact(ref, make(map[string]bool)) })
	}
	return schema
}

// inexact reports whether the dialect of version 3.0 cannot say all of a named schema, or of one that it refers to.
func (d *deriver) inexact(ref string, seen map[string]bool) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(ref, componentSchemas), manifestSchemas), "/")
	source, ok := d.source[name]
	if !ok || seen[name] {
		return false
	}
	seen[name] = true
	l := &lowering{careful: true, inexact: func(ref string) bool { return d.inexact(ref, seen) }}
	l.schema(jsontext.Value(source))
	return l.loose
}

func (d *deriver) use(where, name string) {
	if _, used := d.schemas[name]; used {
		return
	}
	if _, ok := d.source[name]; !ok {
		d.fail(where, "the manifest has no schema %q", name)
		return
	}
	d.schemas[name] = nil
	d.pending = append(d.pending, name)
}

// components derives what the paths refer to. It is called after paths.
func (d *deriver) components() components {
	for len(d.pending) > 0 {
		name := d.pending[0]
		d.pending = d.pending[1:]
		d.checkName("schema", name)
		d.schemas[name] = d.schema("schema "+name, d.source[name])
	}
	c := components{Schemas: d.schemas, Responses: d.responses, SecuritySchemes: make(map[string]securityScheme)}
	if len(d.ids) > 0 {
		maps.Copy(c.Schemas, d.own)
	}
	for _, name := range slices.Sorted(maps.Keys(d.schemes)) {
		d.checkName("security scheme", name)
		c.SecuritySchemes[name] = d.scheme(name)
	}
	return c
}

// componentName is what section 4.8.7.1 of the specification allows.
var componentName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z0-9._-]+$`) })

func (d *deriver) checkName(kind, name string) {
	if !componentName().MatchString(name) {
		d.fail(kind, "the name %q has characters other than letters, digits, dots, hyphens and underscores", name)
	}
}

// scheme describes how callers are identified: by a bearer token, which people may get by logging in.
func (d *deriver) scheme(name string) securityScheme {
	text := "Bearer token of " + name + "."
	if d.issuer != "" {
		text = "Bearer token of " + name + ", issued by " + d.issuer + "."
	}
	if d.login == nil {
		return securityScheme{Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: text}
	}
	return securityScheme{Type: "oauth2", Description: text, Flows: map[string]flow{"authorizationCode": {
		AuthorizationURL: d.login.AuthorizationURL, TokenURL: d.login.TokenURL, Scopes: d.schemes[name],
	}}}
}

func (d *deriver) operation(svc manifest.Service, op manifest.Operation) *operation {
	if other, taken := d.ids[op.ID]; taken {
		d.fail(op.ID, "the id belongs to %s already", other)
	}
	d.ids[op.ID] = op.Method + " " + op.Path
	o := &operation{
		OperationID: op.ID, Summary: op.Summary, Description: op.Description, Tags: tagsOf(svc, op.Tags), Deprecated: op.Deprecated,
		Security: d.security(op), Parameters: d.parameters(op.ID, op.Parameters), Responses: d.answers(op), Callbacks: d.callbacks(svc, op),
		Version: op.Version,
	}
	if op.Body != nil {
		o.RequestBody = &requestBody{Required: !op.Body.Optional, Content: d.content(op.ID+" body", op.Body)}
	}
	if m := op.Messages; m != nil {
		o.WebSocket = &messages{Receives: d.schema(op.ID+" messages", m.Receives), Sends: d.schema(op.ID+" messages", m.Sends)}
		if begun := o.Responses["101"]; begun != nil {
			begun.Content = map[string]mediaType{"application/json": {Schema: d.compose(either{
				"The messages of both sides: x-websocket says whose is which.", []jsontext.Value{o.WebSocket.Receives, o.WebSocket.Sends},
			})}}
		}
	}
	if d.scopeless() {
		o.Scopes = op.Security.Scopes
	}
	for _, s := range op.Plan {
		o.Plan = append(o.Plan, step{Stage: s.Stage, Detail: s.Detail})
	}
	return o
}

// sequence is the schema of a body that is a sequence of items, either that of a value that is one of several.
type (
	sequence struct {
		Type        string         `json:"type"`
		Description string         `json:"description"`
		Items       jsontext.Value `json:"items"`
	}
	either struct {
		Description string           `json:"description"`
		AnyOf       []jsontext.Value `json:"anyOf"`
	}
)

// scopeless reports whether scopes cannot stand beside a scheme: version 3.0 wants none there with a bearer token.
func (d *deriver) scopeless() bool { return d.version == Version30 && d.login == nil }

// security lists the schemes, any of which will do, each with all the scopes; an empty list says that anybody may call.
func (d *deriver) security(op manifest.Operation) []map[string]scopes {
	list := []map[string]scopes{}
	if !op.Security.Decided() {
		d.fail(op.ID, "nobody has said who may call it")
	}
	if op.Security.Public {
		return list
	}
	for _, name := range op.Security.Schemes {
		if d.schemes[name] == nil {
			d.schemes[name] = make(map[string]string)
		}
		for _, scope := range op.Security.Scopes {
			d.schemes[name][scope] = "" // nobody has described it
		}
		asked := op.Security.Scopes
		if d.scopeless() {
			asked = nil
		}
		list = append(list, map[string]scopes{name: asked})
	}
	return list
}

func (d *deriver) parameters(id string, params []manifest.Parameter) []parameter {
	var list []parameter
	for _, p := range params {
		if ignored(p) {
			continue
		}
		list = append(list, parameter{
			Name: p.Name, In: p.In, Required: p.Required || p.In == "path", Description: p.Doc, Style: p.Style, Explode: p.Style == "deepObject",
			Schema: d.schema(id+" parameter "+p.Name, p.Schema),
		})
	}
	return list
}

// ignored reports whether OpenAPI describes the parameter elsewhere and forbids it here (section 4.8.12.2.1).
func ignored(p manifest.Parameter) bool {
	name := http.CanonicalHeaderKey(p.Name)
	return p.In == "header" && (name == "Accept" || name == "Content-Type" || name == "Authorization")
}

func (d *deriver) content(where string, c *manifest.Content) map[string]mediaType {
	if c == nil {
		return nil
	}
	m := mediaType{}
	switch {
	case len(c.Item) > 0: // only version 3.2 has a word for it; to generators of clients a list says the most
		m.Schema = d.compose(sequence{"array", "A sequence of these, one after the other.", d.schema(where+" item", c.Item)})
	case len(c.Schema) > 0:
		m.Schema = d.schema(where, c.Schema)
	case d.version == Version30: // bytes need a schema there
		m.Schema = jsontext.Value(`{"type":"string","format":"binary"}`)
	}
	for _, x := range c.Examples {
		if m.Examples == nil {
			m.Examples = make(map[string]example, len(c.Examples))
		}
		m.Examples[x.Name] = example{Value: jsontext.Value(x.Value)}
	}
	content := map[string]mediaType{c.MediaType: m}
	for _, also := range c.Also {
		content[also] = m
	}
	return content
}
