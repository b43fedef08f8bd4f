package natsevents_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
)

// Package events does this; a program only names the driver.
func Example() {
	dir, err := os.MkdirTemp("", "natsevents")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	broker, err := natsevents.Driver().Open(ctx, driver.Config{
		URL: &url.URL{Scheme: "embedded"}, System: "airline", DataDir: dir, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer broker.Close()

	topic := driver.Topic{Name: "payments.captured", Retain: 24 * time.Hour}
	message := &driver.Message{Topic: topic.Name, ID: "1", Data: []byte(`{"booking":"b-1"}`)}
	if err := broker.Declare(ctx, topic); err != nil {
		fmt.Println(err)
	}
	for range 2 { // the second one is dropped
		if err := broker.Publish(ctx, message); err != nil {
			fmt.Println(err)
		}
	}
	consumer, err := broker.Subscribe(ctx, driver.Subscription{Topic: topic.Name, Group: "bookings", Window: 1, AckWait: time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := consumer.Next(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("attempt %d: %s\n", d.Attempt(), d.Message().Data)
	fmt.Println(d.Ack(ctx), consumer.Stop(ctx))
	// Output:
	// attempt 1: {"booking":"b-1"}
	// <nil> <nil>
}
