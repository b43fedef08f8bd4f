package events_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/telemetry"
)

type Payment struct {
	Booking string `json:"booking"`
	Amount  int64  `json:"amount" minimum:"1"`
}

// Captured is a contract: the publisher and its consumers import it.
var Captured = events.Define("payments.captured",
	events.Key(func(p Payment) string { return p.Booking }),
	events.Summary[Payment]("The provider took the money."))

// A service declares what it publishes and what it handles; here one service does both. The program around it usually
// describes, opens and starts its parts.
func Example() {
	svc := newService("payments")
	captured := events.Publisher(svc, Captured)

	type onCaptured struct {
		Meta events.Meta
		Body Payment
	}
	done := make(chan struct{})
	events.Subscribe(svc, Captured, func(_ context.Context, in onCaptured) error {
		fmt.Printf("%s from %s: %d for %s\n", in.Meta.Type, in.Meta.Source, in.Body.Amount, in.Body.Booking)
		close(done)
		return nil
	})

	shutdown := runExample(svc)
	defer shutdown()
	if err := captured.Publish(context.Background(), Payment{Booking: "b-1", Amount: 4200}); err != nil {
		fmt.Println(err)
		return
	}
	<-done
	// Output: payments.captured from /payments: 4200 for b-1
}

// runExample is what a program does with a service.
func runExample(svc *service) (shutdown func()) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "events")
	check(err)
	tel, err := telemetry.New(telemetry.Config{Service: svc.name, Level: slog.LevelError})
	check(err)
	shared := new(operation.Shared)
	env := &operation.Env{
		System: "airline", Service: svc.name, DataDir: dir, Compiler: schema.NewCompiler(), Telemetry: tel, Log: tel.Logger(), Shared: shared,
		Engines: operation.Engines{"events": {Driver: natsevents.Driver(), URL: &url.URL{Scheme: "embedded"}}},
	}
	_, err = describe(env.Compiler, svc)
	check(err)
	for _, p := range svc.parts {
		check(p.Open(ctx, env))
	}
	var running []func(context.Context) error
	for _, p := range svc.parts {
		if c, ok := p.(interface {
			Start(context.Context) error
			Stop(context.Context) error
		}); ok {
			check(c.Start(ctx))
			running = append(running, c.Stop)
		}
	}
	return func() {
		for _, stop := range running {
			check(stop(ctx))
		}
		check(shared.Close())
		check(os.RemoveAll(dir))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
