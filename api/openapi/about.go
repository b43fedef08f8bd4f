package openapi

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vade-go/vade/manifest"
)

func about(m *manifest.System, services []manifest.Service, opts Options) info {
	said := cmp.Or(m.About, new(manifest.About))
	title, version, description := cmp.Or(said.Title, m.Name), m.Version, said.Description
	if opts.Service != "" {
		title, version, description = opts.Service, cmp.Or(services[0].Version, version), services[0].Summary
	}
	i := info{
		Title:       cmp.Or(opts.Title, title),
		Version:     cmp.Or(opts.Version, version, "0.0.0"),
		Description: cmp.Or(opts.Description, description),
		Terms:       said.Terms,
	}
	if c := said.Contact; c != nil {
		i.Contact = &contact{Name: c.Name, URL: c.URL, Email: c.Email}
	}
	if l := said.License; l != nil {
		i.License = &license{Name: l.Name, Identifier: l.SPDX, URL: l.URL}
		if l.SPDX != "" && opts.OpenAPI == Version30 { // which knows URLs only
			i.License.Identifier, i.License.URL = "", "https://spdx.org/licenses/"+l.SPDX+".html"
		}
	}
	return i
}

func servers(m *manifest.System, urls []string) []server {
	var list []server
	for _, url := range urls {
		list = append(list, server{URL: url})
	}
	if len(list) == 0 && m.About != nil {
		for _, s := range m.About.Servers {
			list = append(list, server{URL: s.URL, Description: s.Doc})
		}
	}
	if len(list) == 0 {
		list = []server{{URL: "/"}}
	}
	return list
}

// tags lists what operations are grouped by: their services, and whatever tags they chose themselves.
func tags(services []manifest.Service) []tag {
	found := make(map[string]string)
	for _, svc := range services {
		use := func(names []string) {
			for _, name := range tagsOf(svc, names) {
				found[name] = cmp.Or(found[name], descriptionOf(svc, name))
			}
		}
		for _, op := range svc.Operations {
			use(op.Tags)
			for _, n := range op.Callbacks {
				use(n.Tags)
			}
		}
		for _, n := range svc.Webhooks {
			use(n.Tags)
		}
	}
	var list []tag
	for _, name := range slices.Sorted(maps.Keys(found)) {
		list = append(list, tag{Name: name, Description: found[name]})
	}
	return list
}

// descriptionOf is what a service says of a tag: of its own name, at least its summary.
func descriptionOf(svc manifest.Service, name string) string {
	if i := slices.IndexFunc(svc.Tags, func(t manifest.Tag) bool { return t.Name == name }); i >= 0 {
		return svc.Tags[i].Doc
	}
	if name == svc.Name {
		return svc.Summary
	}
	return ""
}

func tagsOf(svc manifest.Service, names []string) []string {
	if len(names) == 0 {
		return []string{svc.Name}
	}
	return names
}
