package timedbody_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/internal/timedbody"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// net/http lingers for half a second on a connection that it cuts off.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// limited gives a request a body with a time, and returns what releases it.
func limited(w http.ResponseWriter, r *http.Request, d time.Duration) (release func()) {
	body := new(timedbody.Body)
	if !body.Limit(w, r, time.Now().Add(d)) {
		return func() {}
	}
	r.Body = body
	return body.Release
}

// serve runs a handler and returns a connection to it.
func serve(t *testing.T, h http.HandlerFunc) net.Conn {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

const unsent = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"

func TestABodyThatDoesNotComeEndsInAnError(t *testing.T) {
	t.Parallel()
	got := make(chan error, 1)
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		defer limited(w, r, 50*time.Millisecond)()
		_, err := io.ReadAll(r.Body)
		got <- err
	})
	fmt.Fprint(conn, unsent)
	if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerDoesNotWaitForABodyThatNobodyReads(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		defer limited(w, r, time.Hour)()
		http.Error(w, "no", http.StatusNotFound)
	})
	fmt.Fprint(conn, unsent)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("got %v, %v", res, err)
	}
}

func TestTheConnectionServesOnAfterTheWholeBody(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		defer limited(w, r, 200*time.Millisecond)()
		data, err := io.ReadAll(r.Body)
		<-time.After(300 * time.Millisecond) // beyond the time of the body, which has come
		fmt.Fprintf(w, "%s %v %v", data, err, r.Context().Err())
	})
	answers := bufio.NewReader(conn)
	for range 2 {
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(res.Body); err != nil || string(text) != "hi <nil> <nil>" {
			t.Errorf("got %q, %v", text, err)
		}
	}
}

func TestWhatIsNoConnectionIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "/", strings.NewReader("body"))
	before := r.Body
	if new(timedbody.Body).Limit(httptest.NewRecorder(), r, time.Now().Add(time.Second)) || r.Body != before {
		t.Error("the body was limited")
	}
}

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer limited(w, r, time.Second)()
		data, err := io.ReadAll(r.Body)
		fmt.Fprint(w, string(data), " ", err)
	}))
	defer server.Close()
	res, err := http.Post(server.URL, "text/plain", strings.NewReader("hello"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	fmt.Println(string(answer))
	// Output: hello <nil>
}
