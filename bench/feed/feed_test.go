package feed_test

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/vade-go/vade/bench/feed"
)

func TestEveryStreamGetsEveryEvent(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f, err := feed.New(ctx)
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- f.Serve(ctx, l) }()
		const last = 20
		err = feed.Listen(ctx, l.Addr().String(), 300, last, http2, func() {
			for range last {
				res, err := http.Post("http://"+l.Addr().String()+"/publish", "", nil)
				if err != nil {
					t.Error(err)
					cancel()
					return
				}
				_ = res.Body.Close()
			}
		})
		if err != nil {
			t.Errorf("HTTP/2: %v: %v", http2, err)
		}
		cancel()
		<-served
	}
}
