package program

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vade-go/vade/auth/devissuer"
	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/operation"
)

// Settings are the settings that every program has. Each is a key in vade.yaml, a variable VADE_… in the environment and
// --set key=value on the command line; the last of these wins.
type Settings struct {
	Env     string              `doc:"dev, or prod, which turns every development aid off"`
	Data    string              `doc:"folder of everything that is kept on this machine"`
	Gateway string              `doc:"address on which the gateway listens"`
	Console string              `doc:"address for operators: health, metrics, manifest"`
	Listen  string              `doc:"address on which the role serve listens"`
	Store   *url.URL            `doc:"URL of the store's engine"`
	Events  *url.URL            `doc:"URL of the broker"`
	Peers   map[string]*url.URL `config:"upstreams" doc:"addresses of services that run elsewhere: flights=http://10.0.0.7:8090,…"`
	Grace   time.Duration       `doc:"how long a stop may take to finish what is in flight"`
	Auth    AuthSettings
	CORS    CORSSettings
	Proxies []netip.Prefix `config:"trusted_proxies" doc:"networks of proxies whose X-Forwarded-For is believed"`
	Log     LogSettings
}

// AuthSettings say whose tokens are accepted.
type AuthSettings struct {
	Issuer   string `doc:"issuer of the accepted tokens; empty in dev: the development issuer"`
	Audience string `doc:"audience that a token must name; default: the system's name"`
	JWKS     string `doc:"where the issuer's keys are: an http(s) URL or a file"`

	AuthorizationURL *url.URL `config:"authorization_url" doc:"where people log in on the documentation page; empty: they paste a token"`
	TokenURL         *url.URL `config:"token_url" doc:"where that page gets their tokens"`
	Client           string   `doc:"client that the issuer knows that page as; it has no secret"`
}

// CORSSettings say which other sites may call from a browser.
type CORSSettings struct {
	Origins []string `doc:"origins that may call from a browser; empty: only the gateway's own"`
}

// LogSettings shape the log.
type LogSettings struct {
	Level  slog.Level `doc:"debug, info, warn or error"`
	Format string     `doc:"json or text"`
}

func defaults() *Settings {
	return &Settings{
		Env: "dev", Data: ".vade", Gateway: "127.0.0.1:8080", Console: "127.0.0.1:8081", Listen: "127.0.0.1:8090",
		Store: &url.URL{Scheme: "sqlite"}, Events: &url.URL{Scheme: "embedded"}, Grace: 30 * time.Second, Log: LogSettings{Format: "json"},
	}
}

// Validate checks what one setting alone cannot tell.
func (s *Settings) Validate() error {
	var errs []error
	if s.Env != "dev" && s.Env != "prod" {
		errs = append(errs, fmt.Errorf("env: %q is neither dev nor prod", s.Env))
	}
	if s.Log.Format != "json" && s.Log.Format != "text" {
		errs = append(errs, fmt.Errorf("log.format: %q is neither json nor text", s.Log.Format))
	}
	if s.Grace <= 0 {
		errs = append(errs, fmt.Errorf("grace: %v is not a positive duration", s.Grace))
	}
	errs = append(errs, checkAddress("gateway", s.Gateway), checkAddress("console", s.Console), checkAddress("listen", s.Listen))
	errs = append(errs, s.checkAuth()...)
	errs = append(errs, s.checkOrigins()...)
	_, err := s.peers()
	return errors.Join(append(errs, err)...)
}

// checkAddress refuses what a listener would understand otherwise than people mean it: nothing at all is every address of the
// machine and any port.
func checkAddress(key, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return fmt.Errorf("%s: %q is not an address such as 127.0.0.1:8080, or :8080 for all of the machine's", key, address)
	}
	return nil
}

func (s *Settings) checkAuth() (errs []error) {
	a := s.Auth
	switch {
	case a.Issuer != "" && a.JWKS == "":
		errs = append(errs, errors.New("auth.jwks: an issuer without keys cannot be verified; say where its keys are"))
	case a.Issuer == "" && a.JWKS != "":
		errs = append(errs, errors.New("auth.issuer: keys without an issuer verify nothing; say whose keys they are"))
	case strings.Contains(a.JWKS, "://") && !s.remoteKeys():
		errs = append(errs, errors.New("auth.jwks: keys are at an http or https URL, or in a file"))
	}
	errs = append(errs, a.checkLogin()...)
	if !s.dev() && a.Issuer == devissuer.URL {
		errs = append(errs, errors.New("auth.issuer: anybody can sign as the development issuer; it is not for production"))
	}
	return errs
}

func (s *Settings) checkOrigins() (errs []error) {
	err := gateway.CORS{AllowedOrigins: s.CORS.Origins}.Validate()
	joined, _ := err.(interface{ Unwrap() []error })
	if joined == nil {
		return nil
	}
	for _, e := range joined.Unwrap() {
		if wrong, ok := errors.AsType[*gateway.ConfigError](e); ok {
			errs = append(errs, fmt.Errorf("cors.origins: %w", wrong.Err))
		}
	}
	return errs
}

// remoteKeys reports whether the issuer's keys are fetched rather than read from a file.
func (s *Settings) remoteKeys() bool {
	u, err := url.Parse(s.Auth.JWKS)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func (s *Settings) dev() bool { return s.Env == "dev" }

// peers are the addresses of services that run elsewhere.
func (s *Settings) peers() (map[string]*url.URL, error) {
	out := make(map[string]*url.URL, len(s.Peers))
	var errs []error
	for name, u := range s.Peers {
		if u == nil { // nothing was said
			u = new(url.URL)
		}
		if u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			errs = append(errs, fmt.Errorf("upstreams: %s=%s is not an http address", name, config.Redacted(u)))
			continue
		}
		out[name] = u
	}
	return out, errors.Join(errs...)
}

// engines chooses, for each capability, the linked driver that answers to the URL's scheme.
func (s *Settings) engines(drivers []operation.Driver, needed []string) (operation.Engines, error) {
	chosen := map[string]*url.URL{"store": s.Store, "events": s.Events}
	out := make(operation.Engines)
	var errs []error
	for _, capability := range needed {
		u := chosen[capability]
		if u == nil || u.Scheme == "" {
			errs = append(errs, fmt.Errorf("%s: the URL has no scheme; one that has is %q; set VADE_%s", capability, "nats://127.0.0.1:4222", strings.ToUpper(capability)))
			continue
		}
		i := slices.IndexFunc(drivers, func(d operation.Driver) bool {
			return d.Capability() == capability && slices.Contains(d.Schemes(), u.Scheme)
		})
		if i < 0 {
			errs = append(errs, fmt.Errorf("%s: no linked driver answers to %s: (linked: %s); set VADE_%s to one of these%s", capability, u.Scheme,
				linked(drivers, capability), strings.ToUpper(capability), importHint(capability, u.Scheme)))
			continue
		}
		out[capability] = operation.Engine{Driver: drivers[i], URL: u, Setting: "VADE_" + strings.ToUpper(capability)}
	}
	return out, errors.Join(errs...)
}

func linked(drivers []operation.Driver, capability string) string {
	var schemes []string
	for _, d := range drivers {
		if d.Capability() == capability {
			schemes = append(schemes, d.Schemes()...)
		}
	}
	if len(schemes) == 0 {
		return "none"
	}
	return strings.Join(schemes, ", ")
}

// importHint names the package to import for a scheme that Vade has a driver for.
func importHint(capability, scheme string) string {
	known := map[string]string{
		"store sqlite": "store/sqlitestore", "events embedded": "events/natsevents",
		"events nats": "events/natsevents", "events tls": "events/natsevents",
	}
	path, ok := known[capability+" "+scheme]
	if !ok {
		return ""
	}
	return fmt.Sprintf(", or add the driver of %q to the program's list", "github.com/vade-go/vade/"+path)
}

// source is where settings come from.
type source struct {
	environ  []string
	file     string
	fileSet  bool
	override map[string]string
}

const defaultFile = "vade.yaml"

func (src source) config() config.Source {
	file := src.file
	if file == "" {
		file = defaultFile
	}
	return config.Source{
		Prefix: "VADE_", Environ: src.environ, File: file, FileRequired: src.fileSet, Overrides: src.override,
	}
}
