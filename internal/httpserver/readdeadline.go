package httpserver

import (
	"net"
	"sync"
	"time"
)

// readDeadline is that of a connection, which learns of it when somebody is about to wait. For each request it is set and lifted several
// times, by net/http and for the body, and most requests have arrived as a whole by then: nobody waits, and setting one means moving a timer.
type readDeadline struct {
	mu      sync.Mutex
	wanted  time.Time // zero: none
	known   time.Time // what the connection knows
	readers int
}

// set wants a deadline from now on.
func (d *readDeadline) set(c net.Conn, t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = t
	if d.readers == 0 {
		return nil
	}
	return d.tell(c)
}

// begin is called before a reading.
func (d *readDeadline) begin(c net.Conn) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.tell(c); err != nil {
		return err
	}
	d.readers++
	return nil
}

// end is called after a reading that has begun.
func (d *readDeadline) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readers--
}

func (d *readDeadline) tell(c net.Conn) error {
	if d.wanted == d.known {
		return nil
	}
	d.known = d.wanted
	return c.SetReadDeadline(d.wanted)
}
