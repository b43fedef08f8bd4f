package outbox

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/store"
	"github.com/vade-go/vade/telemetry"
)

// job is the head of a lane, to be published.
type job struct {
	lane    lane
	items   []store.Item[entry]
	sent    map[string]bool // identities that the broker has; only their removal has failed
	refused string          // the identity of an event that has had all its attempts but this one
}

// result is what became of a job.
type result struct {
	lane      lane
	published int
	event     string          // the identity of the one that the broker did not take, with which the job ended
	err       error           // of the broker
	removed   bool            // what was published
	sent      map[string]bool // or not: those that are still there
	fault     error           // of the store
}

// do publishes events of a lane one after another, up to the first that fails, and then removes those that the broker has. A
// crash in between publishes them again, with the same identity. An event that has had all its attempts, or has no hope, is parked.
func (o *Outbox) do(ctx, enough context.Context, j job) result {
	res := result{lane: j.lane}
	var done []store.Item[entry]
	for _, item := range j.items {
		m := item.Value.Message
		if !j.sent[m.ID] {
			if enough.Err() != nil {
				break
			}
			err := o.publishOne(ctx, m)
			if err != nil && (m.ID == j.refused || hopeless(err)) && ctx.Err() == nil {
				switch parking := o.park(ctx, item, err); {
				case parking == nil:
					o.log.ErrorContext(ctx, "outbox: the broker does not take an event, it is parked",
						"topic", m.Topic, "id", m.ID, "partition", j.lane.partition, "error", err)
					continue
				case errors.Is(parking, errElsewhere):
					continue
				default:
					res.fault = parking
				}
			}
			if err != nil {
				res.event, res.err = m.ID, err
				break
			}
			res.published++
		}
		done = append(done, item)
	}
	err := o.removed(ctx, j.lane.partition, done)
	res.removed = err == nil && len(done) > 0
	if err != nil {
		res.fault, res.sent = errors.Join(res.fault, err), make(map[string]bool)
		for _, item := range done {
			res.sent[item.Value.Message.ID] = true
		}
	}
	return res
}

// hopeless reports whether the broker will not take the event however often it is asked: its limit has shrunk since the event was
// stored.
func hopeless(err error) bool {
	_, ok := errors.AsType[*events.TooLargeError](err)
	return ok
}

// removed removes what was published, even when ctx has ended: what stays is published twice.
func (o *Outbox) removed(ctx context.Context, partition string, done []store.Item[entry]) error {
	if len(done) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	return remove(ctx, o.db, o.pending, partition, done)
}

// publishOne hands a message to the broker, within its own trace.
func (o *Outbox) publishOne(ctx context.Context, m *events.Message) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ctx, run := o.relayed.Begin(telemetry.Extract(ctx, headers(m.Headers)))
	err := o.publish(ctx, m)
	if err != nil {
		run.End("error", err)
		return err
	}
	run.End("ok", nil)
	return nil
}

// maxCause bounds what is stored of an error, in bytes.
const maxCause = 1024

// errElsewhere says that another process has published or parked the event.
var errElsewhere = errors.New("another process was faster")

// park takes an event out of its line and keeps it with the cause, the first if there was one. The document does not grow but by
// the cause, which is left out when there is no room for it.
func (o *Outbox) park(ctx context.Context, item store.Item[entry], cause error) error {
	text := cmp.Or(item.Value.Cause, cause.Error())
	parked := entry{
		Parked: hex(uint64(time.Now().UnixNano())), Cause: strings.ToValidUTF8(text[:min(len(text), maxCause)], ""),
		Message: item.Value.Message,
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := o.pending.Replace(ctx, item.Key, parked, item.Version)
	if errors.Is(err, store.ErrTooLarge) {
		parked.Cause = ""
		_, err = o.pending.Replace(ctx, item.Key, parked, item.Version)
	}
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
		return errElsewhere
	}
	return err
}

// headers lets telemetry read those of a message, whose names are in lower case.
type headers map[string]string

func (h headers) Get(name string) string { return h[name] }
