package store_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/vade-go/vade/store"
)

type Booking struct {
	Customer string `json:"customer"`
	Seats    int    `json:"seats"`
}

func Example() {
	ctx := context.Background()
	svc := newService("bookings") // in a program: vade.NewService
	db := store.Of(svc)
	bookings := store.Collect(svc, "bookings", store.Index("customer", func(b Booking) string { return b.Customer }))
	closing, err := svc.open(ctx, environment{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closing()

	key := store.Key{Partition: "42", ID: "42"}
	_, err = bookings.Get(ctx, key)
	fmt.Println(err, errors.Is(err, store.ErrNotFound))

	version, err := bookings.Insert(ctx, key, Booking{Customer: "alice", Seats: 1})
	fmt.Println(version > 0, err)

	err = db.Do(ctx, "42", func(ctx context.Context, tx *store.Tx) error {
		item, err := bookings.With(tx).Get(ctx, key)
		if err != nil {
			return err
		}
		item.Value.Seats++
		_, err = bookings.With(tx).Replace(ctx, key, item.Value, item.Version)
		return err
	})
	fmt.Println(err)

	page, err := bookings.List(ctx, store.Query{Index: "customer", Value: "alice"})
	fmt.Printf("%+v %v %v\n", page.Items[0].Value, page.Items[0].Version > version, err)
	// Output:
	// store: get bookings/42: not found true
	// true <nil>
	// <nil>
	// {Customer:alice Seats:2} true <nil>
}
