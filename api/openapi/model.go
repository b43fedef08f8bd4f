package openapi

import "github.com/go-json-experiment/json/jsontext"

// The objects of the OpenAPI Specification 3.1.1, section 4.8, with the members that are derived here.

type document struct {
	OpenAPI    string               `json:"openapi"`
	Info       info                 `json:"info"`
	Servers    []server             `json:"servers"`
	Tags       []tag                `json:"tags,omitempty"`
	Paths      map[string]*pathItem `json:"paths"`
	Webhooks   map[string]*pathItem `json:"webhooks,omitempty"`
	XWebhooks  map[string]*pathItem `json:"x-webhooks,omitempty"` // of 3.0, as tools call them there
	Components components           `json:"components"`
	Docs       *link                `json:"externalDocs,omitempty"`
}

type info struct {
	Title       string   `json:"title"`
	Version     string   `json:"version"`
	Description string   `json:"description,omitempty"`
	Terms       string   `json:"termsOfService,omitempty"`
	Contact     *contact `json:"contact,omitempty"`
	License     *license `json:"license,omitempty"`
}

type contact struct {
	Name  string `json:"name,omitempty"`
	URL   string `json:"url,omitempty"`
	Email string `json:"email,omitempty"`
}

type license struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier,omitempty"`
	URL        string `json:"url,omitempty"`
}

type link struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
}

type server struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
}

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type components struct {
	Schemas         map[string]jsontext.Value `json:"schemas,omitempty"`
	Responses       map[string]*response      `json:"responses,omitempty"`
	SecuritySchemes map[string]securityScheme `json:"securitySchemes,omitempty"`
}

type pathItem struct {
	Get     *operation `json:"get,omitempty"`
	Head    *operation `json:"head,omitempty"`
	Post    *operation `json:"post,omitempty"`
	Put     *operation `json:"put,omitempty"`
	Patch   *operation `json:"patch,omitempty"`
	Delete  *operation `json:"delete,omitempty"`
	Options *operation `json:"options,omitempty"`
	Trace   *operation `json:"trace,omitempty"`
}

type operation struct {
	OperationID string               `json:"operationId"`
	Summary     string               `json:"summary,omitempty"`
	Description string               `json:"description,omitempty"`
	Tags        []string             `json:"tags"`
	Deprecated  bool                 `json:"deprecated,omitzero"`
	Security    []map[string]scopes  `json:"security,omitzero"` // an empty list is written: the operation is public
	Scopes      []string             `json:"x-required-scopes,omitempty"`
	Parameters  []parameter          `json:"parameters,omitempty"`
	RequestBody *requestBody         `json:"requestBody,omitempty"`
	Responses   map[string]*response `json:"responses"`
	Callbacks   callbacks            `json:"callbacks,omitempty"`
	WebSocket   *messages            `json:"x-websocket,omitzero"`
	Version     string               `json:"x-vade-version,omitempty"`
	Plan        []step               `json:"x-vade-plan,omitempty"`
}

// messages are those of a WebSocket, which OpenAPI has no words for.
type messages struct {
	Receives jsontext.Value `json:"receives"`
	Sends    jsontext.Value `json:"sends"`
}

type scopes []string

// callbacks are path items by name, then by the URL to which they go.
type callbacks map[string]map[string]*pathItem

type parameter struct {
	Name        string         `json:"name"`
	In          string         `json:"in"`
	Required    bool           `json:"required,omitzero"`
	Description string         `json:"description,omitempty"`
	Style       string         `json:"style,omitempty"`
	Explode     bool           `json:"explode,omitzero"`
	Schema      jsontext.Value `json:"schema"`
}

type requestBody struct {
	Required bool                 `json:"required"`
	Content  map[string]mediaType `json:"content"`
}

// response is a Response Object, or with Ref alone a Reference Object.
type response struct {
	Ref         string               `json:"$ref,omitempty"`
	Description string               `json:"description,omitempty"`
	Headers     map[string]header    `json:"headers,omitempty"`
	Content     map[string]mediaType `json:"content,omitempty"`
}

type header struct {
	Description string         `json:"description,omitempty"`
	Schema      jsontext.Value `json:"schema"`
}

type mediaType struct {
	Schema   jsontext.Value     `json:"schema,omitzero"`
	Examples map[string]example `json:"examples,omitempty"`
}

type example struct {
	Summary string `json:"summary,omitempty"`
	Value   any    `json:"value"`
}

type securityScheme struct {
	Type         string          `json:"type"`
	Scheme       string          `json:"scheme,omitempty"`
	BearerFormat string          `json:"bearerFormat,omitempty"`
	Description  string          `json:"description"`
	Flows        map[string]flow `json:"flows,omitempty"`
}

type flow struct {
	AuthorizationURL string            `json:"authorizationUrl"`
	TokenURL         string            `json:"tokenUrl"`
	Scopes           map[string]string `json:"scopes"`
}

type step struct {
	Stage  string `json:"stage"`
	Detail string `json:"detail,omitempty"`
}
