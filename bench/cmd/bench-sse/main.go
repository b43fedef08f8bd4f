// Command bench-sse opens many streams of server-sent events on one process and checks that each gets every event.
//
// It starts itself again: once as the server, and as many times as it takes as clients, since a process has a limited number of files.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/vade-go/vade/bench/feed"
)

func main() {
	role := flag.String("role", "", "server or client; empty: measure")
	address := flag.String("address", "", "of the server")
	n := flag.Int("n", 50_000, "streams over HTTP/2")
	n1 := flag.Int("n1", 18_000, "streams over HTTP/1.1, a connection each")
	events := flag.Int("events", 5, "events for each")
	http2 := flag.Bool("http2", false, "for a client")
	out := flag.String("out", "", "file for the rows in JSON")
	budget := flag.Float64("budget", 0, "kilobytes of memory for a stream over HTTP/1.1, beyond which the run fails; 0: none")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Minute)
	defer cancel()
	var err error
	switch *role {
	case "server":
		err = serve(ctx)
	case "client":
		err = feed.Listen(ctx, *address, *n, *events, *http2, func() { fmt.Println("ready") })
	default:
		err = measure(ctx, map[bool]int{true: *n, false: *n1}, *events, *out, *budget)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-sse:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	f, err := feed.New(ctx)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() { // the one who started it is gone
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return f.Serve(ctx, l)
}

// row is the outcome for one protocol.
type row struct {
	Protocol   string     `json:"protocol"`
	Streams    int        `json:"streams"`
	Events     int        `json:"events"`
	ConnectS   float64    `json:"connect_seconds"`
	EventMS    float64    `json:"events_ms"` // from the first event to the last client that has all
	KBStream   float64    `json:"kb_per_stream"`
	KBResident float64    `json:"kb_resident_per_stream"`
	Before     feed.Stats `json:"before"`
	After      feed.Stats `json:"with_all_open"`
}

func measure(ctx context.Context, streams map[bool]int, events int, out string, budget float64) error {
	var rows []row
	for _, http2 := range []bool{false, true} {
		if streams[http2] == 0 {
			continue
		}
		r, err := run(ctx, http2, streams[http2], events)
		if err != nil {
			return err
		}
		rows = append(rows, r)
		fmt.Printf("%-8s %6d streams, %d events each, all arrived: %.1f kB a stream (resident %.1f), %d goroutines, connected in %.1f s, all events out in %.0f ms\n",
			r.Protocol, r.Streams, r.Events, r.KBStream, r.KBResident, r.After.Goroutines, r.ConnectS, r.EventMS)
		if budget > 0 && !http2 && r.KBStream > budget {
			return fmt.Errorf("%.1f kB for a stream, and the budget is %.1f", r.KBStream, budget)
		}
	}
	if out == "" {
		return nil
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}

// perProcess is how many streams one client process opens at most.
const perProcess = 9_000

func run(ctx context.Context, http2 bool, n, events int) (row, error) {
	r := row{Protocol: "HTTP/1.1", Streams: n, Events: events}
	if http2 {
		r.Protocol = "HTTP/2"
	}
	server, lines, err := self(ctx, "-role", "server")
	if err != nil {
		return r, err
	}
	defer server.end()
	address := <-lines
	if r.Before, err = stats(ctx, address); err != nil {
		return r, err
	}
	began := time.Now()
	var clients []*child
	for left := n; left > 0; left -= perProcess {
		c, ready, err := self(ctx, "-role", "client", "-address", address, "-n", fmt.Sprint(min(left, perProcess)), "-events", fmt.Sprint(events), fmt.Sprint("-http2=", http2))
		if err != nil {
			return r, err
		}
		defer c.end()
		if line, ok := <-ready; !ok || line != "ready" {
			return r, fmt.Errorf("a client did not get all of its streams: %s", c.errs.String())
		}
		clients = append(clients, c)
	}
	r.ConnectS = time.Since(began).Seconds()
	if r.After, err = stats(ctx, address); err != nil {
		return r, err
	}
	if r.After.Open != int64(n) {
		return r, fmt.Errorf("%d of %d streams are open", r.After.Open, n)
	}
	r.KBStream = (r.After.HeapMB + r.After.StackMB - r.Before.HeapMB - r.Before.StackMB) * 1e3 / float64(n)
	r.KBResident = (r.After.RSSMB - r.Before.RSSMB) * 1e3 / float64(n)
	sent := time.Now()
	for range events {
		if err := publish(ctx, address); err != nil {
			return r, err
		}
	}
	for _, c := range clients {
		if err := c.wait(); err != nil {
			return r, err
		}
	}
	r.EventMS = float64(time.Since(sent).Milliseconds())
	return r, nil
}

func publish(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/publish", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

func stats(ctx context.Context, address string) (s feed.Stats, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/stats", nil)
	if err != nil {
		return s, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, err
	}
	defer res.Body.Close()
	return s, json.NewDecoder(res.Body).Decode(&s)
}

// child is this program in another role.
type child struct {
	cmd   *exec.Cmd
	errs  bytes.Buffer
	stdin io.Closer
	done  bool
}

func self(ctx context.Context, args ...string) (*child, <-chan string, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	c := &child{cmd: exec.CommandContext(ctx, path, args...)}
	c.cmd.Stderr = &c.errs
	out, err := c.cmd.StdoutPipe()
	in, failed := c.cmd.StdinPipe()
	if err := errors.Join(err, failed); err != nil {
		return nil, nil, err
	}
	c.stdin = in
	if err := c.cmd.Start(); err != nil {
		return nil, nil, err
	}
	lines := make(chan string, 1)
	go func() {
		defer close(lines)
		if text, err := bufio.NewReader(out).ReadString('\n'); err == nil {
			lines <- strings.TrimSpace(text)
		}
	}()
	return c, lines, nil
}

func (c *child) wait() error {
	c.done = true
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("a client: %w: %s", err, c.errs.String())
	}
	return nil
}

func (c *child) end() {
	_ = c.stdin.Close()
	if !c.done {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}
