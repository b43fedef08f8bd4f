// Command bench-api compares Vade's typed API with what else there is: handlers alone, servers over the wire, and starts.
//
// "make bench-api" runs it. "bench-api serve NAME ADDRESS" is one of the servers that it starts.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/vade-go/vade/bench/report"
)

// settings are the lengths of a run.
type settings struct {
	parts        string
	rounds       int           // of slices, handlers
	slice        time.Duration // of one handler
	wireRounds   int
	wireSlice    time.Duration
	wireWarmUp   time.Duration
	startRounds  int
	root         string // of this module
	results      string
	errorMissing bool
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		exit(serve(os.Args[2], os.Args[3]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(run(ctx, parse(), os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-api:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse() settings {
	s := settings{rounds: 31, slice: 60 * time.Millisecond, wireRounds: 9, wireSlice: 2 * time.Second, wireWarmUp: time.Second, startRounds: 21}
	fast := flag.Bool("fast", false, "a run of less than a minute, for a first look")
	rounds := flag.Int("rounds", 0, "rounds of every part; 0: the default of each")
	flag.StringVar(&s.parts, "parts", "handler,wire,start", "what to measure")
	flag.StringVar(&s.root, "root", ".", "folder of the bench module")
	flag.StringVar(&s.results, "results", "", "file of the results; default: results/api.json, or results/api-fast.json with -fast")
	flag.Parse()
	s.results = strings.TrimSpace(s.results)
	if *fast {
		s.rounds, s.wireRounds, s.wireSlice, s.wireWarmUp, s.startRounds = 7, 1, time.Second, 300*time.Millisecond, 5
	}
	if *rounds > 0 {
		s.rounds, s.wireRounds, s.startRounds = *rounds, *rounds, *rounds
	}
	if s.results == "" {
		s.results = filepath.Join(s.root, "results", "api.json")
		if *fast || *rounds > 0 {
			s.results = filepath.Join(s.root, "results", "api-fast.json")
		}
	}
	s.errorMissing = os.Getenv("CI") != ""
	return s
}

// run measures the parts, prints the table and keeps it.
func run(ctx context.Context, s settings, w io.Writer) error {
	r := &report.Report{
		Name: "api", Began: time.Now().UTC().Format(time.RFC3339), Commit: report.Commit(ctx, s.root), Machine: report.ThisMachine(),
		Settings: fmt.Sprintf("handler: %d rounds of %v; wire: %d rounds of %v; start: %d rounds", s.rounds, s.slice, s.wireRounds, s.wireSlice, s.startRounds),
	}
	for _, p := range []struct {
		name    string
		measure func(context.Context, settings, *report.Report) error
	}{{"handler", handlers}, {"wire", wire}, {"start", starts}} {
		if !strings.Contains(s.parts, p.name) {
			continue
		}
		fmt.Fprintf(w, "measuring: %s\n", p.name)
		if err := p.measure(ctx, s, r); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	m := r.Machine
	fmt.Fprintf(w, "\n%s, commit %s, %s, %d cores, %s, Linux %s, %s, load %s\n%s\n", r.Began, r.Commit, m.CPU, m.Cores, m.System, m.Kernel, m.Go, m.Load, r.Settings)
	if err := r.Print(w); err != nil {
		return err
	}
	if err := r.Write(s.results); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nkept in %s\n", s.results)
	if s.errorMissing && r.Missing() {
		return fmt.Errorf("something was not available, which CI does not take for an answer")
	}
	return nil
}
