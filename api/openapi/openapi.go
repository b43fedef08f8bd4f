package openapi

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/manifest"
	"sort"
)

// The versions of the OpenAPI Specification that documents are written in.
const (
	Version   = "3.1.1" // unless another is asked for
	Version30 = "3.0.3" // for tools that know no later one
)

// Options say what the manifest does not know.
type Options struct {
	Title       string   // default: the name of the service or of the system
	Version     string   // of the API; default: that of the service or of the system, or "0.0.0"
	Description string   // in CommonMark; default: the summary of the service
	Servers     []string // base URLs; default: the address that the document came from
	Issuer      string   // of the bearer tokens, for people who need one; default: not mentioned
	Login       *Login   // where people get tokens at a browser; default: nowhere, they bring one
	Service     string   // only the operations of this service; default: all services
	OpenAPI     string   // [Version] or [Version30]; default: [Version]
}

// Login is where people get tokens: the endpoints of the authorization code grant of OAuth 2.0 (RFC 6749, section 4.1). Each is a URL, or
// a path on the host of the server.
type Login struct {
	AuthorizationURL string
	TokenURL         string
}

// Document returns the OpenAPI document of a system, as indented JSON with a final newline. An [Options.Service] that the
// system does not have is an error, and so is everything listed in the package documentation. It reads m and is safe to call
// from several goroutines.
func Document(m *manifest.System, opts Options) ([]byte, error) {
	services, err := chosen(m, opts.Service)
	if err != nil {
		return nil, err
	}
	version := cmp.Or(opts.OpenAPI, Version)
	if version != Version && version != Version30 {
		return nil, fmt.Errorf("openapi: version %q: documents are written in %s and %s", version, Version, Version30)
	}
	d := newDeriver(m.Schemas, version, opts)
	doc := document{
		OpenAPI: version,
		Info:    about(m, services, opts),
		Servers: servers(m, opts.Servers),
		Tags:    tags(services),
		Paths:   d.paths(services),
	}
	if webhooks := d.webhooks(services); version == Version30 {
		doc.XWebhooks = webhooks
	} else {
		doc.Webhooks = webhooks
	}
	if m.About != nil && m.About.Docs != nil {
		doc.Docs = &link{URL: m.About.Docs.URL, Description: m.About.Docs.Doc}
	}
	doc.Components = d.components() // what the paths have come to use
	if err := errors.Join(d.errs...); err != nil {
		return nil, err
	}
	data, err := json.Marshal(doc, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("openapi: encode %s: %w", m.Name, err)
	}
	return append(data, '\n'), nil
}

// chosen returns the services that the document is about, by name.
func chosen(m *manifest.System, name string) ([]manifest.Service, error) {
	if name == "" {
		services := slices.Clone(m.Services)
		sort.Slice(services, func(i, j int) bool { return services[i].Name < services[j].Name }) // a sort of its own for the type would weigh 16 kB
		return services, nil
	}
	svc, ok := m.Service(name)
	if !ok {
		return nil, fmt.Errorf("openapi: %s has no service %q", m.Name, name)
	}
	return []manifest.Service{*svc}, nil
}
