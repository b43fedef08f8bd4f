package events

import (
	"context"
	"errors"
	"time"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
)

// handleHeld takes one delivery through the plan and settles it. Once the worker stops it gives back instead.
func (w *worker) handleHeld(h *held) {
	defer w.holding.remove(h)
	d := h.delivery
	if w.life.Err() != nil {
		w.giveBack(d)
		return
	}
	w.holding.begin(h)
	m := d.Message()
	meta, err := open(m)
	meta.Attempt, meta.Group = d.Attempt(), w.group
	ctx := telemetry.Extract(w.handling, headers(m.Headers))
	if err != nil {
		err = Reject(err)
	} else {
		err = w.run(ctx, m, meta)
	}
	w.conclude(ctx, d, meta, err)
}

var (
	errHung   = errors.New("the handler goes on although its time is over; it is left behind")
	errExited = errors.New("the handler ended its goroutine")
)

// run calls the handler in a goroutine of its own and waits for it, but not for ever: a handler that goes on although its context
// has ended must not keep its lane from other keys. Only so many may be left behind at once, so a handler that always hangs
// stops the worker rather than filling the memory.
func (w *worker) run(ctx context.Context, m *driver.Message, meta Meta) error {
	result := make(chan error, 1)
	go func() {
		err := errExited
		defer func() { result <- err }()
		err = w.call(ctx, m, meta)
	}()
	late := time.NewTimer(max(w.timeout, w.timeout+w.overtime)) // a timeout without end would turn negative
	defer late.Stop()
	room := w.behind
	select {
	case err := <-result:
		return err
	case <-late.C:
	case <-w.handling.Done():
		late.Reset(min(w.overtime, lastMoment))
		select {
		case err := <-result:
			return err
		case <-late.C:
			return errHung // with the process, so it needs no room
		}
	}
	select {
	case err := <-result:
		return err
	case <-w.handling.Done():
	case room <- struct{}{}:
		go func() {
			<-result //nolint:errcheck // nobody waits for it any more
			<-room
		}()
	}
	return errHung
}

// call takes the event through the plan.
func (w *worker) call(ctx context.Context, m *driver.Message, meta Meta) error {
	c := &operation.Call{
		Operation: w.op, Door: operation.DoorEvents, Header: &delivered{headers: m.Headers, meta: meta, raw: m.Data},
		In: w.make(), Attempt: meta.Attempt, Received: time.Now(),
	}
	err := w.plan.Run(ctx, c)
	if failed := c.Finish(err); failed != nil {
		w.log.ErrorContext(ctx, "clean-up failed", "id", meta.ID, "error", failed.Error())
	}
	return err
}

// conclude settles a delivery by the result of its handler.
func (w *worker) conclude(ctx context.Context, d driver.Delivery, meta Meta, err error) {
	status := statusOf(err)
	switch {
	case status == statusAck:
		w.settle(d, "ack", d.Ack(context.WithoutCancel(ctx)))
		return
	case w.handling.Err() != nil:
		w.giveBack(d) // The stop cut it short. That is not its fault.
		return
	case status == statusRetry && meta.Attempt < w.maxAttempts:
		delay := w.backoff.delay(meta.Attempt, err)
		w.log.WarnContext(ctx, "event handling failed, retrying", "id", meta.ID, "source", meta.Source, "attempt", meta.Attempt,
			"in", delay.String(), "error", err.Error())
		w.settle(d, "nak", d.Nak(ctx, delay))
		return
	}
	w.bury(ctx, d, meta, err)
}

// bury makes an event a dead letter. Only when the broker has that durably the event itself is done; before, it is tried again.
func (w *worker) bury(ctx context.Context, d driver.Delivery, meta Meta, cause error) {
	attrs := []any{"id", meta.ID, "source", meta.Source, "attempt", meta.Attempt, "error", cause.Error()}
	letter := deadLetter(d.Message(), w.topic.Name, meta, cause, w.hub.broker.Capabilities().MaxMessage)
	err := w.hub.declare(ctx, deadTopic(w.topic.Name, w.group))
	if err == nil {
		err = w.hub.send(ctx, letter)
	}
	if err != nil {
		w.hub.forget(letter.Topic)
		delay := w.backoff.delay(meta.Attempt, nil)
		w.log.ErrorContext(ctx, "event cannot become a dead letter, retrying", append(attrs, "in", delay.String(), "cause", err.Error())...)
		w.settle(d, "nak", d.Nak(ctx, delay))
		return
	}
	w.log.ErrorContext(ctx, "event became a dead letter", append(attrs, "dead_topic", letter.Topic)...)
	w.settle(d, "ack", d.Ack(ctx))
}

// giveBack lets another member have what this one will not finish, at once.
func (w *worker) giveBack(d driver.Delivery) {
	w.settle(d, "give back", d.Nak(context.WithoutCancel(w.handling), 0))
}

// settle logs that the broker could not be told. It delivers the event again then.
func (w *worker) settle(d driver.Delivery, what string, err error) {
	if err != nil && !errors.Is(err, driver.ErrClosed) {
		w.log.Warn("event not settled, it will come again", "what", what, "message", d.Message().ID, "error", err.Error())
	}
}
