package natsevents

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/events/driver"
)

// Driver returns the driver for NATS JetStream, embedded and over the network.
func Driver() driver.Driver { return natsDriver{} }

type natsDriver struct{}

func (natsDriver) Capability() string { return driver.Capability }
func (natsDriver) Schemes() []string  { return []string{schemeEmbedded, schemePlain, schemeTLS} }

const (
	schemeEmbedded = "embedded"
	schemePlain    = "nats"
	schemeTLS      = "tls"
)

// Open starts the server in this process, or connects to the one that the URL names.
func (natsDriver) Open(ctx context.Context, cfg driver.Config) (driver.Broker, error) {
	s, err := readSettings(cfg)
	if err != nil {
		return nil, fmt.Errorf("natsevents: %w", err)
	}
	if cfg.URL.Scheme != schemeEmbedded {
		return newBroker(ctx, cfg, s, func(ctx context.Context) (*nats.Conn, error) { return dial(ctx, cfg, s) }, nil)
	}
	srv, err := startEmbedded(filepath.Join(cfg.DataDir, "nats"), cfg)
	if err != nil {
		return nil, fmt.Errorf("natsevents: embedded server: %w", err)
	}
	return newBroker(ctx, cfg, s, func(context.Context) (*nats.Conn, error) { return dialEmbedded(srv, cfg) }, srv)
}

// settings is what the URL says besides the address.
type settings struct {
	replicas int
	creds    string
}

var settingsOf = map[string][]string{
	schemeEmbedded: {},
	schemePlain:    {"creds", "replicas"},
	schemeTLS:      {"creds", "replicas"},
}

func readSettings(cfg driver.Config) (settings, error) {
	s := settings{replicas: 1}
	u := cfg.URL
	known, ok := settingsOf[u.Scheme]
	if !ok {
		return s, fmt.Errorf("scheme %q is none of embedded, nats, tls", u.Scheme)
	}
	switch {
	case u.Scheme == schemeEmbedded && (u.Host != "" || u.User != nil || strings.Trim(u.Path+u.Opaque, "/") != ""):
		return s, fmt.Errorf("%s: the embedded server has no address; write embedded: for it, or nats://%s for a server of its own",
			config.Redacted(u), cmp.Or(u.Host, "host:4222"))
	case u.Scheme == schemeEmbedded && cfg.DataDir == "":
		return s, fmt.Errorf("the embedded server needs a data folder")
	case u.Scheme != schemeEmbedded && u.Host == "":
		return s, fmt.Errorf("%s has no host", config.Redacted(u))
	case !plainName(cfg.System) || strings.Contains(cfg.System, "."):
		return s, fmt.Errorf("system %q: a name is made of lower-case letters, digits and hyphens", cfg.System)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return s, fmt.Errorf("settings of %s: %w", config.Redacted(u), err)
	}
	for name := range query {
		if !slices.Contains(known, name) {
			return s, fmt.Errorf("%s has the unknown setting %q; known are %v", config.Redacted(u), name, known)
		}
	}
	s.creds = query.Get("creds")
	if text := query.Get("replicas"); text != "" {
		if s.replicas, err = strconv.Atoi(text); err != nil || s.replicas < 1 || s.replicas > 5 {
			return s, fmt.Errorf("replicas=%s is not a number from 1 to 5", text)
		}
	}
	return s, nil
}
