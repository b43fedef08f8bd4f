package feed

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// Listen opens n streams, calls ready when the server has answered all of them, and returns when each has got the events 1 to last in their
// order, or with the first thing that went wrong.
func Listen(ctx context.Context, address string, n, last int, http2 bool, ready func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetUnencryptedHTTP2(http2)
	transport := &http.Transport{Protocols: protocols, ReadBufferSize: 512, WriteBufferSize: 512}
	defer transport.CloseIdleConnections()
	var open atomic.Int64
	var done sync.WaitGroup
	slots := make(chan struct{}, 64) // connections that are being made
	for range n {
		slots <- struct{}{}
		done.Go(func() {
			err := listen(ctx, transport, address, last, func() {
				<-slots
				if open.Add(1) == int64(n) {
					ready()
				}
			})
			if err != nil {
				cancel(err)
			}
		})
		if ctx.Err() != nil {
			break
		}
	}
	done.Wait()
	return context.Cause(ctx)
}

// listen reads one stream.
func listen(ctx context.Context, transport http.RoundTripper, address string, last int, opened func()) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/events", nil)
	if err != nil {
		return err
	}
	res, err := transport.RoundTrip(req)
	opened()
	if err != nil {
		return err
	}
	defer res.Body.Close()
	lines := bufio.NewReaderSize(res.Body, 256)
	for want := 1; want <= last; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("after %d events: %w", want-1, err)
		}
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "id: "); ok {
			if id != fmt.Sprint(want) {
				return fmt.Errorf("event %s came in place of %d", id, want)
			}
			want++
		}
	}
	return nil
}
