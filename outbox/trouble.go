package outbox

import (
	"context"
	"time"
)

const (
	attempts = 30               // of an event, while the broker takes others: about a quarter of an hour
	forget   = 10 * time.Minute // of a lane that is no longer seen
)

// hold keeps a lane back after a failure.
type hold struct {
	until    time.Time
	delay    time.Duration
	event    string    // the identity of the one that failed
	failed   time.Time // when it did last
	refusals int       // how often it failed after the broker had taken others meanwhile
	sent     map[string]bool
}

// refused returns the identity of the event that held the lane up for too long, or "".
func (h *hold) refused() string {
	if h.refusals < attempts-1 {
		return ""
	}
	return h.event
}

// topic is what the relay knows about a topic. While it is in trouble one lane at a time is tried, in turn, so that what hangs
// takes no workers from other topics, and none of its own lanes keeps the others from being tried.
type topic struct {
	working int       // lanes
	taken   time.Time // when the broker took an event of it last
	since   time.Time // in trouble; zero: it is not
	until   time.Time // no lane is tried
	last    string    // the end of the lane that failed last: those behind it have their turn first
	begun   bool      // some lane, in this scan
}

func (t *topic) open() bool { return t.since.IsZero() || t.working == 0 && !time.Now().Before(t.until) }

func (r *relay) topic(name string) *topic {
	t := r.topics[name]
	if t == nil {
		t = new(topic)
		r.topics[name] = t
	}
	return t
}

// take takes the result of a job.
func (r *relay) take(res result) {
	delete(r.busy, res.lane)
	r.soon = r.soon || r.again
	t, h := r.topic(res.lane.topic), r.holds[res.lane]
	t.working--
	if res.removed {
		if after, ended := r.stuck.end(); ended {
			r.log.Info("outbox: what was published can be removed again", "after", after)
		}
	}
	if res.published > 0 {
		r.flows(res, t)
	}
	if res.err == nil && res.fault == nil {
		delete(r.holds, res.lane)
		return
	}
	if h == nil {
		h = new(hold)
		r.holds[res.lane] = h
	}
	if res.published > 0 {
		h.delay = 0 // it moves
	}
	h.sent = res.sent
	h.delay = min(max(2*h.delay, firstTry), r.longTry)
	h.until = time.Now().Add(h.delay)
	if res.err != nil {
		r.failed(res, t, h)
	}
	if res.fault != nil && r.stuck.begin() {
		r.log.Error("outbox: what was published cannot be removed", "partition", res.lane.partition, "error", res.fault)
	}
}

// flows notes that the broker takes events of a topic.
func (r *relay) flows(res result, t *topic) {
	r.taken, t.taken = time.Now(), time.Now()
	if r.outage.topics[res.lane.topic] {
		r.outage.waited += res.published
	}
	if t.since.IsZero() {
		return
	}
	t.since, t.until, t.last = time.Time{}, time.Time{}, ""
	for l, h := range r.holds {
		if l.topic == res.lane.topic {
			h.until = time.Now()
		}
	}
	r.soon = true
	r.outage.over = time.Now()
}

// failed notes that the broker did not take an event. When it takes others of the topic, the trouble is that event's alone.
func (r *relay) failed(res result, t *topic, h *hold) {
	again := h.event == res.event
	alone := again && t.taken.After(h.failed)
	switch {
	case !again:
		h.refusals = 0
	case r.taken.After(h.failed):
		h.refusals++
	}
	h.event, h.failed = res.event, time.Now()
	if alone || r.enough.Err() != nil {
		return
	}
	if t.since.IsZero() {
		t.since = time.Now()
		if r.outage.begin(res.lane.topic, r.taken) {
			r.log.Warn("outbox: events wait, the broker does not take them",
				"topic", res.lane.topic, "partition", res.lane.partition, "id", res.event, "error", res.err)
		}
	}
	t.until, t.last = time.Now().Add(min(h.delay/2, poll)), res.lane.end() // sooner than the lane itself
}

// recovered says, after a look through all lanes, when an outage is over and nothing of what has waited is left.
func (r *relay) recovered(ctx context.Context) {
	if r.outage.since.IsZero() || r.again || len(r.busy) > 0 {
		return
	}
	for l := range r.holds {
		if r.outage.topics[l.topic] {
			return
		}
	}
	for name := range r.outage.topics {
		if !r.topic(name).since.IsZero() {
			return
		}
	}
	r.log.InfoContext(ctx, "outbox: the events that waited are published",
		"after", r.outage.over.Sub(r.outage.since).String(), "waited", r.outage.waited)
	r.outage = outage{}
}

// outage is a time in which the broker does not take the events of some topics.
type outage struct {
	since  time.Time // zero: none
	over   time.Time // when the broker took the first event of the last topic in trouble
	topics map[string]bool
	waited int // events that were published after they had waited
}

// begin adds a topic, and reports whether that is news: it is not when the broker, which took something last at the time
// given, took nothing since the outage began.
func (o *outage) begin(topic string, taken time.Time) bool {
	news := o.since.IsZero() || taken.After(o.since) && !o.topics[topic]
	if o.since.IsZero() {
		*o = outage{since: time.Now(), topics: make(map[string]bool)}
	}
	o.topics[topic] = true
	return news
}

// spell is a time in which something does not work, which is logged at its beginning and its end.
type spell struct{ since time.Time }

// begin reports whether it begins now.
func (s *spell) begin() bool {
	if !s.since.IsZero() {
		return false
	}
	s.since = time.Now()
	return true
}

// end reports whether it ends now, and how long it was.
func (s *spell) end() (after string, ended bool) {
	if s.since.IsZero() {
		return "", false
	}
	after = time.Since(s.since).String()
	s.since = time.Time{}
	return after, true
}
