package natsevents

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/vade-go/vade/events/driver"
)

// delivery is a message and the subject that settles it.
type delivery struct {
	consumer *consumer
	message  *driver.Message
	reply    string
	attempt  int
	settled  atomic.Bool
}

func newDelivery(c *consumer, msg *nats.Msg) *delivery {
	return &delivery{consumer: c, message: decode(c.topic, msg.Header, msg.Data), reply: msg.Reply, attempt: attemptOf(msg.Reply)}
}

// The subject that settles a delivery has one of two forms:
//
//	$JS.ACK.stream.consumer.delivered.sequence.…
//	$JS.ACK.domain.account.stream.consumer.delivered.sequence.…
func deliveredToken(tokens []string) int {
	if len(tokens) >= 11 {
		return 6
	}
	return 4
}

// attemptOf reads how often the message was delivered.
func attemptOf(reply string) int {
	tokens := strings.Split(reply, ".")
	i := deliveredToken(tokens)
	if len(tokens) <= i {
		return 1
	}
	n, err := strconv.Atoi(tokens[i])
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// noMessage is the subject that would settle a message that the stream will never have.
func noMessage(reply string) string {
	tokens := strings.Split(reply, ".")
	if i := deliveredToken(tokens) + 1; i < len(tokens) {
		tokens[i] = strconv.FormatInt(math.MaxInt64, 10)
	}
	return strings.Join(tokens, ".")
}

func (d *delivery) Message() *driver.Message { return d.message }
func (d *delivery) Attempt() int             { return d.attempt }

// Ack tells the server that the message is done.
func (d *delivery) Ack(context.Context) error { return d.settle("ack", "+ACK") }

// Nak tells the server to deliver the message again after the delay. There always is one, if only a nanosecond: a plain
// NAK lives in the server's memory, and a server restarted right after would wait for AckWait.
func (d *delivery) Nak(_ context.Context, delay time.Duration) error {
	return d.settle("nak", fmt.Sprintf(`-NAK {"delay": %d}`, max(1, delay.Nanoseconds())))
}

// Extend tells the server that the work goes on.
func (d *delivery) Extend(context.Context) error {
	if d.settled.Load() {
		return nil
	}
	return d.send("extend", "+WPI")
}

func (d *delivery) settle(what, body string) error {
	if d.settled.Swap(true) {
		return nil
	}
	defer d.consumer.settled(d)
	return d.send(what, body)
}

// send only writes to the connection's buffer: an answer is not worth its round trip, see driver.Delivery.
func (d *delivery) send(what, body string) error {
	if err := d.consumer.broker.nc().Publish(d.reply, []byte(body)); err != nil {
		return fmt.Errorf("natsevents: %s in %s: %w", what, d.message.Topic, d.consumer.broker.closedError(err))
	}
	return nil
}
