package gateway

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DefaultCORSMaxAge is how long a browser may remember what it was allowed.
const DefaultCORSMaxAge = 10 * time.Minute

// CORS says which other sites may call from a browser, as the Fetch standard defines it. Its zero value lets none: pages of
// the gateway's own origin only. Whatever services say about it themselves is dropped.
type CORS struct {
	// AllowedOrigins are exact origins such as "https://app.example.com", or "*" alone for every site.
	AllowedOrigins []string
	// AllowCredentials lets the browser send cookies. It does not go with "*".
	AllowCredentials bool
	// MaxAge is how long a browser may remember the answer. Default: [DefaultCORSMaxAge].
	MaxAge time.Duration
}

// Validate reports what makes no sense, or would let every site in.
func (c CORS) Validate() error {
	var wrong mistakes
	c.check(&wrong)
	return errors.Join(wrong...)
}

func (c CORS) check(wrong *mistakes) {
	for _, o := range c.AllowedOrigins {
		u, err := url.Parse(o)
		switch {
		case o == "*" && c.AllowCredentials:
			wrong.add("CORS.AllowedOrigins", `"*" with credentials would let every site act for a user who is signed in`)
		case o == "*" && len(c.AllowedOrigins) > 1:
			wrong.add("CORS.AllowedOrigins", `beside "*" no other origin means anything`)
		case o == "*":
		case o == "null":
			wrong.add("CORS.AllowedOrigins", `"null" is the origin of every sandboxed page and local file`)
		case err != nil || !isOrigin(u) || o != u.Scheme+"://"+u.Host:
			wrong.add("CORS.AllowedOrigins", "%q is not an origin such as %q", o, "https://app.example.com")
		}
	}
	if c.MaxAge < 0 {
		wrong.add("CORS.MaxAge", "%v is negative", c.MaxAge)
	}
}

// isOrigin reports whether browsers write an origin so: lower case, ASCII, no wildcard, and a port only where it is not the
// scheme's own.
func isOrigin(u *url.URL) bool {
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "1"), 10, 16)
	own := u.Scheme == "http" && port == 80 || u.Scheme == "https" && port == 443
	return isHTTP(u) && err == nil && port > 0 && !own && !strings.HasSuffix(u.Host, ":") &&
		strings.Trim(u.Host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == ""
}

// allowed returns what Access-Control-Allow-Origin says to a page of the origin, or "".
func (c *CORS) allowed(origin string) string {
	switch {
	case origin == "":
		return ""
	case slices.Contains(c.AllowedOrigins, "*"):
		return "*"
	case slices.Contains(c.AllowedOrigins, origin):
		return origin
	}
	return ""
}

// permits reports whether a page of the origin may open a WebSocket, which browsers allow to every site unless the server
// objects.
func (c *CORS) permits(r *http.Request, from origin) bool {
	o := r.Header.Get("Origin")
	if o == "" || c.allowed(o) != "" {
		return true
	}
	return strings.EqualFold(o, from.proto+"://"+from.host)
}

// undress takes out what a service says about origins.
func undress(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h, name)
		}
	}
}

// dress writes the gateway's answer about origins over whatever is there.
func (c *CORS) dress(h http.Header, r *http.Request, expose string) {
	undress(h)
	vary(h, "Origin")
	allowed := c.allowed(r.Header.Get("Origin"))
	if allowed == "" {
		return
	}
	h["Access-Control-Allow-Origin"] = []string{allowed}
	h["Access-Control-Expose-Headers"] = []string{expose}
	if c.AllowCredentials {
		h["Access-Control-Allow-Credentials"] = []string{"true"}
	}
}

// isPreflight reports whether a browser asks whether it may ask.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// preflight answers that question. To a site that may not, it says nothing of use, and the browser refuses.
func (c *CORS) preflight(w *responseWriter, r *http.Request, methods []string) {
	h := w.Header()
	h.Set("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	h.Set("Allow", strings.Join(methods, ", "))
	if c.allowed(r.Header.Get("Origin")) != "" && slices.Contains(methods, r.Header.Get("Access-Control-Request-Method")) {
		age := c.MaxAge
		if age == 0 {
			age = DefaultCORSMaxAge
		}
		w.preflight = http.Header{
			"Access-Control-Allow-Methods": {strings.Join(methods, ", ")},
			"Access-Control-Max-Age":       {strconv.Itoa(int(age / time.Second))},
		}
		if asked := r.Header.Values("Access-Control-Request-Headers"); len(asked) > 0 {
			w.preflight["Access-Control-Allow-Headers"] = []string{strings.Join(asked, ", ")}
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// vary adds a name to the field Vary unless it is there.
func vary(h http.Header, name string) {
	for _, field := range h["Vary"] {
		for item := range strings.SplitSeq(field, ",") {
			if item = strings.TrimSpace(item); item == "*" || strings.EqualFold(item, name) {
				return
			}
		}
	}
	h["Vary"] = append(h["Vary"], name)
}
