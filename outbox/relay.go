package outbox

import (
	"context"
	"maps"
	"time"

	"github.com/vade-go/vade/store"
)

const (
	poll     = time.Second            // between looks for what a crash or another process has left
	patience = 10 * time.Second       // for the broker to take one event
	lastWord = 3 * time.Second        // for the store to remove what was published
	batch    = 100                    // entries read at once
	workers  = 16                     // lanes published at once
	firstTry = 200 * time.Millisecond // until a lane that failed is tried again; doubled each time, up to Outbox.longTry
)

// relay publishes what waits. It belongs to the goroutine of run; workers know nothing but the job that they were given.
type relay struct {
	*Outbox
	enough  context.Context // ends when nothing more may be begun
	results chan result

	busy   map[lane]bool // in work, or its result was not taken yet
	again  bool          // a lane in work may have more: look again after the next result
	soon   bool          // look again without a rest
	holds  map[lane]*hold
	topics map[string]*topic
	taken  time.Time // when the broker took something last
	outage outage
	blind  spell // the store cannot be read
	stuck  spell // what was published cannot be removed
}

func newRelay(o *Outbox, enough context.Context) *relay {
	return &relay{
		Outbox: o, enough: enough, results: make(chan result, workers),
		busy: make(map[lane]bool), holds: make(map[lane]*hold), topics: make(map[string]*topic),
	}
}

// run goes through the lanes whenever something was committed, and every second. Once the outbox stops it goes on for as long as
// there is something to begin, or until it is enough.
func (r *relay) run(ctx context.Context) {
	for r.enough.Err() == nil {
		last := r.isStopping()
		begun := r.scan(ctx)
		if last && begun == 0 && len(r.busy) == 0 {
			break
		}
		r.rest()
	}
	for len(r.busy) > 0 {
		r.take(<-r.results)
	}
}

// rest waits until there may be something to begin.
func (r *relay) rest() {
	if r.isStopping() {
		if len(r.busy) > 0 {
			r.take(<-r.results)
		}
		return
	}
	timer := time.NewTimer(r.untilNext())
	defer timer.Stop()
	for !r.soon {
		select {
		case res := <-r.results:
			r.take(res)
			timer.Reset(r.untilNext())
		case <-timer.C:
			return
		case <-r.wake:
			return
		case <-r.stopping:
			return
		}
	}
}

// scan goes once through all lanes, from the first on: there is no mark up to which everything is known to be published, so nothing
// that becomes visible late is missed. Of each lane that is free it has the head published, and steps over the rest, so that
// no backlog keeps others waiting. It returns how many lanes it began.
func (r *relay) scan(ctx context.Context) (begun int) {
	r.prune()
	for _, t := range r.topics {
		t.begun = false
	}
	r.again, r.soon = false, false
	for q := (store.Query{Index: byLane, Limit: batch}); r.enough.Err() == nil; {
		r.collect()
		page, err := r.pending.List(ctx, q)
		if err != nil {
			if r.blind.begin() && ctx.Err() == nil {
				r.log.ErrorContext(ctx, "outbox: cannot read what waits", "error", err)
			}
			return begun
		}
		if after, ended := r.blind.end(); ended {
			r.log.InfoContext(ctx, "outbox: what waits can be read again", "after", after)
		}
		for _, j := range r.free(page.Items) {
			if r.begin(ctx, j) {
				begun++
			}
		}
		if page.Next == "" {
			r.turn()
			break
		}
		q.From = r.next(page.Items[len(page.Items)-1])
	}
	r.recovered(ctx)
	return begun
}

// free returns what is in lanes that nobody works on. It must be called before any further result is taken: what is read of a lane in
// work is old when the work ends.
func (r *relay) free(items []store.Item[entry]) []job {
	var jobs []job
	for _, item := range items {
		l := item.Value.lane()
		if r.busy[l] {
			r.again = true
			continue
		}
		if len(jobs) == 0 || jobs[len(jobs)-1].lane != l { // the index sorts by lane
			jobs = append(jobs, job{lane: l})
		}
		last := &jobs[len(jobs)-1]
		last.items = append(last.items, item)
	}
	return jobs
}

// next is where to go on behind an item: behind its lane, or its topic when nothing may be begun there.
func (r *relay) next(item store.Item[entry]) string {
	l := item.Value.lane()
	if r.busy[l] {
		r.again = true
	}
	t := r.topic(l.topic)
	if !t.open() {
		return l.topic + behind
	}
	return max(l.end(), t.last)
}

// begin has a job done, unless its lane is held back. When all workers have work it waits for one.
func (r *relay) begin(ctx context.Context, j job) bool {
	for len(r.busy) >= workers {
		r.take(<-r.results)
	}
	h, t := r.holds[j.lane], r.topic(j.lane.topic)
	if !t.open() || j.lane.end() <= t.last || h != nil && time.Now().Before(h.until) {
		return false
	}
	if r.isStopping() && (!t.since.IsZero() || h != nil && h.event != "") {
		return false // it would only hold up the stop
	}
	if h != nil {
		j.sent, j.refused = h.sent, h.refused()
	}
	r.busy[j.lane] = true
	t.working++
	t.begun = true
	go func() { r.results <- r.do(ctx, r.enough, j) }()
	return true
}

// turn lets the lanes of topics in trouble be tried from the first on, where all were.
func (r *relay) turn() {
	for _, t := range r.topics {
		if t.open() && !t.begun && t.last != "" {
			t.last, r.soon = "", true
		}
	}
}

// collect takes the results that are there.
func (r *relay) collect() {
	for {
		select {
		case res := <-r.results:
			r.take(res)
		default:
			return
		}
	}
}

// untilNext is how long to sleep: until something that is held back may be tried, and never longer than poll.
func (r *relay) untilNext() time.Duration {
	next := poll
	sooner := func(t time.Time) {
		if left := time.Until(t); left > 0 {
			next = min(next, left)
		}
	}
	for _, h := range r.holds {
		sooner(h.until)
	}
	for _, t := range r.topics {
		sooner(t.until)
	}
	return next
}

// prune forgets lanes that somebody else has emptied.
func (r *relay) prune() {
	maps.DeleteFunc(r.holds, func(l lane, h *hold) bool { return !r.busy[l] && time.Since(h.until) > forget })
}
