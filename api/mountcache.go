package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/vade-go/vade/operation"
)

// lastCaching is what options say of caches; the last one counts.
func lastCaching(options []Option) *caching {
	for _, o := range slices.Backward(options) {
		if c, ok := o.(*caching); ok {
			return c
		}
	}
	return nil
}

// describeCaching writes down what caches may do with the answers of the handler. A frontend says it of each file by itself.
func (m *mount) describeCaching() error {
	c := lastCaching(m.options)
	if _, frontend := m.handler.(attached); frontend {
		if own := lastCaching(m.options[m.inherited:]); own != nil {
			return fmt.Errorf("api.CacheControl at %s: the files of an api.Frontend are kept as their names allow: api.Immutable says which have a hash in theirs",
				own.source)
		}
		return nil
	}
	if c == nil {
		return nil
	}
	known := !m.op.Security.Public
	if err := c.shareable(known); err != nil {
		return err
	}
	m.cached = &mountCaching{caching: c, directives: c.directives(known), vary: strings.Join(c.Vary, ", ")}
	m.op.CacheControl = m.cached.directives
	return nil
}

// cachingStep is the place of the policy in the plan. The headers are put on when the handler begins its answer.
func (m *mount) cachingStep() []operation.Step {
	if m.cached == nil {
		return nil
	}
	return []operation.Step{{Stage: operation.StageCache, Detail: m.cached.directives, Origin: m.cached.source}}
}

// mountCaching is what caches may do with the answers of a mounted handler.
type mountCaching struct {
	*caching
	directives, vary string
}

// put adds the headers to a success, unless the handler has said it itself. A nil mountCaching says nothing.
func (c *mountCaching) put(h http.Header, method string, status int) {
	reads := method == http.MethodGet || method == http.MethodHead
	success := status >= 200 && status <= 299 || status == http.StatusNotModified
	if c == nil || !success || !reads && !c.NoStore {
		return
	}
	if _, said := h["Cache-Control"]; !said && c.directives != "" {
		h["Cache-Control"] = []string{c.directives}
	}
	if c.vary != "" {
		h.Add("Vary", c.vary)
	}
}
