package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"testing"

	"github.com/vade-go/vade/store/driver"
)

// holdReaders takes all connections that read, so that reads have to wait until they are given back.
func holdReaders(t *testing.T, d *database) (giveBack func()) {
	t.Helper()
	var held []*sql.Conn
	for range d.readers.Stats().MaxOpenConnections {
		conn, err := d.readers.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	return func() {
		for _, conn := range held {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// awaitReads returns when so many reads wait for a connection.
func awaitReads(d *database, n int64) {
	for d.readers.Stats().WaitCount < n {
		runtime.Gosched()
	}
}

func TestClosingWaitsForReads(t *testing.T) {
	t.Parallel()
	d := openInternal(t)
	if err := d.Do(t.Context(), "p", func(ctx context.Context, tx driver.Tx) error { return put(ctx, tx, "a", "1") }); err != nil {
		t.Fatal(err)
	}
	giveBack := holdReaders(t, d)
	read, closed := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := d.Get(t.Context(), driver.Key{Collection: "things", Partition: "p", ID: "a"})
		read <- err
	}()
	awaitReads(d, 1)
	go func() { closed <- d.Close() }()
	<-d.life.Done()
	for range 1000 { // it has every chance to be done too early
		runtime.Gosched()
	}
	giveBack()
	if err := <-read; err != nil {
		t.Errorf("a read that had begun: %v", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if left := d.readers.Stats().OpenConnections; left != 0 {
		t.Errorf("%d connections are left", left)
	}
}

func TestAListThatIsCancelledDoesNotWaitForAnother(t *testing.T) {
	t.Parallel()
	d := openInternal(t)
	giveBack := holdReaders(t, d)
	list := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		go func() {
			_, err := d.List(ctx, driver.Query{Collection: "things", Partition: "p", Limit: 10})
			done <- err
		}()
		return done
	}
	first := list(t.Context())
	awaitReads(d, 1)
	ctx, cancel := context.WithCancel(t.Context())
	second := list(ctx)
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	giveBack()
	if err := <-first; err != nil {
		t.Errorf("the other one: %v", err)
	}
}
