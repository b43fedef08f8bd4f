package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/vade-go/vade/bench/frameworks"
	"github.com/vade-go/vade/bench/orders"
	"github.com/vade-go/vade/bench/report"
)

const wirePart = "over the wire, server's CPU"

// fastAPI is the server that is not written in Go.
const fastAPI = "fastapi"

// wired is a server under measurement.
type wired struct {
	name, title string
	server      *server
	missing     string // why there is none

	micros, rates []float64
}

// wire measures what a request costs the server: processes of one processor each, all running, and wrk turning to one after the other.
func wire(ctx context.Context, s settings, r *report.Report) (err error) {
	var all []*wired
	byName := make(map[string]*wired)
	for _, impl := range frameworks.All() {
		if !impl.Full {
			all = append(all, &wired{name: impl.Name, title: impl.Title})
		}
	}
	all = append(all, &wired{name: vadeProgram, title: "Vade, program with its defaults"}, &wired{name: fastAPI, title: "FastAPI (Debian), uvicorn"})
	for _, w := range all {
		byName[w.name] = w
	}
	wrk, err := newWrk()
	if err != nil {
		for _, g := range wireGoals {
			r.Rows = append(r.Rows, report.Row{Part: wirePart, What: byName[g.ours].title + " : " + byName[g.theirs].title, Ours: "needs wrk", Goal: g.text, Result: report.NotAvailable})
		}
		return nil
	}
	defer func() {
		err = errors.Join(err, wrk.close())
		for _, w := range all {
			if w.server != nil {
				err = errors.Join(err, w.server.stop())
			}
		}
	}()
	for _, w := range all {
		if err := w.start(ctx, s); err != nil {
			return err
		}
	}
	for round := range s.wireRounds {
		for i := range all {
			w := all[(i+round)%len(all)]
			if w.server == nil {
				continue
			}
			if err := w.measure(ctx, wrk, s, round == 0); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
	}
	for _, w := range all {
		if w.server != nil {
			m := report.Measure{Part: wirePart, What: w.title, Unit: "µs", Rate: report.Median(w.rates)}
			r.Detail = append(r.Detail, m.Of(w.micros, byName[orders.ByHand].micros))
		}
	}
	r.Rows = append(r.Rows, wireRows(byName)...)
	return nil
}

// start starts the server, and lets nothing in that decides otherwise than the rest.
func (w *wired) start(ctx context.Context, s settings) (err error) {
	if w.name == fastAPI {
		w.server, err = startFastAPI(ctx, filepath.Join(s.root, "fastapi"))
		if errors.Is(err, errNoFastAPI) {
			w.missing = err.Error()
			return nil
		}
	} else {
		w.server, err = startGo(ctx, w.name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	if w.name == orders.Fixed {
		return nil
	}
	if err := orders.Agree(ctx, w.server.url(), ""); err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	return nil
}

// measure is one slice.
func (w *wired) measure(ctx context.Context, wrk *wrk, s settings, cold bool) error {
	if cold {
		if _, err := wrk.run(ctx, w.server.url(), s.wireWarmUp); err != nil {
			return err
		}
	}
	before, err := w.server.cpu()
	if err != nil {
		return err
	}
	load, err := wrk.run(ctx, w.server.url(), s.wireSlice)
	if err != nil {
		return err
	}
	after, err := w.server.cpu()
	if err != nil {
		return err
	}
	w.micros = append(w.micros, float64((after-before).Microseconds())/float64(load.requests))
	w.rates = append(w.rates, float64(load.requests)/load.took.Seconds())
	return nil
}

var wireGoals = []struct {
	ours, theirs string
	ratio        float64
	text         string
}{
	{orders.Vade, orders.ByHand, 1.1, "<= 1.1 (later 0.8)"},
	{orders.Vade, orders.Fixed, 0, ""},
	{orders.Vade, orders.OnePass, 0, ""},
	{orders.Vade, orders.ByHandV1, 1, "< 1"},
	{orders.Vade, orders.Fiber, 1, "< 1"},
	{orders.Vade, orders.Echo, 1, "< 1"},
	{orders.Vade, orders.Gin, 1, "< 1"},
	{orders.Vade, orders.Huma, 1, "< 1"},
	{orders.Vade, fastAPI, 1, "< 1"},
	{vadeProgram, orders.ByHand, 0, ""},
}

func wireRows(byName map[string]*wired) []report.Row {
	var rows []report.Row
	for _, g := range wireGoals {
		ours, theirs := byName[g.ours], byName[g.theirs]
		row := report.Row{Part: wirePart, What: ours.title + " : " + theirs.title, Ours: ours.says(), Theirs: theirs.says(), Goal: g.text}
		row.Ratio, row.Low, row.High = report.Pairs(ours.micros, theirs.micros)
		switch {
		case ours.server == nil || theirs.server == nil:
			row.Result = report.NotAvailable
		case g.ratio > 0:
			row.Result = report.Judge(row.Ratio <= g.ratio)
		}
		rows = append(rows, row)
	}
	return rows
}

func (w *wired) says() string {
	if w.server == nil {
		return w.missing
	}
	return fmt.Sprintf("%.1f µs, %.0f/s", report.Median(w.micros), report.Median(w.rates))
}

// pinned puts a command on one processor, where there are two or more and taskset.
func pinned(ctx context.Context, processor int, name string, args ...string) *exec.Cmd {
	taskset, err := exec.LookPath("taskset")
	if err != nil || processors < 2 {
		return exec.CommandContext(ctx, name, args...)
	}
	return exec.CommandContext(ctx, taskset, append([]string{"-c", fmt.Sprint(processor), name}, args...)...)
}

// startGo starts this program as a server.
func startGo(ctx context.Context, name string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	cmd := pinned(ctx, 0, self, "serve", name, address)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	return startServer(ctx, cmd, address)
}

// python is Debian's: its packages are of no use to another one.
const python = "/usr/bin/python3"

var errNoFastAPI = errors.New("needs python3-fastapi and python3-uvicorn")

func startFastAPI(ctx context.Context, dir string) (*server, error) {
	if exec.CommandContext(ctx, python, "-c", "import fastapi, uvicorn, uvloop, httptools").Run() != nil {
		return nil, errNoFastAPI
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	host, port, err := splitAddress(address)
	if err != nil {
		return nil, err
	}
	cmd := pinned(ctx, 0, python, "-m", "uvicorn", "--app-dir", dir, "--host", host, "--port", port, "--workers", "1",
		"--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "main:app")
	return startServer(ctx, cmd, address)
}
