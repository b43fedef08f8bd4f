package manifest

import "encoding/json"

// FormatVersion is the version of the JSON form. It changes only when an old reader would misread a new manifest.
const FormatVersion = 1

// System is everything that a program declares.
type System struct {
	Format   int       `json:"format"` // FormatVersion at the time of writing
	Name     string    `json:"name"`
	Version  string    `json:"version,omitempty"`
	Services []Service `json:"services"`
	About    *About    `json:"about,omitempty"`
	// Schemas holds the named JSON Schemas (draft 2020-12) that others refer to as "#/schemas/NAME".
	Schemas map[string]json.RawMessage `json:"schemas,omitempty"`
}

// Service is one bounded context with its own database and its own contract.
type Service struct {
	Name          string         `json:"name"`
	Version       string         `json:"version,omitempty"`
	Summary       string         `json:"summary,omitempty"`
	Operations    []Operation    `json:"operations,omitempty"`
	Mounts        []Mount        `json:"mounts,omitempty"`
	Webhooks      []Notification `json:"webhooks,omitempty"` // what it sends to whoever asked
	Tags          []Tag          `json:"tags,omitempty"`     // those of its operations that are described
	Publishes     []Topic        `json:"publishes,omitempty"`
	Subscriptions []Subscription `json:"subscriptions,omitempty"`
	Collections   []Collection   `json:"collections,omitempty"`
	Calls         []string       `json:"calls,omitempty"`    // names of the services that this one calls
	Settings      []Setting      `json:"settings,omitempty"` // what can be configured
}

// Topic is a named, typed stream of events that a service publishes.
type Topic struct {
	Name    string          `json:"name"`
	Summary string          `json:"summary,omitempty"`
	Schema  json.RawMessage `json:"schema"`          // of the event's data
	Keyed   bool            `json:"keyed,omitempty"` // events with one key keep their order
	Source  string          `json:"source,omitempty"`
}

// Subscription is a consumer group of a service on a topic.
type Subscription struct {
	Topic       string `json:"topic"`
	Group       string `json:"group"`
	MaxAttempts int    `json:"max_attempts"` // deliveries before an event goes to the dead letters
	Parallel    int    `json:"parallel"`     // events handled at once in one process
	Plan        []Step `json:"plan,omitempty"`
	Source      string `json:"source,omitempty"`
}

// Collection is a set of documents in a service's own database.
type Collection struct {
	Name    string          `json:"name"`
	Schema  json.RawMessage `json:"schema"`
	Indexes []string        `json:"indexes,omitempty"`
	Source  string          `json:"source,omitempty"`
}

// Setting is one configuration key of a service.
type Setting struct {
	Key    string `json:"key"` // as in the file: "payments.failure_rate"
	Env    string `json:"env"` // as in the environment: "VADE_PAYMENTS_FAILURE_RATE"
	Doc    string `json:"doc,omitempty"`
	Secret bool   `json:"secret,omitempty"`
}
