package outbox_test

import (
	"context"
	"fmt"
	"os"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

type Order struct {
	ID string `json:"id"`
}

var Placed = events.Define[Order]("orders.placed")

// PlacedEvent is the input of a handler that wants to know which event it handles.
type PlacedEvent struct {
	events.Meta
	Body Order
}

func Example() {
	ctx := context.Background()
	svc := newService() // in a program: vade.NewService
	outbox.Of(svc)
	db, orders, bills := store.Of(svc), store.Collect[Order](svc, "orders"), store.Collect[Order](svc, "bills")
	placed := events.Publisher(svc, Placed)
	billed := make(chan string)
	events.Subscribe(svc, Placed, func(ctx context.Context, in PlacedEvent) error {
		err := db.Do(ctx, in.Body.ID, func(ctx context.Context, tx *store.Tx) error {
			return outbox.Once(ctx, tx, in.Meta, func(ctx context.Context) error {
				_, err := bills.With(tx).Insert(ctx, store.Key{Partition: in.Body.ID, ID: "bill"}, in.Body)
				return err
			})
		})
		billed <- in.Body.ID
		return err
	})

	dir, err := os.MkdirTemp("", "outbox")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := svc.open(ctx, dir, newBroker()); err != nil {
		fmt.Println(err)
		return
	}
	defer svc.close()
	if err := svc.group.Start(ctx); err != nil {
		fmt.Println(err)
		return
	}
	defer svc.group.Stop(ctx)

	err = db.Do(ctx, "42", func(ctx context.Context, tx *store.Tx) error {
		if _, err := orders.With(tx).Insert(ctx, store.Key{Partition: "42", ID: "order"}, Order{"42"}); err != nil {
			return err
		}
		return outbox.Publish(ctx, tx, placed, Order{"42"})
	})
	fmt.Println("billed", <-billed, err)
	// Output: billed 42 <nil>
}
