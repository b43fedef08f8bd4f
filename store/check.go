package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/vade-go/vade/store/driver"
)

// Check reports whether the database answers. It makes DB an operation.Checker.
func (db *DB) Check(ctx context.Context) error {
	if db.engine == nil {
		return fmt.Errorf("store: check: %w", ErrClosed)
	}
	_, err := db.engine.Get(ctx, driver.Key{Collection: "_indexes", Partition: "_indexes", ID: "_check"})
	if err != nil && !errors.Is(err, driver.ErrNotFound) {
		return fmt.Errorf("store: check: %w", err)
	}
	return nil
}
