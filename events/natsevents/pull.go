package natsevents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vade-go/vade/events/driver"
)

// receive takes what the server sent. An error ends the consumer.
func (c *consumer) receive(msg *nats.Msg) error {
	if isDelivery(msg) {
		c.deliver(msg)
		return nil
	}
	code := msg.Header.Get("Status")
	text := msg.Header.Get("Description")
	switch code {
	case "100": // heartbeat
		return nil
	case "408": // the request ended
		c.unask(msg)
		return nil
	case "409":
		if text == "Consumer Deleted" {
			return fmt.Errorf("%w: %s", driver.ErrGone, text)
		}
		// Batch Completed, Leadership Change, Server Shutdown: what is owed is said, or will not come.
		c.unask(msg)
		return nil
	case "503": // nobody listens: the server starts, or the consumer was removed
		return c.unanswered()
	}
	return fmt.Errorf("%w: the server refuses to deliver: %s %s", driver.ErrGone, code, text)
}

// isDelivery tells messages from statuses of the server, which cannot be settled. Other systems may publish headers that look like
// a status.
func isDelivery(msg *nats.Msg) bool { return msg.Reply != "" }

func (c *consumer) deliver(msg *nats.Msg) {
	c.mu.Lock()
	c.held++
	c.asked = max(0, c.asked-1)
	c.mu.Unlock()
	d := newDelivery(c, msg)
	select {
	case c.out <- d:
	default: // answers to a request thought to be lost
		_ = d.Nak(context.Background(), 0)
	}
}

// unask takes off what the server will not send. A status that doesn't say how much ends everything that was asked for.
func (c *consumer) unask(msg *nats.Msg) {
	owed, err := strconv.Atoi(msg.Header.Get("Nats-Pending-Messages"))
	if err != nil {
		c.forgetAsked()
		return
	}
	c.mu.Lock()
	c.asked = max(0, c.asked-owed)
	c.mu.Unlock()
}

func (c *consumer) forgetAsked() {
	c.mu.Lock()
	c.asked = 0
	c.mu.Unlock()
}

// unanswered finds out why nobody listens to requests.
func (c *consumer) unanswered() error {
	ctx, cancel := context.WithTimeout(c.life, callTimeout)
	defer cancel()
	_, err := c.link.js.Consumer(ctx, c.stream, c.durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("%w: %w", driver.ErrGone, err)
	}
	pause(c.life, pullRetry)
	c.forgetAsked()
	return nil
}

// pullRequest is the body of a request for messages, as JetStream defines it.
type pullRequest struct {
	Batch     int           `json:"batch"`
	Expires   time.Duration `json:"expires"`
	Heartbeat time.Duration `json:"idle_heartbeat"`
}

// ask requests as many messages as there is room for. It waits until a quarter of the window is free, which saves
// requests and costs no throughput, since the other three quarters are in work.
func (c *consumer) ask() {
	if !c.link.nc.IsConnected() {
		return
	}
	c.mu.Lock()
	room := c.window - c.held - c.asked
	if room < (c.window+3)/4 {
		c.mu.Unlock()
		return
	}
	c.asked += room
	c.mu.Unlock()
	body, err := json.Marshal(pullRequest{Batch: room, Expires: pullExpires, Heartbeat: pullHeartbeat})
	if err == nil {
		err = c.link.nc.PublishRequest("$JS.API.CONSUMER.MSG.NEXT."+c.stream+"."+c.durable, c.sub.Subject, body)
	}
	if err != nil {
		c.forgetAsked() // the timer asks again
	}
}

// settled gives the credit of a delivery back.
func (c *consumer) settled(d *delivery) {
	c.mu.Lock()
	c.held--
	c.last = d.reply
	c.mu.Unlock()
	select {
	case c.returned <- struct{}{}:
	default:
	}
}

// drain ends the interest in messages and gives back all that arrived.
func (c *consumer) drain() {
	defer c.giveBack()
	if !c.link.nc.IsConnected() || c.sub.Drain() != nil {
		_ = c.sub.Unsubscribe()
		return
	}
	for {
		select {
		case msg := <-c.raw:
			_ = c.receive(msg)
		case d := <-c.out:
			_ = d.Nak(context.Background(), 0)
		case <-c.drained:
			return
		case <-c.broker.down:
			return
		case <-c.link.gone:
			return
		}
	}
}

// giveBack returns everything that arrived and that nobody will ask for.
func (c *consumer) giveBack() {
	for {
		select {
		case msg := <-c.raw:
			if isDelivery(msg) {
				c.deliver(msg)
			}
		case d := <-c.out:
			_ = d.Nak(context.Background(), 0)
		default:
			return
		}
	}
}
