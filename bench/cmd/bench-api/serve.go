package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/bench/frameworks"
	"github.com/vade-go/vade/bench/orders"
	"github.com/vade-go/vade/internal/httpserver"
	"github.com/vade-go/vade/program"
)

// program is Vade as "serve" of a program runs it, with its defaults.
const vadeProgram = "vade-program"

// serve runs one implementation until standard input ends, so that no server outlives who started it.
func serve(name, address string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if name == vadeProgram {
		return serveProgram(ctx, address)
	}
	for _, impl := range frameworks.All() {
		if impl.Name != name {
			continue
		}
		e, err := impl.Open()
		if err != nil {
			return err
		}
		defer e.Close()
		if name == orders.Vade {
			return serveVade(ctx, e.Handler, address)
		}
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return e.Listen(ctx, l)
	}
	return fmt.Errorf("%q is no implementation", name)
}

// serveVade is the server that every Vade program has.
func serveVade(ctx context.Context, h http.Handler, address string) error {
	s := httpserver.New(httpserver.Config{Address: address})
	if err := s.Listen(); err != nil {
		return err
	}
	s.Handle(h)
	if err := s.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return s.Close()
}

// serveProgram is the whole program: its probes, its access record on standard error, its metrics.
func serveProgram(ctx context.Context, address string) error {
	data, err := os.MkdirTemp("", "vade-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	code := program.Run(ctx, orders.VadeSystem(auth.Public()), nil, program.IO{
		Args: []string{"serve", "shop"}, Environ: []string{"VADE_DATA=" + data, "VADE_LISTEN=" + address}, Stdout: io.Discard, Stderr: os.Stderr,
		Signals: make(chan os.Signal),
	})
	if code != program.ExitDone {
		return fmt.Errorf("the program ended with %d", code)
	}
	return nil
}
