package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// bin is the folder of the programs under test.
var bin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "vade-e2e-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", dir+"/", "../examples/...")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the examples:", err)
		return 1
	}
	return m.Run()
}

// readyWithin is how long a program may take to say that it is ready. It is generous, because tests share two cores.
const readyWithin = 60 * time.Second

// process is a running program under test.
type process struct {
	t       *testing.T
	name    string
	cmd     *exec.Cmd
	address string        // host:port that it serves on
	found   <-chan string // the address, once the program is ready
	done    chan struct{}
	err     error // of Wait, after done

	mu  sync.Mutex
	out bytes.Buffer // both streams
}

// settings are environment variables of a program, by name.
type settings map[string]string

var (
	welcomed = regexp.MustCompile(`^  API +http://(\S+)$`)
	readyLog = regexp.MustCompile(`"msg":"ready".*"address":"([^"]+)"`)
)

// launch starts a program without waiting for anything. The test stops it at its end if it still runs.
func launch(t *testing.T, program string, env settings, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: program + " " + strings.Join(args, " "), done: make(chan struct{})}
	p.cmd = exec.Command(filepath.Join(bin, program), args...)
	p.cmd.Dir = t.TempDir()
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.cmd.Dir}
	for k, v := range env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.SysProcAttr = noOrphans()
	r, w := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = w, w
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go p.read(r, found)
	go func() {
		p.err = p.cmd.Wait()
		w.Close()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // by its own id; an error says that it has ended already
		<-p.done
		if t.Failed() {
			t.Logf("%s:\n%s", p.name, p.tail(6000))
		}
	})
	p.found = found
	return p
}

func (p *process) read(r io.Reader, found chan<- string) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		p.mu.Lock()
		p.out.WriteString(line + "\n")
		p.mu.Unlock()
		for _, pattern := range []*regexp.Regexp{welcomed, readyLog} {
			if m := pattern.FindStringSubmatch(line); m != nil {
				select {
				case found <- m[1]:
				default:
				}
			}
		}
	}
}

// start starts a program and waits until it is ready.
func start(t *testing.T, program string, env settings, args ...string) *process {
	t.Helper()
	p := launch(t, program, env, args...)
	p.waitReady()
	return p
}

func (p *process) waitReady() {
	p.t.Helper()
	select {
	case p.address = <-p.found:
	case <-p.done:
		p.t.Fatalf("%s ended before it was ready: %v\n%s", p.name, p.err, p.tail(6000))
	case <-time.After(readyWithin):
		p.t.Fatalf("%s is not ready after %v\n%s", p.name, readyWithin, p.tail(6000))
	}
}

// tail returns the last n bytes that the program printed.
func (p *process) tail(n int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.out.String()
	return s[max(0, len(s)-n):]
}

func (p *process) output() string { return p.tail(1 << 30) }

// kill ends the program the way a power cut does.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
	<-p.done
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// exit waits for the end of the program and returns its exit code.
func (p *process) exit(within time.Duration) int {
	p.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(within):
		p.t.Fatalf("%s still runs after %v\n%s", p.name, within, p.tail(6000))
		return -1
	}
}

// command runs a program to its end and returns what it printed and its exit code.
func command(t *testing.T, program string, env settings, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(bin, program), args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir}
	for k, v := range env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code says it
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
