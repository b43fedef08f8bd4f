package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/vade-go/vade/manifest"
)

// Deprecated marks the operation as one that will go.
func Deprecated() Option {
	return describe(func(op *manifest.Operation) { op.Deprecated = true })
}

// DeprecatedSince is [Deprecated] with the time from which on nobody should begin to use the operation, which may lie ahead. Every
// answer says so in the header Deprecation (RFC 9745).
func DeprecatedSince(t time.Time) Option {
	return describe(func(op *manifest.Operation) { op.Deprecated, op.DeprecatedSince = true, t.UTC().Format(time.RFC3339) })
}

// Sunset is [Deprecated] with the time from which on the operation may be gone. Every answer says so in the header Sunset (RFC 8594);
// that time comes does nothing by itself.
func Sunset(t time.Time) Option {
	return describe(func(op *manifest.Operation) { op.Deprecated, op.Sunset = true, t.UTC().Format(time.RFC3339) })
}

// farewell returns the headers that announce the end of an operation, and describes them.
func farewell(op *manifest.Operation) (http.Header, []manifest.Header, error) {
	since, err := moment(op.DeprecatedSince)
	if err != nil {
		return nil, nil, fmt.Errorf("api.DeprecatedSince: %w", err)
	}
	end, err := moment(op.Sunset)
	if err != nil {
		return nil, nil, fmt.Errorf("api.Sunset: %w", err)
	}
	if !since.IsZero() && !end.IsZero() && end.Before(since) {
		return nil, nil, fmt.Errorf("api.Sunset(%s): that is before the deprecation at %s", op.Sunset, op.DeprecatedSince)
	}
	h := make(http.Header)
	var described []manifest.Header
	add := func(name, value, doc string) {
		h.Set(name, value)
		described = append(described, manifest.Header{Name: name, Doc: doc, Schema: []byte(`{"type":"string"}`)})
	}
	if !since.IsZero() {
		add("Deprecation", "@"+strconv.FormatInt(since.Unix(), 10), "Since when the operation is deprecated, in seconds since 1970 (RFC 9745).")
	}
	if !end.IsZero() {
		add("Sunset", end.Format(http.TimeFormat), "From when on the operation may be gone (RFC 8594).")
	}
	return h, described, nil
}

// moment reads a time of the manifest; none is zero.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err == nil && t.IsZero() {
		err = errors.New("the time is zero, which is none")
	}
	return t, err
}
