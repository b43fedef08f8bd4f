package openapi

import (
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/manifest"
)

// serverFault is the code of what went wrong on our side.
const serverFault = "internal"

// standard returns a problem that the framework itself answers with. The manifest does not list them, because any operation
// may have them; they are those of package problem, which a test compares.
func standard(code string) manifest.Problem {
	p := manifest.Problem{Code: code, Type: "/problems/" + code}
	switch code {
	case "malformed":
		p.Status, p.Title = http.StatusBadRequest, "The request is malformed"
	case "unauthenticated":
		p.Status, p.Title = http.StatusUnauthorized, "The request lacks valid credentials"
	case "forbidden":
		p.Status, p.Title = http.StatusForbidden, "The caller may not do this"
	case "request-timeout":
		p.Status, p.Title = http.StatusRequestTimeout, "The request did not arrive in time"
	case "too-large":
		p.Status, p.Title = http.StatusRequestEntityTooLarge, "The request body is too large"
	case "unsupported-media-type":
		p.Status, p.Title = http.StatusUnsupportedMediaType, "The format of the request body is not supported"
	case "invalid":
		p.Status, p.Title = http.StatusUnprocessableEntity, "The request is invalid"
	case serverFault:
		p.Status, p.Title = http.StatusInternalServerError, "Something went wrong on our side"
	case "unavailable":
		p.Status, p.Title = http.StatusServiceUnavailable, "The service is unavailable"
	case "timeout":
		p.Status, p.Title = http.StatusGatewayTimeout, "The deadline passed before an answer was ready"
	}
	return p
}

// frameworkCodes lists what the framework may answer before the handler of the operation runs.
func frameworkCodes(op manifest.Operation) []string {
	var codes []string
	if op.Body != nil || len(op.Parameters) > 0 || op.StrictQuery {
		codes = append(codes, "malformed", "invalid")
	}
	if !op.Security.Public {
		codes = append(codes, "unauthenticated", "forbidden")
	}
	if op.Body != nil {
		codes = append(codes, "request-timeout", "too-large", "unsupported-media-type")
	}
	return codes
}

// problemExample is what a problem looks like on the wire.
type problemExample struct {
	Type   string             `json:"type"`
	Title  string             `json:"title"`
	Status int                `json:"status"`
	Code   string             `json:"code"`
	ID     string             `json:"id,omitempty"`
	Errors []violationExample `json:"errors,omitempty"`
}

type violationExample struct {
	In      string `json:"in"`
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func exampleOf(p manifest.Problem) problemExample {
	e := problemExample{Type: p.Type, Title: p.Title, Status: p.Status, Code: p.Code}
	switch p.Code {
	case "invalid":
		e.Errors = []violationExample{{In: "body", Pointer: "/name", Code: "required", Message: "is required"}}
	case serverFault:
		e.ID = "hJ3k9sQx0vTzLw2b"
	}
	return e
}

// problemSchema describes what package problem writes: RFC 9457, section 3.1, and Vade's extension members. Violation is the name of the
// schema of [violationSchema]; it has a name of its own, so that code that is made from the document has a type for it.
func problemSchema(violation string) jsontext.Value {
	return jsontext.Value(`{
		"type": "object",
		"description": "A failure, as RFC 9457 describes it.",
		"required": ["status", "code", "title"],
		"properties": {
			"type": {"type": "string", "format": "uri-reference", "description": "Identifies the kind of problem."},
			"title": {"type": "string", "description": "The kind of problem, for people."},
			"status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status code."},
			"code": {"type": "string", "description": "The stable name of the kind of problem, for programs."},
			"detail": {"type": "string", "description": "What happened this time, for people."},
			"instance": {"type": "string", "format": "uri-reference", "description": "Identifies this occurrence."},
			"id": {"type": "string", "description": "Finds the incident in the logs."},
			"errors": {
				"type": "array",
				"description": "Every violation of an invalid request.",
				"items": {"$ref": "` + componentSchemas + violation + `"}
			}
		}
	}`)
}

// violationSchema describes one broken rule of an invalid request.
func violationSchema() jsontext.Value {
	return jsontext.Value(`{
		"type": "object",
		"description": "A rule that a request breaks.",
		"required": ["code"],
		"properties": {
			"in": {
				"type": "string",
				"enum": ["body", "form", "path", "query", "header", "cookie"],
				"description": "The part of the request."
			},
			"name": {"type": "string", "description": "The parameter or the field of the form."},
			"pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) into the body or the parameter."},
			"code": {"type": "string", "description": "The stable name of the broken rule."},
			"message": {"type": "string", "description": "The rule, for people."}
		}
	}`)
}
