package natsevents

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/vade-go/vade/events/driver"
)

// Read returns stored messages one by one: it is for people who look at dead letters, not for consumers.
func (b *broker) Read(ctx context.Context, topic string, from uint64, limit int) ([]driver.Stored, error) {
	ctx, cancel := within(ctx, callTimeout)
	defer cancel()
	stream, err := b.js().Stream(ctx, streamName(b.cfg.System, topic))
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("natsevents: read %s: %w", topic, b.closedError(err))
	}
	var found []driver.Stored
	subject := jetstream.WithGetMsgSubject(subjectName(b.cfg.System, topic))
	for next := max(from, 1); len(found) < limit; {
		msg, err := stream.GetMsg(ctx, next, subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return found, fmt.Errorf("natsevents: read %s: %w", topic, b.closedError(err))
		}
		found = append(found, driver.Stored{Position: msg.Sequence, Message: decode(topic, msg.Header, msg.Data)})
		next = msg.Sequence + 1
	}
	return found, nil
}

// Remove deletes the message from the stream.
func (b *broker) Remove(ctx context.Context, topic string, position uint64) error {
	ctx, cancel := within(ctx, callTimeout)
	defer cancel()
	stream, err := b.js().Stream(ctx, streamName(b.cfg.System, topic))
	if err == nil {
		err = stream.DeleteMsg(ctx, position)
	}
	if errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
		// The reason is only text. What cannot be read either is no longer there.
		if _, gone := stream.GetMsg(ctx, position); errors.Is(gone, jetstream.ErrMsgNotFound) {
			err = nil
		}
	}
	if err == nil || errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	return fmt.Errorf("natsevents: remove from %s: %w", topic, b.closedError(err))
}
