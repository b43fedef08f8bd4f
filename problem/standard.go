package problem

import (
	"net/http"
	"strconv"
)

// The codes of the problems that the framework itself answers with.
const (
	CodeMalformed            = "malformed"              // 400: the request cannot be parsed
	CodeUnauthenticated      = "unauthenticated"        // 401: no valid credentials
	CodeForbidden            = "forbidden"              // 403: the caller may not do this
	CodeNotFound             = "not-found"              // 404: there is no such thing
	CodeMethodNotAllowed     = "method-not-allowed"     // 405: the resource lacks the method
	CodeNotAcceptable        = "not-acceptable"         // 406: no representation suits Accept
	CodeRequestTimeout       = "request-timeout"        // 408: the body did not arrive in time
	CodeConflict             = "conflict"               // 409: the state of the resource forbids it
	CodePreconditionFailed   = "precondition-failed"    // 412: the resource is of another version
	CodeTooLarge             = "too-large"              // 413: the body exceeds the limit
	CodeUnsupportedMediaType = "unsupported-media-type" // 415: the body has an unknown format
	CodeInvalid              = "invalid"                // 422: well-formed, but rules are broken
	CodePreconditionRequired = "precondition-required"  // 428: the request does not say which version it changes
	CodeTooManyRequests      = "too-many-requests"      // 429: a rate limit is exhausted
	CodeInternal             = "internal"               // 500: a fault on our side
	CodeBadGateway           = "bad-gateway"            // 502: an upstream answered nonsense
	CodeUnavailable          = "unavailable"            // 503: overloaded or stopping; try again
	CodeTimeout              = "timeout"                // 504: the deadline passed
)

// Malformed is 400: the request cannot be parsed.
func Malformed() *Problem {
	return New(http.StatusBadRequest, CodeMalformed, "The request is malformed")
}

// Unauthenticated is 401: the request lacks valid credentials.
func Unauthenticated() *Problem {
	return New(http.StatusUnauthorized, CodeUnauthenticated, "The request lacks valid credentials")
}

// Forbidden is 403: the caller is known and may not do this.
func Forbidden() *Problem {
	return New(http.StatusForbidden, CodeForbidden, "The caller may not do this")
}

// NotFound is 404: there is no such resource.
func NotFound() *Problem {
	return New(http.StatusNotFound, CodeNotFound, "There is no such resource")
}

// MethodNotAllowed is 405: the resource exists but does not support the method.
func MethodNotAllowed() *Problem {
	return New(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "The resource does not support the method")
}

// NotAcceptable is 406: no representation suits the Accept header.
func NotAcceptable() *Problem {
	return New(http.StatusNotAcceptable, CodeNotAcceptable, "No representation suits the Accept header")
}

// RequestTimeout is 408: the body did not arrive in time.
func RequestTimeout() *Problem {
	return New(http.StatusRequestTimeout, CodeRequestTimeout, "The request did not arrive in time")
}

// Conflict is 409: the state of the resource forbids the request.
func Conflict() *Problem {
	return New(http.StatusConflict, CodeConflict, "The state of the resource forbids the request")
}

// PreconditionFailed is 412: the resource is of another version than the request asks for.
func PreconditionFailed() *Problem {
	return New(http.StatusPreconditionFailed, CodePreconditionFailed, "The resource is of another version")
}

// TooLarge is 413: the body exceeds the limit of the operation.
func TooLarge() *Problem {
	return New(http.StatusRequestEntityTooLarge, CodeTooLarge, "The request body is too large")
}

// UnsupportedMediaType is 415: the body is in a format that the operation does not read.
func UnsupportedMediaType() *Problem {
	return New(http.StatusUnsupportedMediaType, CodeUnsupportedMediaType, "The format of the request body is not supported")
}

// Invalid is 422: the request is well-formed and breaks the rules listed in [Problem.Errors].
func Invalid() *Problem {
	return New(http.StatusUnprocessableEntity, CodeInvalid, "The request is invalid")
}

// PreconditionRequired is 428: the request must say which version of the resource it changes.
func PreconditionRequired() *Problem {
	return New(http.StatusPreconditionRequired, CodePreconditionRequired, "The request must say which version it changes")
}

// TooManyRequests is 429: a rate limit is exhausted.
func TooManyRequests() *Problem {
	return New(http.StatusTooManyRequests, CodeTooManyRequests, "Too many requests")
}

// Internal is 500: a fault on our side; [Problem.ID] finds it in the logs.
func Internal() *Problem {
	return New(http.StatusInternalServerError, CodeInternal, "Something went wrong on our side")
}

// BadGateway is 502: an upstream service gave an answer that cannot be used.
func BadGateway() *Problem {
	return New(http.StatusBadGateway, CodeBadGateway, "An upstream service gave an unusable answer")
}

// Unavailable is 503: the service is overloaded or stopping; the request may be tried again.
func Unavailable() *Problem {
	return New(http.StatusServiceUnavailable, CodeUnavailable, "The service is unavailable")
}

// Timeout is 504: the deadline passed before an answer was ready.
func Timeout() *Problem {
	return New(http.StatusGatewayTimeout, CodeTimeout, "The deadline passed before an answer was ready")
}

// ForStatus returns the standard problem of an HTTP status. A status that has none gets
// the code "status-<number>" and the text of [http.StatusText] as its title.
func ForStatus(status int) *Problem {
	for _, standard := range standards() {
		if p := standard(); p.Status == status {
			return p
		}
	}
	code := "status-" + strconv.Itoa(status)
	title := http.StatusText(status)
	if title == "" {
		title = "The request ended with status " + strconv.Itoa(status)
	}
	return New(status, code, title)
}

func standards() []func() *Problem {
	return []func() *Problem{
		Malformed, Unauthenticated, Forbidden, NotFound, MethodNotAllowed, NotAcceptable, RequestTimeout, Conflict,
		PreconditionFailed, TooLarge, UnsupportedMediaType, Invalid, PreconditionRequired, TooManyRequests, Internal, BadGateway, Unavailable, Timeout,
	}
}
