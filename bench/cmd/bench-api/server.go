package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a process that listens on a loopback address.
type server struct {
	address string
	cmd     *exec.Cmd
	stdin   io.Closer
}

// startServer starts a process and waits until it listens. The process is ended with ctx, or by stop.
func startServer(ctx context.Context, cmd *exec.Cmd, address string) (*server, error) {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{address: address, cmd: cmd, stdin: stdin}
	if err := listening(ctx, address, 20*time.Second); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *server) url() string { return "http://" + s.address }

// stop ends the process and waits for it.
func (s *server) stop() error {
	_ = s.stdin.Close()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(5*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer kill.Stop()
	err := s.cmd.Wait()
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil // it was told to
	}
	return err
}

// ticks is how many of its units /proc counts in a second, on every Linux that Go runs on.
const ticks = 100

// cpu returns the processor time of the server and of the children that it has waited for.
func (s *server) cpu() (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	text := string(data)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:]) // fields[0] is the third, state
	if len(fields) < 15 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", s.cmd.Process.Pid, len(fields))
	}
	var sum time.Duration
	for _, f := range fields[11:15] { // utime, stime, cutime, cstime
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * time.Second / ticks
	}
	return sum, nil
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func splitAddress(address string) (host, port string, err error) { return net.SplitHostPort(address) }

// poll is the time between two looks whether a server is there.
const poll = 300 * time.Microsecond

// listening waits until somebody takes connections at address.
func listening(ctx context.Context, address string, patience time.Duration) error {
	return until(ctx, patience, func() bool {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
		if err != nil {
			return false
		}
		_ = c.Close()
		return true
	})
}

// until calls there every poll until it reports true.
func until(ctx context.Context, patience time.Duration, there func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for !there() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", ctx.Err())
		}
	}
	return nil
}
