package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/problem"
)

type pay struct {
	Caller auth.Principal
	Key    api.IdempotencyKey
	Kind   api.Opt[string] `query:"kind"`
	Twice  api.Opt[string] `query:"twice"`
	Body   payment
}

type payment struct {
	Amount int `json:"amount" minimum:"1"`
}

type paid struct {
	N  int    `json:"n"`
	ID string `json:"id"`
}

// till is a service with idempotent operations that count how often they are carried out.
type till struct {
	*service
	handler http.Handler
	n       atomic.Int32
	log     bytes.Buffer
}

var errBroke = problem.New(http.StatusPaymentRequired, "broke", "There is no money")

// newTill opens a service whose operation POST /pay does what the test says. N counts from 1.
func newTill(t *testing.T, do func(ctx context.Context, n int, in pay) (api.Reply[paid], error), options ...api.IdempotencyOption) *till {
	t.Helper()
	c := &till{service: newService()}
	c.declare(do, options...)
	c.handler = c.open(t, &c.log, nil)
	return c
}

func (c *till) declare(do func(ctx context.Context, n int, in pay) (api.Reply[paid], error), options ...api.IdempotencyOption) {
	handle := func(ctx context.Context, in pay) (api.Reply[paid], error) {
		n := int(c.n.Add(1))
		if do != nil {
			return do(ctx, n, in)
		}
		id, _ := in.Key.ID()
		return api.Reply[paid]{Status: 201, Header: http.Header{"Location": {fmt.Sprint("/paid/", n)}}, Value: paid{n, id}}, nil
	}
	g := api.Group(c, "", auth.Require(auth.OAuth2("till")), auth.Scopes("pay"), api.Idempotent(options...), api.Fails(errBroke))
	api.Post(g, "/pay", handle, api.Name("pay"), api.Timeout(20*time.Second))
	api.Put(g, "/pay", handle, api.Name("put"))
	api.Get(g, "/paid", func(context.Context, api.None) (paid, error) { return paid{N: int(c.n.Add(1))}, nil })
}

// pay sends {"amount": 1} of ada, unless the headers say otherwise, which are pairs.
func (c *till) pay(t testing.TB, header ...string) (*http.Response, string) {
	t.Helper()
	return c.send(t, "POST", "/pay", `{"amount":1}`, header...)
}

func (c *till) send(t testing.TB, method, target, body string, header ...string) (*http.Response, string) {
	t.Helper()
	return send(t, c.handler, method, target, body, append([]string{"Authorization", "Bearer ada/pay"}, header...)...)
}

const key = "Idempotency-Key"

// replayed reports whether an answer says that it is one of before.
func replayed(res *http.Response) bool { return res.Header.Get("Idempotent-Replayed") == "true" }

func TestTheSameRequestUnderOneKeyIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	first, body := c.pay(t, key, `"a \"b\""`)
	if first.StatusCode != 201 || replayed(first) {
		t.Fatalf("got %d, %v", first.StatusCode, first.Header)
	}
	again, same := c.pay(t, key, ` "a \"b\"" `)
	if again.StatusCode != 201 || !replayed(again) || same != body || again.Header.Get("Location") != "/paid/1" ||
		again.Header.Get("Content-Type") != "application/json" {
		t.Errorf("got %d, %v, %s; want %s", again.StatusCode, again.Header, same, body)
	}
	if n := c.n.Load(); n != 1 {
		t.Errorf("it was carried out %d times", n)
	}
	if text := c.log.String(); strings.Count(text, `"vade.replayed":true`) != 1 {
		t.Errorf("the access records do not say which answer was replayed: %s", text)
	}
	if first.Header.Get("X-Request-Id") == again.Header.Get("X-Request-Id") {
		t.Error("two requests have one id")
	}
}

func TestAKeyIsTheSameAsAStringAndBare(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	c.pay(t, key, "8e03978e-40d5-43e8-bc93-6894a57f9324")
	if res, _ := c.pay(t, key, `"8e03978e-40d5-43e8-bc93-6894a57f9324"`); !replayed(res) {
		t.Error("it was carried out again")
	}
}

func TestWithoutAKeyEveryRequestIsCarriedOut(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	for n := range 2 {
		if res, body := c.pay(t); res.StatusCode != 201 || decode[paid](t, body) != (paid{N: n + 1}) {
			t.Errorf("got %d, %s", res.StatusCode, body)
		}
	}
	for range 2 {
		if res, _ := c.send(t, "GET", "/paid", "", key, "a"); res.StatusCode != 200 || replayed(res) {
			t.Errorf("reading: %d", res.StatusCode)
		}
	}
	strict := newTill(t, nil, api.KeyRequired())
	if res, body := strict.pay(t); !errors.Is(problemOf(t, res, body), api.ErrKeyMissing) || strict.n.Load() != 0 {
		t.Errorf("got %s", body)
	}
}

func TestAKeyThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	for _, bad := range []string{
		"", " ", `""`, `"a`, `a"`, `"a" ` + "\t" + `b`, `"a", "b"`, "a,b", "a b", `"a";x=1`, `"\a"`, `"a\`, "é", `"é"`, "\x7f", strings.Repeat("a", 256),
		`"` + strings.Repeat("a", 256) + `"`, "?1", `:YQ==:`,
	} {
		want := http.StatusBadRequest
		if bad == "?1" || bad == `:YQ==:` {
			want = http.StatusCreated // bare text is what it is
		}
		if res, body := c.pay(t, key, bad); res.StatusCode != want {
			t.Errorf("%q: %d, %s", bad, res.StatusCode, body)
		}
	}
	req := httptest.NewRequest("POST", "/pay", strings.NewReader(`{"amount":1}`))
	req.Header = http.Header{key: {"a", "a"}, "Authorization": {"Bearer ada/pay"}, "Content-Type": {"application/json"}}
	rec := httptest.NewRecorder()
	if c.handler.ServeHTTP(rec, req); rec.Code != http.StatusBadRequest {
		t.Errorf("two keys: %d", rec.Code)
	}
	if res, _ := c.pay(t, key, `"`+strings.Repeat(`\"`, 255)+`"`); res.StatusCode != http.StatusCreated {
		t.Errorf("the longest key: %d", res.StatusCode)
	}
}

func TestAnotherRequestUnderTheSameKeyIsRefused(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	c.send(t, "POST", "/pay?kind=a&twice=1", `{"amount":1}`, key, "k")
	for _, other := range []struct{ target, body, contentType string }{
		{"/pay?kind=a&twice=1", `{"amount":2}`, "application/json"},
		{"/pay?kind=a&twice=1", `{"amount":1} `, "application/json"},
		{"/pay?kind=a&twice=2", `{"amount":1}`, "application/json"},
		{"/pay?kind=a&twice=1", `{"amount":1}`, "application/merge-patch+json"},
		{"/pay", `{"amount":1}`, "application/json"},
		{"/pay?kind=a&twice=1", ``, ""},
	} {
		res, body := c.send(t, "POST", other.target, other.body, key, "k", "Content-Type", other.contentType)
		if !errors.Is(problemOf(t, res, body), api.ErrKeyReused) {
			t.Errorf("%+v: %d, %s", other, res.StatusCode, body)
		}
	}
	if res, _ := c.send(t, "POST", "/pay?twice=1&kind=a", `{"amount":1}`, key, "k"); !replayed(res) {
		t.Error("the order of parameters counts")
	}
	if n := c.n.Load(); n != 1 {
		t.Errorf("it was carried out %d times", n)
	}
}

func TestKeysOfOthersAndOfOtherOperationsAreOtherKeys(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	ids := make(map[string]bool)
	for n, header := range [][]string{{}, {"Authorization", "Bearer bob/pay"}, {key, "l"}} {
		res, body := c.pay(t, append([]string{key, "k"}, header...)...)
		got := decode[paid](t, body)
		if res.StatusCode != 201 || got.N != n+1 || len(got.ID) != 26 || ids[got.ID] {
			t.Errorf("%v: %d, %s", header, res.StatusCode, body)
		}
		ids[got.ID] = true
	}
	if res, body := c.send(t, "PUT", "/pay", `{"amount":1}`, key, "k"); replayed(res) || ids[decode[paid](t, body).ID] {
		t.Errorf("another operation: %s", body)
	}
}

func TestAReplayIsForThoseWhoMayCall(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	c.pay(t, key, "k")
	if res, _ := c.pay(t, key, "k", "Authorization", "Bearer ada/read"); res.StatusCode != http.StatusForbidden || replayed(res) {
		t.Errorf("without the scope: %d", res.StatusCode)
	}
	if res, _ := c.pay(t, key, "k", "Authorization", ""); res.StatusCode != http.StatusUnauthorized || replayed(res) {
		t.Errorf("without a token: %d", res.StatusCode)
	}
}

func TestACallerWithoutANameHasNoKeys(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	if res, _ := c.pay(t, key, "k", "Authorization", "Bearer /pay"); res.StatusCode != http.StatusForbidden || c.n.Load() != 0 {
		t.Errorf("got %d", res.StatusCode)
	}
	if res, _ := c.pay(t, "Authorization", "Bearer /pay"); res.StatusCode != http.StatusCreated {
		t.Errorf("without a key: %d", res.StatusCode)
	}
}

func TestOnlyWhatLastsIsKept(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		kept bool
	}{
		"a declared problem":          {errBroke.WithDetail("Nothing since %s.", "Monday"), true},
		"a conflict":                  {problem.Conflict(), true},
		"no such thing":               {problem.NotFound(), true},
		"a broken rule":               {problem.Invalid().WithViolations(problem.Violation{In: "body", Pointer: "/amount", Code: "odd"}), true},
		"not known":                   {problem.Unauthenticated(), false},
		"not allowed":                 {problem.Forbidden(), false},
		"too slow":                    {problem.RequestTimeout(), false},
		"too many":                    {problem.TooManyRequests(), false},
		"unavailable":                 {problem.Unavailable(), false},
		"an undeclared problem":       {problem.New(http.StatusTeapot, "teapot", "It is a teapot"), false},
		"an undeclared error":         {errors.New("secret"), false},
		"the end of somebody's clock": {context.DeadlineExceeded, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
				if n == 1 {
					return api.Reply[paid]{}, tt.err
				}
				return api.Reply[paid]{Value: paid{N: n}}, nil
			})
			first, was := c.pay(t, key, "k")
			again, is := c.pay(t, key, "k")
			if tt.kept && (is != was || again.StatusCode != first.StatusCode || !replayed(again) || c.n.Load() != 1 ||
				again.Header.Get("Content-Type") != problem.MediaType) {
				t.Errorf("got %d, %v, %s\nwant %d, %s", again.StatusCode, again.Header, is, first.StatusCode, was)
			}
			if !tt.kept && (first.StatusCode < 400 || again.StatusCode != 200 || replayed(again) || c.n.Load() != 2) {
				t.Errorf("got %d, then %d, %s", first.StatusCode, again.StatusCode, is)
			}
		})
	}
}

func TestAHandlerThatPanicsGivesTheKeyUp(t *testing.T) {
	t.Parallel()
	c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
		if n == 1 {
			panic("oh")
		}
		return api.Reply[paid]{Value: paid{N: n}}, nil
	})
	if res, _ := c.pay(t, key, "k"); res.StatusCode != http.StatusInternalServerError {
		t.Errorf("got %d", res.StatusCode)
	}
	if res, _ := c.pay(t, key, "k"); res.StatusCode != http.StatusOK {
		t.Errorf("got %d", res.StatusCode)
	}
}

func TestWhatNeverReachedTheHandlerIsNotKept(t *testing.T) {
	t.Parallel()
	c := newTill(t, nil)
	for range 2 {
		if res, _ := c.send(t, "POST", "/pay", `{"amount":0}`, key, "k"); res.StatusCode != http.StatusUnprocessableEntity || replayed(res) {
			t.Errorf("a broken rule: %d", res.StatusCode)
		}
	}
	if res, _ := c.send(t, "POST", "/pay", `{`, key, "k"); res.StatusCode != http.StatusBadRequest || replayed(res) {
		t.Errorf("another request under a key that was given up: %d", res.StatusCode)
	}
	if res, _ := c.pay(t, key, "k"); res.StatusCode != http.StatusCreated || replayed(res) {
		t.Errorf("mended: %d", res.StatusCode)
	}
}

func TestCookiesAreNotSentAgain(t *testing.T) {
	t.Parallel()
	c := newTill(t, func(context.Context, int, pay) (api.Reply[paid], error) {
		return api.Reply[paid]{Header: http.Header{"X-Kept": {"yes"}}, Cookies: []*http.Cookie{{Name: "session", Value: "1"}}}, nil
	})
	if res, _ := c.pay(t, key, "k"); len(res.Cookies()) != 1 {
		t.Errorf("got %v", res.Header)
	}
	if res, _ := c.pay(t, key, "k"); len(res.Cookies()) != 0 || res.Header.Get("X-Kept") != "yes" || !replayed(res) {
		t.Errorf("got %v", res.Header)
	}
}

func TestAnAnswerThatIsTooLargeIsNotKeptAndNothingIsDoneTwice(t *testing.T) {
	t.Parallel()
	c := newTill(t, func(context.Context, int, pay) (api.Reply[paid], error) {
		return api.Reply[paid]{Value: paid{ID: strings.Repeat("x", results.MaxBody)}}, nil
	})
	if res, body := c.pay(t, key, "k"); res.StatusCode != 200 || len(body) < results.MaxBody {
		t.Errorf("got %d", res.StatusCode)
	}
	if res, body := c.pay(t, key, "k"); !errors.Is(problemOf(t, res, body), api.ErrResultOmitted) || c.n.Load() != 1 {
		t.Errorf("got %d, %s", res.StatusCode, body)
	}
}

func TestWithoutRoomForAClaimNothingIsDone(t *testing.T) {
	t.Parallel()
	c := &till{service: newService()}
	memory := results.NewMemory(1, 0)
	c.results = memory
	c.declare(nil)
	c.handler = c.open(t, io.Discard, nil)
	if _, err := memory.Claim(t.Context(), "other", results.Claim{Token: "t", Lease: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if res, body := c.pay(t, key, "k"); !errors.Is(problemOf(t, res, body), problem.Unavailable()) || c.n.Load() != 0 {
		t.Errorf("got %d, %s", res.StatusCode, body)
	}
}

func TestTheSameRequestWaitsForTheOneThatIsRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
			<-time.After(3 * time.Second)
			return api.Reply[paid]{Value: paid{N: n}}, nil
		})
		var replays atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				res, body := c.pay(t, key, "k")
				if res.StatusCode != 200 || decode[paid](t, body).N != 1 {
					t.Errorf("got %d, %s", res.StatusCode, body)
				}
				if replayed(res) {
					replays.Add(1)
				}
			})
		}
		all.Wait()
		if c.n.Load() != 1 || replays.Load() != 7 {
			t.Errorf("carried out %d times, replayed %d times", c.n.Load(), replays.Load())
		}
	})
}

func TestAWaitThatIsTooLongEndsInARefusal(t *testing.T) {
	t.Parallel()
	for wait, options := range map[time.Duration][]api.IdempotencyOption{
		5 * time.Second: nil, 0: {api.WaitFor(0)}, 10 * time.Second: {api.WaitFor(time.Hour)}, // half of the operation's time
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
				<-time.After(15 * time.Second)
				return api.Reply[paid]{Value: paid{N: n}}, nil
			}, options...)
			var first sync.WaitGroup
			first.Go(func() { c.pay(t, key, "k") })
			synctest.Wait()
			began := time.Now()
			res, body := c.pay(t, key, "k")
			if !errors.Is(problemOf(t, res, body), api.ErrKeyInUse) || res.Header.Get("Retry-After") != "1" || time.Since(began) != wait {
				t.Errorf("got %d after %v, %s", res.StatusCode, time.Since(began), body)
			}
			if res, body := c.send(t, "POST", "/pay", `{"amount":2}`, key, "k"); !errors.Is(problemOf(t, res, body), api.ErrKeyReused) {
				t.Errorf("another request: %d, %s", res.StatusCode, body)
			}
			first.Wait()
			if res, _ := c.pay(t, key, "k"); !replayed(res) {
				t.Errorf("in the end: %d", res.StatusCode)
			}
		})
	}
}

func TestOneThatIsLateOverwritesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
			if n == 1 {
				<-time.After(time.Minute) // whatever its context says
			}
			return api.Reply[paid]{Value: paid{N: n}}, nil
		})
		var first sync.WaitGroup
		first.Go(func() {
			if _, body := c.pay(t, key, "k"); decode[paid](t, body).N != 1 {
				t.Errorf("the first got %s", body)
			}
		})
		<-time.After(26 * time.Second) // its 20 seconds and the margin
		if res, body := c.pay(t, key, "k"); decode[paid](t, body).N != 2 || replayed(res) {
			t.Errorf("got %s", body)
		}
		first.Wait()
		if res, body := c.pay(t, key, "k"); decode[paid](t, body).N != 2 || !replayed(res) {
			t.Errorf("got %s", body)
		}
	})
}

func TestAResultIsKeptForAsLongAsWasSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTill(t, nil, api.KeepFor(time.Hour))
		c.pay(t, key, "k")
		<-time.After(59 * time.Minute)
		if res, _ := c.pay(t, key, "k"); !replayed(res) {
			t.Error("it is gone before its time")
		}
		<-time.After(time.Minute)
		if res, _ := c.pay(t, key, "k"); replayed(res) {
			t.Error("it is still there")
		}
	})
}

// formOf is a multipart form with a boundary of its own.
func formOf(t *testing.T, title string, photo []byte) (body, contentType string) {
	t.Helper()
	var b strings.Builder
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("photo", "a.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(photo); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.WriteField("title", title), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

type framing struct {
	Title string   `form:"title"`
	Photo api.File `form:"photo"`
}

func TestAnUploadIsTheSameWhateverItsBoundary(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := newService()
	api.Put(s, "/photo", func(_ context.Context, in framing) (int, error) {
		f, err := in.Photo.Open()
		if err != nil {
			return 0, err
		}
		defer f.Close()
		n, err := io.Copy(io.Discard, f)
		return int(n), err
	}, auth.Public(), api.Idempotent(api.SharedKeys()), api.MaxBody(8<<20))
	h := s.open(t, io.Discard, nil)
	put := func(title string, photo []byte, name string) (*http.Response, string) {
		body, contentType := formOf(t, title, photo)
		return send(t, h, "PUT", "/photo", body, key, name, "Content-Type", contentType)
	}
	for name, size := range map[string]int{"small": 10, "large": 3 << 20} {
		if res, body := put("a", make([]byte, size), name); res.StatusCode != 200 || body != fmt.Sprint(size) {
			t.Errorf("%s: %d, %s", name, res.StatusCode, body)
		}
		if res, body := put("a", make([]byte, size), name); !replayed(res) || body != fmt.Sprint(size) {
			t.Errorf("%s again: %d, %s", name, res.StatusCode, body)
		}
		if res, body := put("b", make([]byte, size), name); !errors.Is(problemOf(t, res, body), api.ErrKeyReused) {
			t.Errorf("%s with another title: %d", name, res.StatusCode)
		}
		if res, body := put("a", append(make([]byte, size-1), 1), name); !errors.Is(problemOf(t, res, body), api.ErrKeyReused) {
			t.Errorf("%s with another photo: %d", name, res.StatusCode)
		}
	}
	if res, _ := put("a", make([]byte, 8<<20), "huge"); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", res.StatusCode)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

func TestABodyOfUnknownLengthIsReadWithinItsLimitAndTime(t *testing.T) {
	t.Parallel()
	s := newService()
	for _, limit := range []int64{100, 4 << 20} {
		api.Put(s, fmt.Sprint("/body/", limit), func(_ context.Context, in map[string]string) (int, error) { return len(in["a"]), nil },
			auth.Public(), api.Idempotent(api.SharedKeys()), api.MaxBody(limit), api.Timeout(500*time.Millisecond))
	}
	server := httptest.NewServer(s.open(t, io.Discard, nil))
	t.Cleanup(server.Close)
	put := func(limit, size int, end string) int {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		body := `{"a":"` + strings.Repeat("x", size) + `"}`
		go func() {
			_, _ = fmt.Fprintf(conn, "PUT /body/%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nIdempotency-Key: k%d\r\n"+
				"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%s", limit, size, len(body), body, end)
		}()
		var answer bytes.Buffer
		_, _ = io.Copy(&answer, conn)
		status := 0
		_, _ = fmt.Sscanf(answer.String(), "HTTP/1.1 %d", &status)
		return status
	}
	const whole, late = "0\r\n\r\n", ""
	for _, tt := range []struct {
		limit, size int
		end         string
		want        int
	}{
		{100, 10, whole, 200}, {100, 10, whole, 200}, {100, 200, whole, 413}, {100, 20, late, 408},
		{4 << 20, 10, whole, 200}, {4 << 20, 2 << 20, whole, 200}, {4 << 20, 2 << 20, whole, 200}, {4 << 20, 5 << 20, whole, 413},
		{4 << 20, 20, late, 408}, {4 << 20, 2<<20 + 1, late, 408},
	} {
		if got := put(tt.limit, tt.size, tt.end); got != tt.want {
			t.Errorf("%d bytes of %d, complete %t: %d, want %d", tt.size, tt.limit, tt.end == whole, got, tt.want)
		}
	}
}

// BenchmarkIdempotency is what the stage costs: without a key, for the first request under one, and for a replay.
func BenchmarkIdempotency(b *testing.B) {
	for name, keyOf := range map[string]func(i int) string{
		"no key": func(int) string { return "" }, "first": func(i int) string { return fmt.Sprint("k", i) }, "replay": func(int) string { return "k" },
	} {
		b.Run(name, func(b *testing.B) {
			s := newService()
			api.Post(s, "/pay", func(_ context.Context, in payment) (payment, error) { return in, nil }, auth.Public(), api.Idempotent(api.SharedKeys()))
			h := s.open(b, io.Discard, nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				req := httptest.NewRequest("POST", "/pay", strings.NewReader(`{"amount":1}`))
				req.Header["Content-Type"] = []string{"application/json"}
				if k := keyOf(i); k != "" {
					req.Header[key] = []string{k}
				}
				h.ServeHTTP(httptest.NewRecorder(), req)
			}
		})
	}
}
