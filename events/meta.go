package events

import (
	"context"
	"errors"
	"time"

	"github.com/vade-go/vade/operation"
)

// Meta is what surrounds the data of an event. As a field of a handler's input it resolves itself; see [Subscribe].
type Meta struct {
	ID      string    // unique within Source
	Source  string    // who published it: "/payments"
	Type    string    // what happened; from Vade, the name of the topic
	Key     string    // events of one key keep their order; empty: none
	Time    time.Time // when it happened; zero if the publisher did not say
	Attempt int       // counts the deliveries to the group, from 1
	Group   string    // the group that handles it
}

var errNoDelivery = errors.New("events: Meta can be an input of subscriptions only")

// Resolve fills m with what came along with the event. It makes Meta an operation.Dependency.
func (m *Meta) Resolve(_ context.Context, c *operation.Call) error {
	d, ok := c.Header.(*delivered)
	if !ok {
		return errNoDelivery
	}
	*m = d.meta
	return nil
}

// delivered is the header of a call that came as an event.
type delivered struct {
	headers
	meta Meta
	raw  []byte
}
