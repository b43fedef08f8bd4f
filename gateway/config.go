package gateway

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/telemetry"
)

// Config says where the services are and whom to trust. Its fields are not changed after [New].
type Config struct {
	// Upstreams says, by service, where its operations are answered. Services without operations need none.
	Upstreams map[string]Upstream
	// Partial leaves services out that have no upstream; their paths are not found. Default: that is a mistake.
	Partial bool
	// Telemetry receives spans, metrics and access records, under the service name "gateway". Required.
	Telemetry *telemetry.Telemetry
	// TrustedProxies are the networks of proxies in front, whose X-Forwarded headers are believed. Default: nobody's are.
	TrustedProxies []netip.Prefix
	// CORS says which other sites may call from a browser. Default: none.
	CORS CORS
	// Mounts are further handlers, by pattern of [http.ServeMux]: documentation, health. They get the gateway's protection,
	// a body of up to 1 MiB and 30 seconds.
	Mounts map[string]http.Handler
	// Transport carries requests to remote upstreams. Default: a tuned transport of the gateway's own, which Close ends.
	Transport http.RoundTripper
}

// Upstream is where the operations of a service are answered. Make one with [Local] or [Remote].
type Upstream struct {
	handler http.Handler
	urls    []*url.URL
}

// Local is a service in this process: requests reach it as function calls, without a socket. Its handler must honour the
// context of the request, because nobody can take a goroutine away from it.
func Local(h http.Handler) Upstream { return Upstream{handler: h} }

// Remote is a service at one or more base addresses, which take turns.
func Remote(urls ...*url.URL) Upstream { return Upstream{urls: urls} }

// The mistakes that New reports inside a [ConfigError].
var (
	ErrDuplicate  = errors.New("two of them answer the same request") // routes of the manifest or mounts
	ErrNoUpstream = errors.New("the service has no upstream")
)

// ConfigError is one mistake in what New was given.
type ConfigError struct {
	Setting string // the field of [Config], or "manifest"
	Err     error
}

// Error names the setting first.
func (e *ConfigError) Error() string { return "gateway: " + e.Setting + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *ConfigError) Unwrap() error { return e.Err }

// mistakes collects everything that is wrong.
type mistakes []error

func (m *mistakes) add(setting, format string, args ...any) {
	*m = append(*m, &ConfigError{Setting: setting, Err: fmt.Errorf(format, args...)})
}

// check reports what is wrong with the configuration itself.
func (c *Config) check(m *manifest.System, wrong *mistakes) {
	if c.Telemetry == nil {
		wrong.add("Telemetry", "it is required")
	}
	for _, p := range c.TrustedProxies {
		switch {
		case !p.IsValid():
			wrong.add("TrustedProxies", "%v is not a network", p)
		case p.Bits() == 0:
			wrong.add("TrustedProxies", "%v lets every client choose its own address", p)
		}
	}
	c.CORS.check(wrong)
	for _, name := range slices.Sorted(maps.Keys(c.Upstreams)) {
		if _, ok := m.Service(name); !ok {
			wrong.add("Upstreams", "%s has no service %q", m.Name, name)
		}
		c.Upstreams[name].check(name, wrong)
	}
	for i := range m.Services {
		svc := &m.Services[i]
		if _, ok := c.Upstreams[svc.Name]; !ok && len(svc.Operations)+len(svc.Mounts) > 0 && !c.Partial {
			wrong.add("Upstreams", "%s: %w", svc.Name, ErrNoUpstream)
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(c.Mounts)) {
		if c.Mounts[pattern] == nil {
			wrong.add("Mounts", "%s: no handler", pattern)
		}
	}
}

func (u Upstream) check(name string, wrong *mistakes) {
	if u.handler == nil && len(u.urls) == 0 {
		wrong.add("Upstreams", "%s: neither a handler nor an address", name)
	}
	for _, base := range u.urls {
		switch {
		case base == nil:
			wrong.add("Upstreams", "%s: an address is nil", name)
		case !isHTTP(base):
			wrong.add("Upstreams", "%s: %s is not an http address", name, base.Redacted())
		case base.User != nil || base.RawQuery != "" || base.Fragment != "":
			wrong.add("Upstreams", "%s: %s must be scheme, host and path alone", name, base.Redacted())
		}
	}
}

func isHTTP(u *url.URL) bool { return u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") }
