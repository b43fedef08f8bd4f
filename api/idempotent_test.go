package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
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
