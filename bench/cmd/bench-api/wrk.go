package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"time"

	"github.com/vade-go/vade/bench/orders"
)

var processors = runtime.NumCPU()

// wrk sends the order over 64 connections.
type wrk struct{ dir, script string }

func newWrk() (*wrk, error) {
	if _, err := exec.LookPath("wrk"); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "vade-bench")
	if err != nil {
		return nil, err
	}
	w := &wrk{dir: dir, script: filepath.Join(dir, "order.lua")}
	lua := fmt.Sprintf("wrk.method = \"POST\"\nwrk.path = %q\nwrk.body = [[%s]]\nwrk.headers[\"Content-Type\"] = \"application/json\"\n", orders.Path, orders.Body)
	return w, os.WriteFile(w.script, []byte(lua), 0o600)
}

func (w *wrk) close() error { return os.RemoveAll(w.dir) }

// load is what one run of wrk did.
type load struct {
	requests int64
	took     time.Duration
}

var (
	wrkRequests = regexp.MustCompile(`(\d+) requests in ([0-9.]+)s`)
	wrkTrouble  = regexp.MustCompile(`Non-2xx or 3xx responses: \d+|Socket errors: .*`)
)

// run loads a server for d. An answer that is no success is an error, since it has cost less.
func (w *wrk) run(ctx context.Context, url string, d time.Duration) (load, error) {
	ctx, cancel := context.WithTimeout(ctx, d+20*time.Second)
	defer cancel()
	seconds := max(1, int(d.Round(time.Second)/time.Second)) // wrk knows whole seconds only
	cmd := pinned(ctx, 1, "wrk", "-t1", "-c64", fmt.Sprintf("-d%ds", seconds), "-s", w.script, url)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return load{}, fmt.Errorf("wrk: %w: %s", err, out)
	}
	if trouble := wrkTrouble.Find(out); trouble != nil {
		return load{}, fmt.Errorf("wrk: %s", trouble)
	}
	m := wrkRequests.FindSubmatch(out)
	if m == nil {
		return load{}, fmt.Errorf("wrk: no count in %q", out)
	}
	requests, err := strconv.ParseInt(string(m[1]), 10, 64)
	took, err2 := strconv.ParseFloat(string(m[2]), 64)
	if requests == 0 || took == 0 {
		return load{}, errors.Join(fmt.Errorf("wrk: nothing was answered: %s", out), err, err2)
	}
	return load{requests, time.Duration(took * float64(time.Second))}, errors.Join(err, err2)
}
