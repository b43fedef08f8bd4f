package manifest

import (
	"encoding/json"
	"slices"
)

// Operation is one request that a service answers.
type Operation struct {
	ID          string   `json:"id"` // unique in the system: "bookings.book"
	Method      string   `json:"method"`
	Path        string   `json:"path"` // RFC 6570 level 1, as in net/http: "/bookings/{id}"
	Summary     string   `json:"summary,omitempty"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Deprecated  bool     `json:"deprecated,omitempty"`

	DeprecatedSince string `json:"deprecated_since,omitempty"` // RFC 3339
	Sunset          string `json:"sunset,omitempty"`           // RFC 3339: it may be gone from then on

	Version      string `json:"version,omitempty"`       // of the API, where it has several
	CacheControl string `json:"cache_control,omitempty"` // of a success (RFC 9111); empty: nothing is said

	Security    Security    `json:"security"`
	Timeout     string      `json:"timeout"`            // a Go duration: the longest that the operation may take, but see Streams
	MaxBody     int64       `json:"max_body,omitempty"` // bytes of request body; 0: takes none
	Parameters  []Parameter `json:"parameters,omitempty"`
	StrictQuery bool        `json:"strict_query,omitempty"` // a query with other parameters is refused
	Streams     Streams     `json:"streams,omitzero"`
	Body        *Content    `json:"body,omitempty"`
	Responses   []Response  `json:"responses"`
	Messages    *Messages   `json:"messages,omitempty"` // of a WebSocket
	Problems    []Problem   `json:"problems,omitempty"`

	ProblemTypes []string `json:"problem_types,omitempty"` // media types of problems, beside application/problem+json

	Idempotency *Idempotency   `json:"idempotency,omitempty"` // nil: a request that is sent again is carried out again
	Callbacks   []Notification `json:"callbacks,omitempty"`   // what is sent because of it

	Plan   []Step `json:"plan,omitempty"`
	Source string `json:"source,omitempty"` // where it was declared: "import/path/file.go:12"
}

// Pattern returns what [net/http.ServeMux] registers for the operation: its method and path, and for the root exactly the root.
// Without a method, as for a [Mount], it is the path alone.
func (o *Operation) Pattern() string {
	path := o.Path
	if path == "/" {
		path = "/{$}"
	}
	if o.Method == "" {
		return path
	}
	return o.Method + " " + path
}

// Notification is a POST request that a service sends: a webhook, or a callback of an operation.
type Notification struct {
	Name        string      `json:"name"`
	URL         string      `json:"url,omitempty"` // of a callback: with runtime expressions of OpenAPI, "{$request.body#/url}"
	Summary     string      `json:"summary,omitempty"`
	Description string      `json:"description,omitempty"`
	Tags        []string    `json:"tags,omitempty"`
	Deprecated  bool        `json:"deprecated,omitempty"`
	Parameters  []Parameter `json:"parameters,omitempty"`
	Body        *Content    `json:"body,omitempty"`
	Source      string      `json:"source,omitempty"`
}

// Security says who may call an operation. The zero value is undecided, and an undecided operation does not start.
type Security struct {
	Public  bool     `json:"public,omitempty"`
	Schemes []string `json:"schemes,omitempty"` // any one of them identifies the caller
	Scopes  []string `json:"scopes,omitempty"`  // all of them must have been granted
}

// Decided reports whether somebody said who may call.
func (s Security) Decided() bool { return s.Public || len(s.Schemes) > 0 }

// Require adds schemes and scopes, each once, in order of appearance.
func (s *Security) Require(schemes, scopes []string) {
	s.Schemes = appendNew(s.Schemes, schemes)
	s.Scopes = appendNew(s.Scopes, scopes)
}

func appendNew(list, more []string) []string {
	for _, name := range more {
		if !slices.Contains(list, name) {
			list = append(slices.Clip(list), name)
		}
	}
	return list
}

// Streams says which bodies flow for as long as both sides like. The timeout of such an operation is that of its silence: while a
// request flows, the time between two parts of it; and, where the answer flows, the time until that begins.
type Streams struct {
	Request  bool `json:"request,omitempty"`
	Response bool `json:"response,omitempty"`
	Endless  bool `json:"endless,omitempty"` // the answer has no end of its own: a stop ends it at once
}

// Messages are those of a WebSocket, in JSON.
type Messages struct {
	Receives json.RawMessage `json:"receives"` // the schema of what clients send
	Sends    json.RawMessage `json:"sends"`    // the schema of what they get
}

// Idempotency says that a request that is sent again under one Idempotency-Key is carried out once.
type Idempotency struct {
	Retention   string `json:"retention"`              // a Go duration: how long a result is kept
	Wait        string `json:"wait"`                   // a Go duration: how long the same request waits for one that is running
	KeyRequired bool   `json:"key_required,omitempty"` // a request without a key is refused
	SharedKeys  bool   `json:"shared_keys,omitempty"`  // all callers have one space of keys
	Source      string `json:"source,omitempty"`       // where it was declared
}

// Parameter is a named value outside the body.
type Parameter struct {
	In       string          `json:"in"` // "path", "query", "header" or "cookie"
	Name     string          `json:"name"`
	Required bool            `json:"required,omitempty"`
	Doc      string          `json:"doc,omitempty"`
	Style    string          `json:"style,omitempty"` // of OpenAPI, where it is not the default: "deepObject"
	Schema   json.RawMessage `json:"schema"`
}

// Content is a typed body.
type Content struct {
	MediaType string          `json:"media_type"`
	Also      []string        `json:"also,omitempty"`     // further media types of the same schema
	Optional  bool            `json:"optional,omitempty"` // a request may leave it out
	Schema    json.RawMessage `json:"schema,omitempty"`
	Item      json.RawMessage `json:"item,omitempty"`     // the schema of what the body is a sequence of
	Examples  []Example       `json:"examples,omitempty"` // each of another name
}

// Example is a body as it may look.
type Example struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// Response is one successful answer.
type Response struct {
	Status  int      `json:"status"`
	Doc     string   `json:"doc,omitempty"`
	Content *Content `json:"content,omitempty"`
	Headers []Header `json:"headers,omitempty"`
}

// Header is a response header.
type Header struct {
	Name   string          `json:"name"`
	Doc    string          `json:"doc,omitempty"`
	Schema json.RawMessage `json:"schema"`
}

// Problem is one declared failure (RFC 9457).
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Type   string `json:"type"`
	Title  string `json:"title"`

	Example json.RawMessage `json:"example,omitempty"` // the document, where there is more to say than its kind
}

// Step is one stage of a running plan, in running order.
type Step struct {
	Stage  string `json:"stage"`            // "authenticate"
	Detail string `json:"detail,omitempty"` // "airline"
	Origin string `json:"origin,omitempty"` // where the policy was declared; empty: a default
}
