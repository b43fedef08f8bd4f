package manifest

import "slices"

// Mount is a handler of plain HTTP that answers every request at a path and below. What it takes and answers nobody has declared; who
// may reach it somebody has.
type Mount struct {
	ID          string   `json:"id"`   // unique in the system: "bookings.mount-legacy"
	Path        string   `json:"path"` // "/legacy", or "/" for everything that no operation answers
	Summary     string   `json:"summary,omitempty"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Methods     []string `json:"methods,omitempty"` // those that it answers; empty: any
	Deprecated  bool     `json:"deprecated,omitempty"`

	DeprecatedSince string `json:"deprecated_since,omitempty"` // RFC 3339
	Sunset          string `json:"sunset,omitempty"`           // RFC 3339: it may be gone from then on

	Version      string `json:"version,omitempty"`       // of the API, where it has several
	CacheControl string `json:"cache_control,omitempty"` // of a success (RFC 9111) of which the handler does not say it; empty: nothing is said

	Security Security `json:"security"`
	Timeout  string   `json:"timeout,omitempty"` // a Go duration: the longest that a request may take; empty: as long as it takes
	MaxBody  int64    `json:"max_body"`          // bytes of request body
	Plan     []Step   `json:"plan,omitempty"`
	Source   string   `json:"source,omitempty"` // where it was declared: "import/path/file.go:12"
}

// rest matches everything below a path.
const rest = "{rest...}"

// Everything reports whether the mount answers all that no operation does, so that nothing is left to be not found.
func (m *Mount) Everything() bool { return m.Path == "/" }

// Routes returns what [net/http.ServeMux] has to tell apart for the mount, as operations without a method: the path itself and
// everything below.
func (m *Mount) Routes() []Operation {
	paths := []string{m.Path, m.Path + "/" + rest}
	if m.Path == "/" {
		paths = []string{"/" + rest}
	}
	var list []Operation
	for _, path := range paths {
		list = append(list, Operation{
			ID: m.ID, Path: path, Summary: m.Summary, Description: m.Description, Tags: m.Tags,
			Deprecated: m.Deprecated, DeprecatedSince: m.DeprecatedSince, Sunset: m.Sunset,
			Version: m.Version, CacheControl: m.CacheControl, Security: m.Security, Timeout: m.Timeout, MaxBody: m.MaxBody, Plan: m.Plan, Source: m.Source,
		})
	}
	return list
}

// Routes returns everything that the service answers: its operations, and its mounts as [Mount.Routes] has them. The list may be that
// of the operations itself, and must not be changed.
func (s *Service) Routes() []Operation {
	list := slices.Clip(s.Operations)
	for i := range s.Mounts {
		list = append(list, s.Mounts[i].Routes()...)
	}
	return list
}
