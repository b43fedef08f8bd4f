package natstest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	module       = "github.com/nats-io/nats-server/v2"
	startTimeout = 30 * time.Second
)

// built builds the server once for all tests of a process.
var built = sync.OnceValues(build)

// Build returns the path of the nats-server binary, building it if this machine has none of this version yet.
func Build(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatalf("natstest: build %s: %v", module, err)
	}
	return path
}

func build() (string, error) {
	version, err := output("go", "list", "-m", "-f", "{{.Version}}", module)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "vade-natstest", version+"-"+runtime.Version()+"-"+runtime.GOOS+"-"+runtime.GOARCH)
	path := filepath.Join(dir, "nats-server")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	// Tests of several packages may build at once: each into a file of its own, and the last rename wins.
	tmp, err := os.MkdirTemp(dir, "build")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	fresh := filepath.Join(tmp, "nats-server")
	if _, err := output("go", "build", "-o", fresh, module); err != nil {
		return "", err
	}
	return path, os.Rename(fresh, path)
}

func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	out, err := cmd.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

// Start runs a server until the test ends and returns its URL, such as "nats://127.0.0.1:43125".
func Start(t testing.TB) string {
	t.Helper()
	return StartServer(t).URL
}

// Server is a nats-server process. Its methods are called by one goroutine.
type Server struct {
	URL string // stays the same when the server is restarted

	t     testing.TB
	args  []string
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has
	out   *log
}

// StartServer runs a server until the test ends. Further arguments are passed on to it.
func StartServer(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, args: append([]string{"-js", "-sd", t.TempDir(), "-a", "127.0.0.1"}, args...)}
	s.start("-1")
	t.Cleanup(s.Kill)
	return s
}

// StartWithoutJetStream runs a server that keeps nothing, and returns its URL.
func StartWithoutJetStream(t testing.TB) string {
	t.Helper()
	s := &Server{t: t, args: []string{"-a", "127.0.0.1"}}
	s.start("-1")
	t.Cleanup(s.Kill)
	return s.URL
}

// Kill ends the process without a warning, as kill -9 does. It does nothing when the server is down.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.ended
	<-s.out.ended
	s.cmd = nil
}

// Restart starts the server again on its port and its folder, killing it first if it runs.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	s.start(s.URL[strings.LastIndexByte(s.URL, ':')+1:])
}

func (s *Server) start(port string) {
	s.t.Helper()
	cmd := exec.Command(Build(s.t), append([]string{"-p", port}, s.args...)...)
	cmd.SysProcAttr = noOrphans()
	r, w, err := os.Pipe()
	if err != nil {
		s.t.Fatalf("natstest: %v", err)
	}
	cmd.Stderr = w
	ended, err := launch(cmd)
	_ = w.Close() // the process has its own
	if err != nil {
		_ = r.Close()
		s.t.Fatalf("natstest: %v", err)
	}
	s.cmd, s.ended, s.out = cmd, ended, readLog(r)
	late := time.NewTimer(startTimeout)
	defer late.Stop()
	select {
	case address := <-s.out.ready:
		s.URL = "nats://" + address
		return
	case <-s.out.ended:
	case <-late.C:
	}
	s.Kill()
	s.t.Fatalf("natstest: the server did not start:\n%s", s.out.text.String())
}

// launch starts a process from a thread that lives as long as the process: on Linux it would end with the thread.
func launch(cmd *exec.Cmd) (ended chan struct{}, err error) {
	ended = make(chan struct{})
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // says "killed"
		}
	}()
	return ended, <-started
}

// log follows what a server writes.
type log struct {
	ready chan string   // the address, once the server is ready
	ended chan struct{} // the process has closed its output
	text  strings.Builder
}

var listening = regexp.MustCompile(`Listening for client connections on (\S+)`)

func readLog(r io.ReadCloser) *log {
	l := &log{ready: make(chan string, 1), ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		defer func() { _ = r.Close() }()
		address := ""
		for lines := bufio.NewScanner(r); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				address = m[1]
			}
			if address != "" && strings.Contains(lines.Text(), "Server is ready") {
				l.ready <- address
				_, _ = io.Copy(io.Discard, r) // a full pipe would stop the server
				return
			}
			l.text.WriteString(lines.Text() + "\n")
		}
	}()
	return l
}
