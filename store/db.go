package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/telemetry"
)

// DB is the database of a service. It is made by [Of] and safe for concurrent use once the service has been opened; until
// then its calls return [ErrClosed].
type DB struct {
	service     string
	collections []*collection
	mistakes    []error // of declarations
	extensions  map[any]any
	engine      driver.DB
	transaction *telemetry.Work
}

type dbKey struct{}

// Of returns the database of a service, the same at every call. It is the service's own: services share no documents.
func Of(s operation.Scope) *DB {
	return s.Declare(dbKey{}, func() operation.Part { return &DB{service: s.Name()} }).(*DB)
}

// Extend lets transactions of the database find a value under key, for packages that are given nothing but a [Tx]: the outbox.
// Like every declaration it happens before the service is opened. Keys are of unexported types.
func (db *DB) Extend(key, value any) {
	if db.extensions == nil {
		db.extensions = make(map[any]any)
	}
	db.extensions[key] = value
}

// collection is what the database knows about a [Collection], whatever its documents are.
type collection struct {
	db       *DB
	name     string
	source   string
	internal bool
	indexes  []string // in the order of their declaration
	describe func(d *operation.Description) (manifest.Collection, error)
	entries  func(data []byte) (map[string]string, error) // of a stored document
	works    [operations]*telemetry.Work
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)

// add takes a collection into the database, or notes what is wrong with it.
func (db *DB) add(c *collection) {
	mistake := func(format string, args ...any) {
		db.mistakes = append(db.mistakes, fmt.Errorf("store: %s: collection %q: "+format, append([]any{c.source, c.name}, args...)...))
	}
	if name := c.name; !namePattern.MatchString(strings.TrimPrefix(name, "_")) || strings.HasPrefix(name, "_") != c.internal {
		mistake("a name has 1 to 63 lower-case letters, digits, hyphens and underscores and begins with a letter")
	}
	for _, other := range db.collections {
		if other.name == c.name {
			mistake("declared twice, first at %s", other.source)
			return
		}
	}
	seen := make(map[string]bool)
	for _, name := range c.indexes {
		switch {
		case !namePattern.MatchString(name):
			mistake("index %q: a name has 1 to 63 lower-case letters, digits, hyphens and underscores and begins with a letter", name)
		case seen[name]:
			mistake("index %q: declared twice", name)
		}
		seen[name] = true
	}
	db.collections = append(db.collections, c)
}

// Describe writes the collections into the manifest and reports every mistake in their declarations. Vade calls it.
func (db *DB) Describe(d *operation.Description) error {
	errs := db.mistakes
	for _, c := range db.collections {
		if c.internal {
			continue
		}
		described, err := c.describe(d)
		if err != nil {
			errs = append(errs, fmt.Errorf("store: %s: collection %q: %w", c.source, c.name, err))
			continue
		}
		d.Service.Collections = append(d.Service.Collections, described)
	}
	return errors.Join(errs...)
}

// Open opens the database on the engine in force and brings its indexes up to date. Vade calls it.
func (db *DB) Open(ctx context.Context, env *operation.Env) (err error) {
	chosen, ok := env.Engines["store"]
	if !ok {
		return errors.New("store: open: no engine was chosen; set VADE_STORE, to sqlite: for example, and link its driver")
	}
	d, ok := chosen.Driver.(driver.Driver)
	if !ok {
		return fmt.Errorf("store: open: the driver %T keeps no documents", chosen.Driver)
	}
	engine, err := d.Open(ctx, driver.Config{URL: chosen.URL, Service: env.Service, DataDir: env.DataDir, Log: env.Log})
	if err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, engine.Close())
		}
	}()
	if !engine.Capabilities().Durable {
		env.Log.WarnContext(ctx, "the store keeps its documents for as long as this process runs")
	}
	system := cmp.Or(append(d.Schemes(), "other")...)
	if chosen.URL != nil {
		system = chosen.URL.Scheme
	}
	if err := db.prepareWorks(env.Telemetry, system); err != nil {
		return err
	}
	for _, c := range db.collections {
		if err := c.updateIndexes(ctx, engine, env.Log); err != nil {
			return fmt.Errorf("store: open: collection %s: %w", c.name, err)
		}
	}
	db.engine = engine
	return nil
}

// Close ends running transactions without committing them and closes the database. Vade calls it, after everything that
// uses the database has stopped.
func (db *DB) Close() error {
	if db.engine == nil {
		return nil
	}
	if err := db.engine.Close(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}
