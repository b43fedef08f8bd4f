package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// Caching is what caches outside of the service may do with an answer (RFC 9111, section 5.2.2; RFC 5861). Times are whole seconds.
type Caching struct {
	MaxAge               time.Duration // how long it is fresh
	SharedMaxAge         time.Duration // the same for caches that many share, such as a CDN; 0: MaxAge
	StaleWhileRevalidate time.Duration // how much longer it serves while a new one is fetched
	StaleIfError         time.Duration // how much longer it serves while none can be had
	Public               bool          // shared caches keep it even where they would not by themselves
	Private              bool          // only the caller's own cache keeps it
	NoCache              bool          // it is kept, and each time the service is asked whether it has changed
	NoStore              bool          // nobody keeps it; excludes all others
	MustRevalidate       bool          // it is never served when it is no longer fresh
	Immutable            bool          // while fresh it does not change, so that nobody asks (RFC 8246)
	Vary                 []string      // the request headers that the answer depends on
}

// CacheControl says in the header Cache-Control what caches outside of the service may do with the answers of a GET that succeeds,
// those by 304 included, unless the handler says it itself in a [Reply]. With NoStore it counts for every method. The last one counts,
// the operation's before its group's. Problems are never stored.
//
// Where nothing is said, an operation that requires a caller answers with "no-store", as OWASP asks of an API, so that nothing stays on
// the disk of a machine that people share; with a [Versioned] output it answers "private, no-cache", which lets a browser keep what it
// then asks about by ETag. An answer to somebody who was identified is private in any case: shared caches do not know who may see it,
// and to ask them to keep it is a mistake. Public operations say nothing by themselves. Neither do handlers that are mounted; what is given
// for them counts for the answers to GET and HEAD of which they do not say it themselves.
func CacheControl(c Caching) Option { return &caching{Caching: c, source: operation.Source(1)} }

type caching struct {
	Caching
	source string
}

// DescribeOperation does nothing: the operation looks for the last one by itself.
func (c *caching) DescribeOperation(*manifest.Operation) {}

// Validate reports what cannot be meant.
func (c *caching) Validate() error {
	var errs []error
	wrong := func(text string) { errs = append(errs, fmt.Errorf("api.CacheControl at %s: %s", c.source, text)) }
	for _, d := range []time.Duration{c.MaxAge, c.SharedMaxAge, c.StaleWhileRevalidate, c.StaleIfError} {
		if d < 0 || d%time.Second != 0 {
			wrong(d.String() + " is not a number of whole seconds")
		}
	}
	if c.directives(false) == "" && len(c.Vary) == 0 {
		wrong("it says nothing; max-age=0 is NoCache")
	}
	others := c.Caching
	others.NoStore, others.Vary = false, nil
	if plain := (&caching{Caching: others}).directives(false); c.NoStore && plain != "" {
		wrong("no-store excludes " + plain)
	}
	if c.Public && c.Private {
		wrong("public and private exclude each other")
	}
	if c.Private && c.SharedMaxAge > 0 {
		wrong("what is private has no time in shared caches")
	}
	for _, name := range c.Vary {
		if !isToken(name) {
			wrong(fmt.Sprintf("%q is no name of a header (RFC 9110, section 5.6.2)", name))
		}
	}
	return errors.Join(errs...)
}

// directives is the value of the header.
func (c *caching) directives(known bool) string {
	var list []string
	flag := func(set bool, name string) {
		if set {
			list = append(list, name)
		}
	}
	seconds := func(d time.Duration, name string) {
		if d > 0 {
			list = append(list, name+"="+strconv.FormatInt(int64(d/time.Second), 10))
		}
	}
	flag(c.NoStore, "no-store")
	flag(c.Public, "public")
	flag(c.Private || known && !c.NoStore, "private")
	flag(c.NoCache, "no-cache")
	seconds(c.MaxAge, "max-age")
	seconds(c.SharedMaxAge, "s-maxage")
	seconds(c.StaleWhileRevalidate, "stale-while-revalidate")
	seconds(c.StaleIfError, "stale-if-error")
	flag(c.MustRevalidate, "must-revalidate")
	flag(c.Immutable, "immutable")
	return strings.Join(list, ", ")
}

// caching is what counts for the operation, or nil.
func (e *endpoint) caching() *caching {
	if c := lastCaching(e.options); c != nil && (c.NoStore || e.method == http.MethodGet) {
		return c
	}
	return nil
}

// shareable reports what would hand out to anybody what was answered to a known caller.
func (c *caching) shareable(known bool) error {
	if known && (c.Public || c.SharedMaxAge > 0) {
		return fmt.Errorf("api.CacheControl at %s: shared caches would hand out to anybody what was answered to a known caller; "+
			"leave out Public and SharedMaxAge", c.source)
	}
	return nil
}

// describeCaching writes down what caches may do, and says it in every answer where nobody has declared anything.
func (e *endpoint) describeCaching() error {
	known := !e.op.Security.Public
	c := e.caching()
	switch {
	case c != nil && c.shareable(known) != nil:
		return c.shareable(known)
	case c != nil:
		e.op.CacheControl = c.directives(known)
		headers := []manifest.Header{{Name: "Cache-Control", Doc: "What caches may do with the answer (RFC 9111).", Schema: []byte(`{"type":"string"}`)}}
		if len(c.Vary) > 0 {
			headers = append(headers, manifest.Header{
				Name: "Vary", Doc: "The request headers that the answer depends on (RFC 9110, section 12.5.5).", Schema: []byte(`{"type":"string"}`),
			})
		}
		for i := range e.op.Responses {
			e.op.Responses[i].Headers = append(e.op.Responses[i].Headers, headers...)
		}
		return nil
	case known && shapeOf(e.out).versioned && e.method == http.MethodGet:
		e.op.CacheControl = "private, no-cache"
	case known:
		e.op.CacheControl = "no-store"
	default:
		return nil
	}
	e.fixed.Set("Cache-Control", e.op.CacheControl)
	return nil
}

// cachingStep puts the headers on successes.
func (e *endpoint) cachingStep() []operation.Step {
	c := e.caching()
	if c == nil {
		return nil
	}
	value, vary := c.directives(!e.op.Security.Public), strings.Join(c.Vary, ", ")
	fixed := make(http.Header, 2) // shared by all answers
	if value != "" {
		fixed.Set("Cache-Control", value)
	}
	if vary != "" {
		fixed.Set("Vary", vary)
	}
	return []operation.Step{{Stage: operation.StageCache, Detail: value, Origin: c.source, Wrap: func(next operation.Handler) operation.Handler {
		return func(ctx context.Context, c *operation.Call) error {
			err := next(ctx, c)
			if err != nil {
				return err
			}
			own := c.ReplyHeader()
			said, depends := own["Cache-Control"], own["Vary"]
			c.SetHeaders(fixed)
			if said != nil {
				c.SetHeaders(http.Header{"Cache-Control": said})
			}
			if depends != nil && vary != "" {
				c.SetHeaders(http.Header{"Vary": append(slices.Clip(depends), vary)})
			}
			return nil
		}
	}}}
}
