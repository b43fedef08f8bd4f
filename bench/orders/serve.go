package orders

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Start serves the endpoint on a free loopback port. Stop ends that and closes the endpoint.
func (e *Endpoint) Start(ctx context.Context) (url string, stop func() error, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- e.Listen(ctx, l) }()
	return "http://" + l.Addr().String(), func() error {
		cancel()
		defer e.Close()
		return <-done
	}, nil
}

// Listen serves the endpoint on l until ctx ends, on net/http with the one timeout that everybody sets, unless it brings a server.
func (e *Endpoint) Listen(ctx context.Context, l net.Listener) error {
	if e.Serve != nil {
		return e.Serve(ctx, l)
	}
	s := &http.Server{Handler: e.Handler, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
