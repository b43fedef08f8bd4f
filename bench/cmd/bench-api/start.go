package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/vade-go/vade/bench/report"
)

const (
	startPart = "start, exec to first 200"
	startGoal = 60 * time.Millisecond
)

// starter is a program whose start is measured.
type starter struct {
	title   string
	command string // of this module
	args    []string
	path    string // of an operation that answers 200
	listen  string // the variable that says where it listens

	binary string
	millis []float64
	cpu    []float64 // ms of processor time, the end included
}

// starts measures from exec to the first answer, interleaved, each program built by itself: what it does not use is not linked.
func starts(ctx context.Context, s settings, r *report.Report) (err error) {
	dir, err := os.MkdirTemp("", "vade-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	all := []*starter{
		{title: "net/http hello", command: "start-hello", path: "/hello", listen: "ADDRESS"},
		{title: "Vade, 500 operations, serve", command: "start-vade", args: []string{"serve", "shop"}, path: "/things-0-9/7", listen: "VADE_LISTEN"},
		{title: "Vade, 500 operations, up (with the gateway)", command: "start-vade", path: "/things-0-9/7", listen: "VADE_GATEWAY"},
		{title: "Huma, the same 500 operations", command: "start-huma", path: "/things-0-9/7", listen: "ADDRESS"},
	}
	for _, p := range all {
		if err := p.build(ctx, s.root, dir); err != nil {
			return err
		}
	}
	for round := range s.startRounds + 1 {
		for _, p := range all {
			took, cpu, err := p.start(ctx, dir)
			if err != nil {
				return fmt.Errorf("%s: %w", p.title, err)
			}
			if round > 0 { // the first one reads the binary from the disk and makes the data folder
				p.millis = append(p.millis, took.Seconds()*1e3)
				p.cpu = append(p.cpu, cpu.Seconds()*1e3)
			}
		}
	}
	hello := all[0]
	for _, p := range all {
		r.Detail = append(r.Detail, report.Measure{Part: startPart, What: p.title, Unit: "ms"}.Of(p.millis, hello.millis))
	}
	for _, ours := range all[1:3] {
		for _, theirs := range []*starter{hello, all[3]} {
			row := report.Row{Part: startPart, What: ours.title + " : " + theirs.title, Ours: ours.says(), Theirs: theirs.says()}
			row.Ratio, row.Low, row.High = report.Pairs(ours.millis, theirs.millis)
			if ours == all[1] && theirs == hello {
				row.Goal, row.Result = "<= 60 ms", report.Judge(report.Median(ours.millis) <= startGoal.Seconds()*1e3)
			}
			r.Rows = append(r.Rows, row)
		}
	}
	return nil
}

func (p *starter) says() string {
	return fmt.Sprintf("%.1f ms, CPU %.0f ms", report.Median(p.millis), report.Median(p.cpu))
}

func (p *starter) build(ctx context.Context, root, dir string) error {
	p.binary = filepath.Join(dir, p.command)
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", p.binary, "./cmd/"+p.command)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", p.command, err, out)
	}
	return nil
}

// start runs the program until it answers once. Cpu is what it took of the processors, to its end.
func (p *starter) start(ctx context.Context, dir string) (took, cpu time.Duration, err error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return 0, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.binary, p.args...)
	cmd.Dir = dir
	cmd.Env = []string{"VADE_DATA=" + filepath.Join(dir, "data"), "VADE_CONSOLE=127.0.0.1:0", p.listen + "=" + address}
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	err = until(ctx, 10*time.Second, func() bool { return answers(ctx, client, "http://"+address+p.path) })
	took = time.Since(began)
	_ = cmd.Process.Signal(os.Interrupt)
	if ended := cmd.Wait(); err == nil && ended != nil && cmd.ProcessState.ExitCode() > 0 {
		err = ended
	}
	return took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), err
}

func answers(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode == http.StatusOK
}
