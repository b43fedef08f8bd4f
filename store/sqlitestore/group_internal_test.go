package sqlitestore

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/store/driver"
)

// awaitWaiting goes on when so many transactions wait for the one that runs.
func (d *database) awaitWaiting(n int) {
	for {
		d.turns.mu.Lock()
		waiting := len(d.turns.waiting)
		d.turns.mu.Unlock()
		if waiting >= n {
			return
		}
		runtime.Gosched()
	}
}

// leaveOpen runs the first transaction of a group: it inserts a document when so many others wait, and leaves its work to them.
func (d *database) leaveOpen(ctx context.Context, begun chan struct{}, id string, others int) error {
	return d.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
		select {
		case <-begun: // it runs again
		default:
			d.writer.group.began = time.Now().Add(time.Hour) // it does not grow old on a slow machine
			close(begun)
			d.awaitWaiting(others)
		}
		return put(ctx, tx, id, "1")
	})
}

func TestWhoSharesACommitWithOneThatBreaksItIsJudgedAnew(t *testing.T) {
	t.Parallel()
	d := openInternal(t)
	if _, err := d.writer.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 50"); err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{})
	first, second, third := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	judged := make(chan error, 2)
	go func() { first <- d.leaveOpen(t.Context(), begun, "a", 2) }()
	<-begun
	go func() {
		second <- d.Do(t.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
			err := put(ctx, tx, "a", "1")
			judged <- err
			return err
		})
	}()
	d.awaitWaiting(1)
	go func() {
		third <- d.Do(t.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
			return put(ctx, tx, "large", `"`+strings.Repeat("x", 300_000)+`"`)
		})
	}()
	if err := <-third; err == nil || !strings.HasSuffix(err.Error(), "the disk is full: make room") {
		t.Errorf("the one that filled the disk: %v", err)
	}
	inserted := 0
	for _, err := range []error{<-first, <-second} {
		if err == nil {
			inserted++
		} else if !errors.Is(err, driver.ErrExists) {
			t.Errorf("one that did no wrong: %v", err)
		}
	}
	if inserted != 1 {
		t.Errorf("inserted by %d", inserted)
	}
	if err := <-judged; !errors.Is(err, driver.ErrExists) || len(judged) != 1 {
		t.Errorf("the refusal was not judged anew: %v, and then %d times", err, len(judged))
	}
	if _, err := d.Get(t.Context(), driver.Key{Collection: "things", Partition: "p", ID: "a"}); err != nil {
		t.Error(err)
	}
}

func TestWhoIsDoneDoesNotWaitForWhoHangs(t *testing.T) {
	t.Parallel()
	d := openInternal(t)
	begun, hangs := make(chan struct{}), make(chan struct{})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- d.leaveOpen(t.Context(), begun, "a", 1) }()
	<-begun
	runs := 0
	var evicted driver.Tx
	go func() {
		second <- d.Do(t.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
			runs++
			if err := put(ctx, tx, "b", "1"); err != nil {
				return err
			}
			if runs == 1 {
				evicted = tx
				<-hangs
				if err := put(ctx, tx, "c", "1"); !errors.Is(err, driver.ErrBusy) {
					t.Errorf("goes on after the others were committed without it: %v", err)
				}
			}
			return put(ctx, tx, "d", "1")
		})
	}()
	if err := <-first; err != nil {
		t.Error(err)
	}
	docs, err := d.List(t.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 10})
	if err != nil || len(docs) != 1 {
		t.Errorf("committed %v, %v", docs, err)
	}
	close(hangs)
	if err := <-second; err != nil || runs != 2 {
		t.Errorf("ran %d times: %v", runs, err)
	}
	if _, err := evicted.Get(t.Context(), driver.Key{Collection: "things", Partition: "p", ID: "b"}); !errors.Is(err, driver.ErrClosed) {
		t.Errorf("the first run is over: %v", err)
	}
	docs, err = d.List(t.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 10})
	if err != nil || len(docs) != 3 || docs[1].Key.ID != "b" || docs[2].Key.ID != "d" {
		t.Errorf("committed %v, %v", docs, err)
	}
}
