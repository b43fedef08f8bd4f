package sqlitestore_test

import (
	"context"
	"fmt"
	"net/url"

	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
)

// Programs list the driver and choose it by VADE_STORE; package store does the rest. This is what happens underneath.
func ExampleDriver() {
	ctx := context.Background()
	address, err := url.Parse("sqlite::memory:")
	if err != nil {
		fmt.Println(err)
		return
	}
	db, err := sqlitestore.Driver().Open(ctx, driver.Config{URL: address, Service: "bookings"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	key := driver.Key{Collection: "bookings", Partition: "42", ID: "42"}
	err = db.Do(ctx, "42", func(ctx context.Context, tx driver.Tx) error {
		_, err := tx.Put(ctx, driver.Write{Key: key, Data: []byte(`{"seats":2}`)})
		return err
	})
	doc, _ := db.Get(ctx, key)
	fmt.Printf("%s at version %d, %v\n", doc.Data, doc.Version, err)
	// Output: {"seats":2} at version 1, <nil>
}
