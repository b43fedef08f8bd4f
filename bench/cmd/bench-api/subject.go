package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vade-go/vade/bench/orders"
)

// subject is one implementation under measurement.
type subject struct {
	orders.Implementation
	endpoint *orders.Endpoint
	once     func() (status, size int) // answers the order once
	requests int64

	micros, allocs, bytes []float64 // by round
}

// newSubject opens an implementation.
func newSubject(impl orders.Implementation, token string) (*subject, error) {
	e, err := impl.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", impl.Name, err)
	}
	s := &subject{Implementation: impl, endpoint: e}
	if s.once = e.Once; s.once == nil {
		s.once = repeat(e.Handler, token)
	}
	return s, nil
}

// writer keeps status and size of an answer, and nothing else. It takes deadlines as the writer of a connection does.
type writer struct {
	header       http.Header
	status, size int
}

func (w *writer) Header() http.Header { return w.header }
func (w *writer) WriteHeader(s int)   { w.status = s }
func (w *writer) Write(b []byte) (int, error) {
	w.size += len(b)
	return len(b), nil
}
func (w *writer) Flush()                           {}
func (w *writer) SetReadDeadline(time.Time) error  { return nil }
func (w *writer) SetWriteDeadline(time.Time) error { return nil }

// body is the order as a request body that is rewound instead of made anew.
type body struct{ strings.Reader }

func (b *body) Close() error { return nil }

// repeat returns a function that has h answer the same request each time.
func repeat(h http.Handler, token string) func() (int, int) {
	b, w := new(body), &writer{header: make(http.Header)}
	req := httptest.NewRequestWithContext(context.Background(), http.MethodPost, orders.Path, nil)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	req.ContentLength = int64(len(orders.Body))
	return func() (int, int) {
		b.Reset(orders.Body)
		req.Body = b
		clear(w.header)
		w.status, w.size = 0, 0
		h.ServeHTTP(w, req)
		return w.status, w.size
	}
}

// batch is how many requests lie between two looks at the clock.
const batch = 16

// processorTime is what this process has had of its processor, garbage collection and exporters of spans included. Where nobody
// else wants the processor it runs as the clock does; where others do, it tells what a clock cannot.
func processorTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err) // Linux has it
	}
	return time.Duration(t.Nano())
}

// measure runs the subject for at least d of processor time and notes a round.
func (s *subject) measure(d time.Duration) error {
	runtime.GC()
	if err := s.run(batch); err != nil { // what the collection took from the pools comes back
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, began := 0, processorTime()
	took := time.Duration(0)
	for took < d {
		if err := s.run(batch); err != nil {
			return err
		}
		n += batch
		took = processorTime() - began
	}
	runtime.ReadMemStats(&after)
	s.micros = append(s.micros, float64(took.Nanoseconds())/1e3/float64(n))
	s.allocs = append(s.allocs, float64(after.Mallocs-before.Mallocs)/float64(n))
	s.bytes = append(s.bytes, float64(after.TotalAlloc-before.TotalAlloc)/float64(n))
	return nil
}

// run answers n requests. An answer that is no receipt ends the measurement.
func (s *subject) run(n int) error {
	for range n {
		s.requests++
		if status, size := s.once(); status != http.StatusCreated || size < 300 {
			return fmt.Errorf("%s: status %d with %d bytes", s.Name, status, size)
		}
	}
	return nil
}

// close ends the subject, and reports spans that did not arrive.
func (s *subject) close() error {
	s.endpoint.Close()
	if s.endpoint.Spans == nil {
		return nil
	}
	if got := s.endpoint.Spans.Exported(); got != s.requests {
		return errors.New(s.Name + ": " + fmt.Sprintf("%d spans for %d requests", got, s.requests))
	}
	return nil
}
