package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/auth/devissuer"
	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/internal/httpserver"
	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
)

// host is what every role has: settings, description, telemetry, health, and the group of everything that starts and stops.
type host struct {
	program   *program
	settings  *Settings
	manifest  *manifest.System
	telemetry *telemetry.Telemetry
	log       *slog.Logger
	health    *lifecycle.Health
	group     *lifecycle.Group
	opened    []io.Closer // before the start, to be closed when that does not come to its end
	began     time.Time
}

// prepare does everything that can fail without anything being opened.
func (p *program) prepare() (*host, error) {
	began := time.Now()
	settings, _, m, err := p.load()
	if err != nil {
		return nil, err
	}
	traces, err := p.traces()
	if err != nil {
		return nil, err
	}
	tel, err := telemetry.New(telemetry.Config{
		Service: p.system.Name(), Version: version().version, Environment: settings.Env,
		Output: p.world.Stderr, Level: settings.Log.Level, Format: settings.Log.Format, Traces: traces,
	})
	if err != nil {
		return nil, err
	}
	log := tel.Logger()
	if p.world.owner {
		slog.SetDefault(log)
	}
	return &host{
		program: p, settings: settings, manifest: m, telemetry: tel, log: log,
		health: lifecycle.NewHealth(lifecycle.HealthConfig{Log: log}), group: new(lifecycle.Group), began: began,
	}, nil
}

// traces reads the standard variable OTEL_TRACES_EXPORTER.
func (p *program) traces() (string, error) {
	const name = "OTEL_TRACES_EXPORTER"
	for _, kv := range slices.Backward(p.world.Environ) {
		switch v, ok := strings.CutPrefix(kv, name+"="); {
		case !ok:
		case v == "" || v == telemetry.TracesNone || v == telemetry.TracesConsole:
			return v, nil
		default:
			return "", fmt.Errorf("environment %s: %q is not known here: none and console are", name, v)
		}
	}
	return telemetry.TracesNone, nil
}

// listen takes an address before anything else is opened, so that a port in use stops the program while nothing has happened.
func (h *host) listen(address, setting string) (*httpserver.Server, error) {
	s := httpserver.New(httpserver.Config{Address: address, Setting: setting, Log: h.log})
	if err := s.Listen(); err != nil {
		return nil, err
	}
	h.opened = append(h.opened, s)
	return s, nil
}

// abort closes what was opened before a start that does not come to its end, last first, and returns err and whatever else went
// wrong. What the group has closed already is closed once.
func (h *host) abort(err error) error {
	errs := []error{err}
	for _, c := range slices.Backward(h.opened) {
		errs = append(errs, c.Close())
	}
	return errors.Join(append(errs, h.flush())...)
}

// open opens services in this process.
func (h *host) open(ctx context.Context, names []string) (*vade.Instance, error) {
	peers, err := h.settings.peers()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(checkPeers(h.manifest, names, peers), h.checkIssuer(names)); err != nil {
		return nil, err
	}
	if err := h.makeDataDir(); err != nil {
		return nil, err
	}
	engines, err := h.settings.engines(h.program.drivers, needs(h.manifest, names))
	if err != nil {
		return nil, err
	}
	verifier, err := h.verifier(ctx)
	if err != nil {
		return nil, err
	}
	instance, err := h.program.system.Open(ctx, vade.Config{
		Services: names, Peers: peers, Engines: engines, DataDir: h.settings.Data, Verifier: verifier, Telemetry: h.telemetry,
	})
	if err != nil {
		return nil, err
	}
	h.opened = append(h.opened, instance)
	for name, check := range instance.Checks() {
		h.health.Register(name, check)
	}
	h.warnAboutOwnBroker(names, engines)
	return instance, nil
}

// warnAboutOwnBroker says that services elsewhere do not hear of what happens here.
func (h *host) warnAboutOwnBroker(names []string, engines operation.Engines) {
	if e, ok := engines["events"]; ok && e.URL.Scheme == "embedded" && len(names) < len(h.manifest.Services) {
		h.log.Warn("the embedded broker is this process's own: services elsewhere are cut off from its events; set VADE_EVENTS to a shared one")
	}
}

// checkPeers reports calls that would lead nowhere.
func checkPeers(m *manifest.System, names []string, peers map[string]*url.URL) error {
	var errs []error
	for _, name := range names {
		svc, ok := m.Service(name)
		if !ok {
			return fmt.Errorf("%q is not a service of %s", name, m.Name)
		}
		for _, called := range svc.Calls {
			if _, known := peers[called]; !known && !slices.Contains(names, called) {
				errs = append(errs, fmt.Errorf("%s calls %s, which does not run here and has no address; set VADE_UPSTREAMS=%s=http://HOST:PORT", name, called, called))
			}
		}
	}
	return errors.Join(errs...)
}

// checkIssuer reports operations whose callers nobody could identify.
func (h *host) checkIssuer(names []string) error {
	if h.settings.developmentIssuer() || h.settings.Auth.Issuer != "" {
		return nil
	}
	for _, name := range names {
		svc, _ := h.manifest.Service(name)
		for _, op := range svc.Routes() {
			if len(op.Security.Schemes) > 0 {
				return fmt.Errorf("%s and perhaps others ask for a token, and no issuer is configured; set VADE_AUTH_ISSUER and VADE_AUTH_JWKS", op.ID)
			}
		}
	}
	return nil
}

// needs lists the capabilities that the services use.
func needs(m *manifest.System, names []string) []string {
	var store, events bool
	for _, svc := range m.Services {
		if slices.Contains(names, svc.Name) {
			store = store || len(svc.Collections) > 0
			events = events || len(svc.Publishes)+len(svc.Subscriptions) > 0
		}
	}
	var out []string
	if store {
		out = append(out, "store")
	}
	if events {
		out = append(out, "events")
	}
	return out
}

// makeDataDir makes the data folder and checks that it can be written.
func (h *host) makeDataDir() error {
	dir := h.settings.Data
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, ".writable-*"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("the data folder cannot be used: %w; set VADE_DATA to a folder that this user may write", err)
	}
	return nil
}

func (s *Settings) issuerDir() string { return filepath.Join(s.Data, "issuer") }

func (s *Settings) developmentIssuer() bool { return s.dev() && s.Auth.Issuer == "" }

func (s *Settings) audience(system string) string {
	if s.Auth.Audience != "" {
		return s.Auth.Audience
	}
	return system
}

// verifier checks bearer tokens of the issuer in force. It is nil in production when no issuer is configured.
func (h *host) verifier(ctx context.Context) (auth.Verifier, error) {
	s := h.settings
	cfg := auth.VerifierConfig{Scheme: scheme(h.manifest), Issuer: s.Auth.Issuer, Audience: s.audience(h.manifest.Name)}
	switch {
	case s.developmentIssuer():
		issuer, err := devissuer.Open(s.issuerDir())
		if err != nil {
			return nil, err
		}
		cfg.Issuer = devissuer.URL
		return newVerifier(auth.FileKeys(issuer.JWKSPath()), cfg)
	case s.Auth.Issuer == "":
		return nil, nil
	case s.remoteKeys():
		return newVerifier(auth.RemoteKeys(s.Auth.JWKS, auth.RemoteConfig{}), cfg)
	}
	keys := auth.FileKeys(s.Auth.JWKS)
	if _, err := keys.Keys(ctx, ""); err != nil { // what cannot be read now will not be there for the first request
		return nil, fmt.Errorf("auth.jwks: %w; set VADE_AUTH_JWKS to the URL or the file of the issuer's keys", err)
	}
	return newVerifier(keys, cfg)
}

// scheme is the name by which the system calls its issuer; "" when it has none, or more than one can tell apart.
func scheme(m *manifest.System) string {
	var names []string
	for _, svc := range m.Services {
		for _, op := range svc.Routes() {
			names = append(names, op.Security.Schemes...)
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 1 {
		return names[0]
	}
	return ""
}

// newVerifier keeps a nil *auth.JWT from becoming a verifier that is not nil.
func newVerifier(keys auth.KeySource, cfg auth.VerifierConfig) (auth.Verifier, error) {
	v, err := auth.NewVerifier(keys, cfg)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// gateway returns the gateway in front of the upstreams, with the documentation of the whole system.
func (h *host) gateway(upstreams map[string]gateway.Upstream) (*gateway.Gateway, error) {
	docs, err := h.documentation()
	if err != nil {
		return nil, err
	}
	return gateway.New(h.manifest, gateway.Config{
		Upstreams: upstreams, Telemetry: h.telemetry, TrustedProxies: h.settings.Proxies,
		CORS: gateway.CORS{AllowedOrigins: h.settings.CORS.Origins}, Mounts: merge(docs, h.probes()),
	})
}

// run starts the group, says that the program is ready, and stops it at a signal.
func (h *host) run(ctx context.Context, ready func()) error {
	err := lifecycle.Run(ctx, h.group, lifecycle.RunOptions{
		Grace: h.settings.Grace, Log: h.log, Health: h.health, Signals: h.program.world.Signals,
		OnReady: func() {
			h.log.Info("started", "took", time.Since(h.began).Round(time.Millisecond).String())
			ready()
		},
		OnSecondSignal: func() {
			if h.program.world.owner {
				os.Exit(ExitFailed)
			}
		},
	})
	if !h.health.Started() {
		return h.abort(err) // the group stops only what it came to start
	}
	return failed(errors.Join(err, h.flush()))
}

func (h *host) flush() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return h.telemetry.Stop(ctx)
}

// welcome shows a developer where everything is and what to try first.
func (h *host) welcome(w io.Writer, front, operators string) {
	if !h.settings.dev() {
		h.log.Info("ready", "gateway", front, "console", operators)
		return
	}
	front, operators = reachable(front), reachable(operators)
	base := "http://" + front
	fmt.Fprintf(w, "\n%s is ready after %v.\n\n", h.manifest.Name, time.Since(h.began).Round(time.Millisecond))
	fmt.Fprintf(w, "  API        %s\n  Docs       %s/docs\n  Health     http://%s/readyz\n  Metrics    http://%s/metrics\n  Data       %s\n",
		base, base, operators, operators, h.settings.Data)
	tour := vade.Tour{URL: base}
	if scopes := allScopes(h.manifest); h.settings.developmentIssuer() && len(scopes) > 0 {
		token, err := h.program.issue(h.settings, "developer", scopes, 8*time.Hour)
		if err != nil {
			h.log.Warn("no token for the tour", "error", err.Error())
			return
		}
		tour.Token = token
		fmt.Fprintf(w, "\nA token for %s, valid for 8 hours:\n\n  %s\n", strings.Join(scopes, " and "), token)
	}
	if lines := h.program.system.TourLines(tour); len(lines) > 0 {
		fmt.Fprintf(w, "\nTry:\n\n  %s\n", strings.Join(lines, "\n\n  "))
	}
	fmt.Fprint(w, "\nCtrl-C stops it.\n\n")
}

// reachable turns an address that means all of a machine's into one that a developer can open.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip, bad := netip.ParseAddr(host); err == nil && bad == nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return address
}
