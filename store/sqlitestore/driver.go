package sqlitestore

import (
	"context"

	"github.com/vade-go/vade/store/driver"
)

// Driver returns the engine, for a program's list of drivers. It answers to URLs of the scheme sqlite, see the package's
// documentation.
func Driver() driver.Driver { return engine{} }

type engine struct{}

func (engine) Capability() string { return "store" }

func (engine) Schemes() []string { return []string{"sqlite"} }

// Open opens the service's database file and creates it when there is none.
func (engine) Open(ctx context.Context, cfg driver.Config) (driver.DB, error) {
	loc, err := locate(cfg)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, loc, cfg.Log)
	if err != nil {
		return nil, err // without this, a nil *database would be a DB
	}
	return db, nil
}
