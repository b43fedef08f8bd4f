package events

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vade-go/vade/events/driver"
)

// DeadRetention is how long dead letters are kept.
const DeadRetention = 90 * 24 * time.Hour

// maxCause bounds what is stored of an error, in bytes.
const maxCause = 1024

// DeadLetter is an event that a group could not handle.
type DeadLetter struct {
	Meta               // of the event; Attempt is the number of attempts made
	Topic    string    // where the event was published
	Cause    string    // the error of the last attempt
	Died     time.Time // when it became a dead letter
	Data     []byte    // as it was published
	position uint64
	headers  headers
}

// DeadTopic returns the name of the topic that keeps the dead letters of a group: "dead.payments.captured.bookings". A dead
// letter is the event as it was, with the headers vade-dead-cause, -attempts, -group, -topic and -time besides.
func DeadTopic(topic, group string) string { return deadPrefix + topic + "." + group }

func deadTopic(topic, group string) driver.Topic {
	return driver.Topic{Name: DeadTopic(topic, group), Retain: DeadRetention}
}

// deadLetter returns the message that tells of m's end, no larger than limit (0: any): what other systems have published may leave
// no room for the cause, or for any header. Its identity is that of m: a second end of the same event,
// after a crash between publishing and settling, stores nothing.
func deadLetter(m *driver.Message, topic string, meta Meta, cause error, limit int) *Message {
	h := headers(maps.Clone(m.Headers))
	if h == nil {
		h = make(headers)
	}
	text := cause.Error()
	if len(text) > maxCause {
		text = strings.ToValidUTF8(text[:maxCause], "") + "…"
	}
	h[headerDeadCause] = encodeValue(text)
	h[headerDeadAttempts] = strconv.Itoa(meta.Attempt)
	h[headerDeadGroup] = meta.Group
	h[headerDeadTopic] = topic
	h[headerDeadTime] = time.Now().UTC().Format(time.RFC3339Nano)
	letter := &Message{Topic: DeadTopic(topic, meta.Group), ID: m.ID, Key: meta.Key, Headers: h, Data: m.Data}
	if limit > 0 && letter.Size() > limit {
		delete(h, headerDeadCause)
	}
	if limit > 0 && letter.Size() > limit {
		letter.Headers = m.Headers
	}
	return letter
}

// DeadLetters returns the dead letters of a group on a topic, oldest first, at most limit. It needs a broker that can
// read what it keeps, or else the error wraps [ErrUnsupported].
func (h *Hub) DeadLetters(ctx context.Context, topic, group string, limit int) ([]DeadLetter, error) {
	return h.deadLetters(ctx, topic, group, 0, limit)
}

func (h *Hub) deadLetters(ctx context.Context, topic, group string, from uint64, limit int) ([]DeadLetter, error) {
	log, err := h.readable(topic, group)
	if err != nil {
		return nil, err
	}
	stored, err := log.Read(ctx, DeadTopic(topic, group), from, limit)
	if err != nil {
		return nil, fmt.Errorf("events: dead letters of %s on %s: %w", group, topic, err)
	}
	letters := make([]DeadLetter, len(stored))
	for i, s := range stored {
		letters[i] = readDeadLetter(s, topic, group)
	}
	return letters, nil
}

func (h *Hub) readable(topic, group string) (driver.Log, error) {
	if err := checkTopicName(topic); err != nil {
		return nil, fmt.Errorf("events: dead letters: %w", err)
	}
	if err := checkGroupName(group); err != nil {
		return nil, fmt.Errorf("events: dead letters: %w", err)
	}
	log, ok := h.broker.(driver.Log)
	if !ok || !h.broker.Capabilities().Replay {
		return nil, fmt.Errorf("events: dead letters: %w: the driver of %q does not read what was handled", ErrUnsupported, h.scheme)
	}
	return log, nil
}

func readDeadLetter(s driver.Stored, topic, group string) DeadLetter {
	hs := headers(s.Message.Headers)
	meta, _ := open(s.Message) // what is wrong with it may be why it is here
	meta.Group = group
	meta.Attempt, _ = strconv.Atoi(hs[headerDeadAttempts])
	died, _ := time.Parse(time.RFC3339Nano, hs[headerDeadTime])
	return DeadLetter{
		Meta: meta, Topic: topic, Cause: hs.attribute(headerDeadCause), Died: died, Data: s.Message.Data,
		position: s.Position, headers: hs,
	}
}

const replayPage = 100

// Replay publishes dead letters again, for this group alone, and removes them: those with the given event ids, or all when none
// is given. It returns how many. Attempts count from 1 again. Letters that arrive meanwhile stay, and so do those that are too
// large to be published again, which is a [*TooLargeError] in the end. When it fails half-way, what it did is done, and calling
// it again is safe.
func (h *Hub) Replay(ctx context.Context, topic, group string, ids ...string) (int, error) {
	last, err := h.lastLetter(ctx, topic, group)
	if err != nil {
		return 0, err
	}
	var count int
	var large []error
	err = h.eachLetter(ctx, topic, group, func(l DeadLetter) (bool, error) {
		if l.position > last {
			return false, nil
		}
		if len(ids) > 0 && !slices.Contains(ids, l.ID) {
			return true, nil
		}
		err := h.replay(ctx, l)
		if _, tooLarge := errors.AsType[*TooLargeError](err); tooLarge {
			large = append(large[:min(len(large), maxReplayErrors)], err)
			return true, nil
		}
		if err == nil {
			count++
		}
		return true, err
	})
	return count, errors.Join(append(large, err)...)
}

// maxReplayErrors is how many of the letters that cannot be replayed are named, besides the last one.
const maxReplayErrors = 10

// lastLetter returns the position of the newest letter, or 0. What is published again and fails again comes behind it, whatever
// the clocks say.
func (h *Hub) lastLetter(ctx context.Context, topic, group string) (last uint64, err error) {
	err = h.eachLetter(ctx, topic, group, func(l DeadLetter) (bool, error) {
		last = l.position
		return true, nil
	})
	return last, err
}

// eachLetter calls f for the letters, oldest first, until it returns false or an error.
func (h *Hub) eachLetter(ctx context.Context, topic, group string, f func(DeadLetter) (bool, error)) error {
	for from := uint64(0); ; {
		letters, err := h.deadLetters(ctx, topic, group, from, replayPage)
		if err != nil {
			return err
		}
		for _, l := range letters {
			from = l.position + 1
			if more, err := f(l); err != nil || !more {
				return err
			}
		}
		if len(letters) < replayPage {
			return nil
		}
	}
}

// replay publishes the letter before it removes it. Its identity for the broker is new, or the event would be dropped as a
// duplicate, but the same when the removal fails and it is replayed once more.
func (h *Hub) replay(ctx context.Context, l DeadLetter) error {
	hs := maps.Clone(l.headers)
	maps.DeleteFunc(hs, func(name, _ string) bool { return strings.HasPrefix(name, "vade-dead-") })
	hs[headerOnlyGroup] = l.Group
	id := fmt.Sprintf("replay/%s/%d/%s/%s", l.Group, l.position, encodeValue(l.Source), encodeValue(l.ID))
	if err := h.send(ctx, &Message{Topic: l.Topic, ID: id, Key: l.Key, Headers: hs, Data: l.Data}); err != nil {
		return err
	}
	if err := h.broker.(driver.Log).Remove(ctx, DeadTopic(l.Topic, l.Group), l.position); err != nil {
		return fmt.Errorf("events: remove dead letter %s of %s: %w", l.ID, l.Group, err)
	}
	return nil
}
