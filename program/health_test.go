package program_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/vade-go/vade/program"
)

const healthAddress = "VADE_TEST_HEALTH_ADDRESS"

// TestTheHealthCheckAsksTheProgramAndNoProxy runs itself as the process that asks: net/http reads the proxies of a process once.
func TestTheHealthCheckAsksTheProgramAndNoProxy(t *testing.T) {
	if address := os.Getenv(healthAddress); address != "" {
		os.Exit(program.Run(context.Background(), house(), nil, program.IO{
			Args: []string{"health", "--address", address}, Stdout: os.Stdout, Stderr: os.Stderr,
		}))
	}
	t.Parallel()
	ready := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ready") }))
	defer ready.Close()
	proxy := httptest.NewServer(http.NotFoundHandler())
	defer proxy.Close()
	_, port, err := net.SplitHostPort(ready.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "0.0.0.0", ""} { // the last two are how a program listens on all of a machine's
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheHealthCheckAsksTheProgramAndNoProxy$")
		cmd.Env = append(os.Environ(), healthAddress+"="+net.JoinHostPort(host, port), "HTTP_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "ready") {
			t.Errorf("%q: %v: %s", host, err, out)
		}
	}
}
