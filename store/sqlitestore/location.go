package sqlitestore

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vade-go/vade/store/driver"
)

// location is what a URL says: where the file is and how to treat it.
type location struct {
	path   string
	memory bool          // kept for as long as it is open
	wait   time.Duration // how long to wait for the lock of another process
}

const defaultWait = 5 * time.Second

// locate reads the URL and does no I/O.
func locate(cfg driver.Config) (location, error) {
	loc := location{wait: defaultWait}
	u := cfg.URL
	if u == nil {
		u = &url.URL{Scheme: "sqlite"}
	}
	if err := loc.parameters(u); err != nil {
		return location{}, err
	}
	if cfg.Service == "" || cfg.Service != filepath.Base(cfg.Service) || strings.HasPrefix(cfg.Service, ".") {
		return location{}, fmt.Errorf("sqlitestore: %q cannot name a file: rename the service", cfg.Service)
	}
	dir, err := folder(u)
	if err != nil {
		return location{}, err
	}
	switch {
	case dir == ":memory:":
		loc.memory, dir = true, ""
	case loc.memory && dir != "":
		return location{}, fmt.Errorf("sqlitestore: %s: mode=memory needs no folder: leave one of them out", u.Redacted())
	case loc.memory:
	case dir == "" && cfg.DataDir == "":
		return location{}, fmt.Errorf("sqlitestore: %s: no folder to keep the database in: name one, as in sqlite:///var/lib/airline", u.Redacted())
	case dir == "":
		dir = cfg.DataDir
	}
	loc.path = filepath.Join(dir, cfg.Service+".db")
	return loc, nil
}

// parameters reads the part of u behind the question mark.
func (l *location) parameters(u *url.URL) error {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return fmt.Errorf("sqlitestore: %s: parameters: %w", u.Redacted(), err)
	}
	for name, list := range values {
		value := list[len(list)-1]
		switch name {
		case "mode":
			if value != "memory" {
				return fmt.Errorf("sqlitestore: %s: mode %q is not known (memory is)", u.Redacted(), value)
			}
			l.memory = true
		case "wait":
			l.wait, err = time.ParseDuration(value)
			if err != nil || l.wait < 0 {
				return fmt.Errorf("sqlitestore: %s: wait %q is not a duration, such as 5s", u.Redacted(), value)
			}
		default:
			return fmt.Errorf("sqlitestore: %s: parameter %q is not known (mode and wait are)", u.Redacted(), name)
		}
	}
	return nil
}

// folder returns the folder that u names, or ":memory:", or nothing.
func folder(u *url.URL) (string, error) {
	if u.Host != "" || u.User != nil {
		return "", fmt.Errorf("sqlitestore: %s: a database has no host: write sqlite:///%s for a folder", u.Redacted(), u.Host+u.Path)
	}
	if u.Fragment != "" {
		return "", fmt.Errorf("sqlitestore: %s: a URL ends before #: write %%23 in the name of a folder", u.Redacted())
	}
	if u.Opaque == "" {
		return filepath.FromSlash(u.Path), nil
	}
	dir, err := url.PathUnescape(u.Opaque)
	if err != nil {
		return "", fmt.Errorf("sqlitestore: %s: folder: %w", u.Redacted(), err)
	}
	return filepath.FromSlash(dir), nil
}

// temporary returns a copy of l in a new folder of its own, and what removes it.
func (l location) temporary() (location, func() error, error) {
	dir, err := os.MkdirTemp("", "vade-store-")
	if err != nil {
		return location{}, nil, fmt.Errorf("sqlitestore: open a database for the life of this process: %w", err)
	}
	l.path = filepath.Join(dir, filepath.Base(l.path))
	return l, func() error { return os.RemoveAll(dir) }, nil
}
