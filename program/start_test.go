package program_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/program"
)

// freeAddress returns an address on which nothing listens right now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// ask returns status and body of a GET, once somebody listens there.
func ask(t *testing.T, method, url string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	for deadline := time.Now().Add(20 * time.Second); ; {
		req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err == nil {
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			return res.StatusCode, string(body)
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestProbesAnswerWhileServicesAreStillStarting(t *testing.T) {
	t.Parallel()
	for _, role := range [][]string{{"up"}, {"serve", "slow"}} {
		t.Run(role[0], func(t *testing.T) {
			t.Parallel()
			begun, release := make(chan struct{}), make(chan struct{})
			svc := vade.NewService("slow")
			api.Get(svc, "/hello/{name}", hello, auth.Public())
			vade.OnStart(svc, "take its time", func(context.Context) error { close(begun); <-release; return nil })
			probes, public := freeAddress(t), freeAddress(t)
			environ := []string{"VADE_DATA=" + t.TempDir(), "VADE_GATEWAY=" + public, "VADE_CONSOLE=" + probes, "VADE_LISTEN=" + probes}
			signals, ended := make(chan os.Signal, 1), make(chan int, 1)
			var errs bytes.Buffer
			go func() {
				ended <- program.Run(context.Background(), vade.NewSystem("house", svc), nil, program.IO{
					Args: role, Environ: environ, Stdout: io.Discard, Stderr: &errs, Signals: signals,
				})
			}()
			<-begun
			for path, want := range map[string]int{"/livez": 200, "/startupz": 503, "/readyz": 503, "/metrics": 200} {
				if status, body := ask(t, "GET", "http://"+probes+path); status != want {
					t.Errorf("%s while starting: %d %s", path, status, body)
				}
			}
			if role[0] == "serve" {
				if status, body := ask(t, "GET", "http://"+probes+"/hello/Ada"); status != 503 || !strings.Contains(body, "unavailable") {
					t.Errorf("an operation while starting: %d %s", status, body)
				}
			}
			close(release)
			for status := 0; status != 200; status, _ = ask(t, "GET", "http://"+probes+"/readyz") {
				<-time.After(5 * time.Millisecond)
			}
			signals <- os.Interrupt
			if code := <-ended; code != program.ExitDone {
				t.Errorf("exit code %d: %s", code, errs.String())
			}
		})
	}
}

func TestServicesOnOneAddressKnowTheirMethods(t *testing.T) {
	t.Parallel()
	of := map[string]int{ // whether one service runs there or several
		"GET /one/x": 200, "DELETE /one/x": 405, "GET /three": 404, "GET //one/x": 404, "GET /livez": 200, "POST /livez": 405, "DELETE /metrics": 405,
	}
	t.Run("several", func(t *testing.T) {
		t.Parallel()
		served(t, []string{"one", "two"}, of, map[string]int{"GET /two/x": 200, "DELETE /two/x": 405})
	})
	t.Run("one", func(t *testing.T) {
		t.Parallel()
		served(t, []string{"one"}, of, map[string]int{"GET /two/x": 404, "DELETE /two/x": 404})
	})
}

// served runs services of a system of two and looks at the statuses of requests.
func served(t *testing.T, names []string, requests ...map[string]int) {
	t.Helper()
	one, two := vade.NewService("one"), vade.NewService("two")
	api.Get(one, "/one/{name}", hello, auth.Public())
	api.Get(two, "/two/{name}", hello, auth.Public())
	address := freeAddress(t)
	signals, ended := make(chan os.Signal, 1), make(chan int, 1)
	go func() {
		ended <- program.Run(context.Background(), vade.NewSystem("house", one, two), nil, program.IO{
			Args: append([]string{"serve"}, names...), Environ: []string{"VADE_DATA=" + t.TempDir(), "VADE_LISTEN=" + address},
			Stdout: io.Discard, Stderr: io.Discard, Signals: signals,
		})
	}()
	for status := 0; status != 200; status, _ = ask(t, "GET", "http://"+address+"/readyz") {
		<-time.After(5 * time.Millisecond)
	}
	for _, wanted := range requests {
		for request, want := range wanted {
			method, path, _ := strings.Cut(request, " ")
			if status, body := ask(t, method, fmt.Sprintf("http://%s%s", address, path)); status != want {
				t.Errorf("%s: %d %s", request, status, body)
			}
		}
	}
	signals <- os.Interrupt
	if code := <-ended; code != program.ExitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestAStartThatDoesNotComeToItsEndLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		start   error
		gateway string
		early   []os.Signal
		times   int
		code    int
	}{
		"something does not start":        {errors.New("no table"), freeAddress(t), nil, 2, program.ExitMisused},
		"a signal comes before the start": {nil, "127.0.0.1:0", []os.Signal{os.Interrupt}, 20, program.ExitDone}, // or after it, at times
	} {
		svc := vade.NewService("slow")
		api.Get(svc, "/hello/{name}", hello, auth.Public())
		vade.OnStart(svc, "lay the table", func(context.Context) error { return tt.start })
		system := vade.NewSystem("house", svc)
		data := t.TempDir()
		for n := 0; n < tt.times; n++ {
			environ := []string{"VADE_DATA=" + data, "VADE_GATEWAY=" + tt.gateway, "VADE_CONSOLE=127.0.0.1:0"}
			signals := make(chan os.Signal, 1)
			for _, s := range tt.early {
				signals <- s
			}
			var errs bytes.Buffer
			code := program.Run(t.Context(), system, nil, program.IO{Environ: environ, Stdout: io.Discard, Stderr: &errs, Signals: signals})
			if n == 0 && strings.Contains(errs.String(), "in use") { // by somebody else, who was quicker
				tt.gateway, n = freeAddress(t), -1
				continue
			}
			if code != tt.code || strings.Contains(errs.String(), "in use") || strings.Contains(errs.String(), "open in another instance") {
				t.Errorf("%s: exit code %d: %s", name, code, errs.String())
				break
			}
		}
	}
}
