package login

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Client is the identifier of the only client.
const Client = "docs"

// The endpoints.
const (
	AuthorizePath = "/dev/authorize"
	TokenPath     = "/dev/token"
)

// Config says who may be granted what.
type Config struct {
	// Issue signs an access token.
	Issue func(subject string, scopes []string) (string, error)
	// Scopes are those that may be granted.
	Scopes []string
	// Redirect is the path of the page to which codes go, on the host that was asked.
	Redirect string
	// Lifetime is how long the tokens are good, for clients to know.
	Lifetime time.Duration
	// Personas are whom the page offers to be; one may also type a name. Default: developer, alice and bob.
	Personas []string
}

// Handler serves the endpoints. It is safe for concurrent use.
func Handler(cfg Config) http.Handler {
	if len(cfg.Personas) == 0 {
		cfg.Personas = []string{"developer", "alice", "bob"}
	}
	s := &server{cfg: cfg}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+AuthorizePath, s.ask)
	mux.HandleFunc("POST "+AuthorizePath, s.decide)
	mux.HandleFunc("POST "+TokenPath, s.token)
	return local(http.NewCrossOriginProtection().Handler(mux))
}

type server struct {
	cfg   Config
	codes codes
}

// local lets only this machine in. A browser elsewhere that was told to connect here names another host, or comes from one.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "same-origin") // none at all would hide from the form where it comes from
		h.Set("X-Content-Type-Options", "nosniff")
		if !loopback(r.RemoteAddr) || !loopback(r.Host) || forwarded(r.Header) {
			refuse(w, http.StatusForbidden, "The log-in for development answers on this machine only, under localhost or 127.0.0.1.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

// forwarded reports whether a proxy says that it asks for somebody who may be anywhere.
func forwarded(h http.Header) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
		for _, field := range h[name] {
			for host := range strings.SplitSeq(field, ",") {
				if !loopback(strings.TrimSpace(host)) {
					return true
				}
			}
		}
	}
	return len(h["Forwarded"]) > 0
}

// loopback reports whether a host, with or without a port, is this machine.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// request is what a client asks the authorization endpoint for.
type request struct {
	redirect, state, challenge string
	scopes                     []string
}

// read reads the parameters of an authorization request. Where the client cannot be trusted with an answer, it is refused on the
// spot (RFC 6749, section 4.1.2.1); any other mistake goes back to it as an error code.
func (s *server) read(r *http.Request, params url.Values) (req request, refusal, mistake string) {
	req = request{redirect: params.Get("redirect_uri"), state: params.Get("state"), challenge: params.Get("code_challenge")}
	req.scopes = strings.Fields(params.Get("scope"))
	switch {
	case repeated(params):
		return req, "A parameter is given twice.", ""
	case params.Get("client_id") != Client:
		return req, "The client is not known here.", ""
	case !s.ours(r, req.redirect):
		return req, "The address to which the code would go is not the documentation page of this program.", ""
	case params.Get("response_type") != "code":
		return req, "", "unsupported_response_type"
	case params.Get("code_challenge_method") != "S256" || len(req.challenge) != 43:
		return req, "", "invalid_request"
	case slices.ContainsFunc(req.scopes, func(scope string) bool { return !slices.Contains(s.cfg.Scopes, scope) }):
		return req, "", "invalid_scope"
	}
	return req, "", ""
}

// repeated reports whether a parameter is there more than once, which RFC 6749, section 3.1, forbids.
func repeated(params url.Values) bool {
	for _, values := range params {
		if len(values) > 1 {
			return true
		}
	}
	return false
}

// ours reports whether codes may go to an address: the one page, on the host that was asked.
func (s *server) ours(r *http.Request, address string) bool {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return address == scheme+"://"+r.Host+s.cfg.Redirect
}
