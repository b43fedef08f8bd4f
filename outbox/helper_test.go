package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/events"
	eventsdriver "github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/store"
	storedriver "github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
	"github.com/vade-go/vade/telemetry"
)

// service is as much of a service as an outbox needs: declared, opened, started, stopped.
type service struct {
	keys   map[any]operation.Part
	parts  []operation.Part
	group  lifecycle.Group
	shared *operation.Shared
	store  flaky
	log    logBuffer
}

// logBuffer keeps what is logged.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// lines returns the lines that the outbox has logged.
func (b *logBuffer) lines() (found []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(b.text.String()) {
		if strings.Contains(line, "outbox: ") {
			found = append(found, line)
		}
	}
	return found
}

func newService() *service {
	return &service{keys: make(map[any]operation.Part), shared: new(operation.Shared), store: flaky{Driver: sqlitestore.Driver()}}
}

func (s *service) Name() string { return "test" }

func (s *service) Declare(key any, build func() operation.Part) operation.Part {
	if p, ok := s.keys[key]; ok {
		return p
	}
	p := build()
	s.keys[key] = p
	s.parts = append(s.parts, p)
	return p
}

// open describes and opens the service on a folder, with a broker that may go wrong.
func (s *service) open(ctx context.Context, dir string, broker *faulty) error {
	compiler := schema.NewCompiler()
	d := &operation.Description{Service: &manifest.Service{Name: s.Name()}, Compiler: compiler, Definitions: new(schema.Definitions)}
	for _, p := range s.parts {
		if err := p.Describe(d); err != nil {
			return err
		}
	}
	tel, err := telemetry.New(telemetry.Config{Service: s.Name(), Output: &s.log})
	if err != nil {
		return err
	}
	env := &operation.Env{
		System: "test", Service: s.Name(), DataDir: dir, Compiler: compiler, Telemetry: tel, Log: tel.Logger(), Shared: s.shared,
		Engines: operation.Engines{
			"store":  {Driver: &s.store, URL: &url.URL{Scheme: "sqlite"}},
			"events": {Driver: broker, URL: &url.URL{Scheme: "embedded"}},
		},
	}
	for i, p := range s.parts {
		if err := p.Open(ctx, env); err != nil {
			return errors.Join(err, s.close())
		}
		if c, ok := p.(lifecycle.Component); ok {
			s.group.Add(fmt.Sprint(i), c)
		}
	}
	return nil
}

func (s *service) close() error {
	var errs []error
	for _, p := range slices.Backward(s.parts) {
		if c, ok := p.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(append(errs, s.shared.Close())...)
}

// mustRun opens and starts the service for the time of a test, or until the function that it returns is called.
func (s *service) mustRun(t testing.TB, dir string, broker *faulty) (stop func()) {
	t.Helper()
	if err := s.open(t.Context(), dir, broker); err != nil {
		t.Fatal(err)
	}
	if err := s.group.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		if err := errors.Join(s.group.Stop(context.Background()), s.close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// faulty is the real broker with faults: it decides for every message what happens to it.
type faulty struct {
	eventsdriver.Driver
	fault atomic.Pointer[func(m *eventsdriver.Message) fault]
}

// fault is what happens to a message.
type fault int

const (
	none      fault = iota
	lost            // it does not arrive, and an error says so
	forgotten       // it arrives, but the confirmation is lost
	renamed         // it arrives without its identity, so that a duplicate is not dropped
	tooLarge        // the broker has a new limit
	hanging         // nothing happens until the context ends
)

func newBroker() *faulty { return &faulty{Driver: natsevents.Driver()} }

// set decides what happens from now on; nil: no faults.
func (f *faulty) set(decide func(m *eventsdriver.Message) fault) { f.fault.Store(&decide) }

func (f *faulty) Open(ctx context.Context, cfg eventsdriver.Config) (eventsdriver.Broker, error) {
	b, err := f.Driver.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &faultyBroker{Broker: b, faulty: f}, nil
}

type faultyBroker struct {
	eventsdriver.Broker
	faulty *faulty
}

var errFault = errors.New("the broker is away")

func (b *faultyBroker) Publish(ctx context.Context, m *eventsdriver.Message) error {
	what := none
	if decide := b.faulty.fault.Load(); decide != nil && *decide != nil {
		what = (*decide)(m)
	}
	switch what {
	case lost:
		return errFault
	case tooLarge:
		return &eventsdriver.TooLargeError{Size: len(m.Data), Limit: 1}
	case forgotten:
		return errors.Join(errFault, b.Broker.Publish(ctx, m))
	case renamed:
		twin := *m
		twin.ID = ""
		return b.Broker.Publish(ctx, &twin)
	case hanging:
		<-ctx.Done()
		return ctx.Err()
	}
	return b.Broker.Publish(ctx, m)
}

// flaky is the real store with faults: it decides for every list by an index of a collection, and for every transaction of a partition,
// whether it fails.
type flaky struct {
	storedriver.Driver
	list atomic.Pointer[func(ctx context.Context, collection string) error]
	do   atomic.Pointer[func(partition string) error]
}

func (f *flaky) Open(ctx context.Context, cfg storedriver.Config) (storedriver.DB, error) {
	db, err := f.Driver.Open(ctx, cfg)
	return &flakyDB{db, f}, err
}

type flakyDB struct {
	storedriver.DB
	flaky *flaky
}

func (d *flakyDB) List(ctx context.Context, q storedriver.Query) ([]storedriver.Document, error) {
	if decide := d.flaky.list.Load(); decide != nil && q.Index != "" { // while it is opened, there is none
		if err := (*decide)(ctx, q.Collection); err != nil {
			return nil, err
		}
	}
	return d.DB.List(ctx, q)
}

func (d *flakyDB) Do(ctx context.Context, partition string, fn func(context.Context, storedriver.Tx) error) error {
	if decide := d.flaky.do.Load(); decide != nil {
		if err := (*decide)(partition); err != nil {
			return err
		}
	}
	return d.DB.Do(ctx, partition, fn)
}

// step is the event of the tests: the nth of a partition.
type step struct {
	Partition string `json:"partition"`
	N         int    `json:"n"`
}

var stepped = events.Define("test.stepped", events.Key(func(s step) string { return s.Partition }))

// counting is a service that counts in its store and tells of every step, and receives what it told.
type counting struct {
	*service
	db       *store.DB
	counts   *store.Collection[int]
	steps    *events.Producer[step]
	received chan received
}

type received struct {
	step
	events.Meta
}

// delivery is the input of the subscription.
type delivery struct {
	events.Meta
	Body step
}

func newCounting(opts ...outbox.Option) *counting {
	c := newTelling(opts...)
	events.Subscribe(c.service, stepped, func(ctx context.Context, in delivery) error {
		c.received <- received{in.Body, in.Meta}
		return nil
	})
	return c
}

// newTelling is newCounting without the receiving.
func newTelling(opts ...outbox.Option) *counting {
	svc := newService()
	outbox.Of(svc, opts...)
	return &counting{
		service: svc, db: store.Of(svc), counts: store.Collect[int](svc, "counts"),
		steps: events.Publisher(svc, stepped), received: make(chan received, 10_000),
	}
}

// count adds one to the count of a partition and tells of it, in one transaction; then it fails if asked to.
func (c *counting) count(ctx context.Context, partition string, fail error) error {
	return c.db.Do(ctx, partition, func(ctx context.Context, tx *store.Tx) error {
		key := store.Key{Partition: partition, ID: "count"}
		item, err := c.counts.With(tx).Get(ctx, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if _, err := c.counts.With(tx).Put(ctx, key, item.Value+1); err != nil {
			return err
		}
		if err := outbox.Publish(ctx, tx, c.steps, step{partition, item.Value + 1}); err != nil {
			return err
		}
		return fail
	})
}

// countOften counts n times in one transaction.
func (c *counting) countOften(t testing.TB, partition string, n int) {
	t.Helper()
	err := c.db.Do(t.Context(), partition, func(ctx context.Context, tx *store.Tx) error {
		for i := range n {
			if err := outbox.Publish(ctx, tx, c.steps, step{partition, i + 1}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// next returns the next event that was received.
func (c *counting) next(t testing.TB) received {
	t.Helper()
	select {
	case r := <-c.received:
		return r
	case <-t.Context().Done():
		t.Fatal("no event came")
		return received{}
	}
}
