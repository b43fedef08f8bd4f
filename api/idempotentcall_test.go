package api_test

import (
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
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

var (
	errEmptyTill = problem.New(http.StatusConflict, "empty-till", "The till is empty")
	payThere     = api.Define[payThing, api.Created[paid]]("POST", "/tills/{till}/pay",
		auth.Require(auth.OAuth2("till"), "pay"), api.Idempotent(), api.Fails(errEmptyTill))
	sendPhoto = api.Define[framing, api.None]("POST", "/photos", auth.Require(auth.OAuth2("till"), "pay"), api.Idempotent(), api.MaxBody(4<<20))
	countPaid = api.Define[api.None, int]("POST", "/count", auth.Require(auth.OAuth2("till"), "pay"), api.Idempotent())
)

type payThing struct {
	Till string `path:"till"`
	Key  api.IdempotencyKey
	Body payment
}

// tillPlacements returns connections to one service: as a function in this process, and over a real socket.
func tillPlacements(t *testing.T) (map[string]*call.Conn, http.Handler, *atomic.Int32) {
	t.Helper()
	s, n := newService(), new(atomic.Int32)
	api.Serve(s, payThere, func(_ context.Context, in payThing) (api.Created[paid], error) {
		count := int(n.Add(1))
		if in.Till == "empty" {
			return api.Created[paid]{}, errEmptyTill
		}
		id, _ := in.Key.ID()
		return api.Created[paid]{Location: fmt.Sprint("/paid/", count), Value: paid{count, id}}, nil
	})
	api.Serve(s, sendPhoto, func(context.Context, framing) (api.None, error) { n.Add(1); return api.None{}, nil })
	api.Serve(s, countPaid, func(context.Context, api.None) (int, error) { return int(n.Add(1)), nil })
	h := s.open(t, io.Discard, nil)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	conns := make(map[string]*call.Conn)
	for name, tr := range map[string]call.Transport{"local": call.Local(s.app.(call.Target)), "http": overHTTP(t, server.URL)} {
		caller := newService()
		conns[name] = api.Connect(caller, "tills")
		caller.open(t, io.Discard, peers{"tills": tr})
	}
	return conns, h, n
}

func TestATypedCallUnderOneKeyIsCarriedOutOnceWhateverThePlacements(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"local", "http", "local"}, {"http", "local", "http"}} {
		conns, _, n := tillPlacements(t)
		ctx := auth.WithToken(t.Context(), "ada/pay")
		var first api.Created[paid]
		for i, placement := range order {
			got, err := payThere.Call(ctx, conns[placement], payThing{Till: "a/b", Body: payment{1}}, call.IdempotencyKey(`k "1" \`))
			if err != nil || got.Location != "/paid/1" || len(got.Value.ID) != 26 || i > 0 && got != first {
				t.Errorf("%s: %+v, %v; first %+v", placement, got, err, first)
			}
			first = got
			_, err = payThere.Call(ctx, conns[placement], payThing{Till: "a/b", Body: payment{2}}, call.IdempotencyKey(`k "1" \`))
			if !errors.Is(err, api.ErrKeyReused) {
				t.Errorf("%s: another input: %v", placement, err)
			}
			_, err = payThere.Call(ctx, conns[placement], payThing{Till: "empty", Body: payment{1}}, call.IdempotencyKey("k2"))
			if !errors.Is(err, errEmptyTill) {
				t.Errorf("%s: a problem: %v", placement, err)
			}
			_, err = payThere.Call(t.Context(), conns[placement], payThing{Till: "a/b", Body: payment{1}}, call.IdempotencyKey(`k "1" \`))
			if !errors.Is(err, problem.Unauthenticated()) {
				t.Errorf("%s: a stranger: %v", placement, err)
			}
		}
		if n.Load() != 2 {
			t.Errorf("carried out %d times", n.Load())
		}
		if got, err := payThere.Call(ctx, conns["local"], payThing{Till: "a/b", Body: payment{1}}); err != nil || got.Value != (paid{N: 3}) {
			t.Errorf("without a key: %+v, %v", got, err)
		}
	}
}

func TestOutputsOfEveryShapeAreReplayedInEveryPlacement(t *testing.T) {
	t.Parallel()
	conns, _, n := tillPlacements(t)
	ctx := auth.WithToken(t.Context(), "ada/pay")
	photo := framing{Title: "a", Photo: api.FileOf("a.png", "image/png", make([]byte, 2<<20))}
	for range 2 {
		for name, conn := range conns {
			if got, err := countPaid.Call(ctx, conn, api.None{}, call.IdempotencyKey("k")); err != nil || got != 1 {
				t.Errorf("%s: %d, %v", name, got, err)
			}
		}
	}
	for name, conn := range conns {
		if _, err := sendPhoto.Call(ctx, conn, photo, call.IdempotencyKey("k")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n.Load() != 2 {
		t.Errorf("carried out %d times", n.Load())
	}
}

func TestAKeyThatNoHeaderCanCarryMakesNoCall(t *testing.T) {
	t.Parallel()
	conns, _, n := tillPlacements(t)
	for _, bad := range []string{"", "é", "a\r\nb", strings.Repeat("a", 256)} {
		_, err := countPaid.Call(auth.WithToken(t.Context(), "ada/pay"), conns["local"], api.None{}, call.IdempotencyKey(bad))
		if failed, ok := errors.AsType[*call.Error](err); !ok || failed.Operation != "POST /count" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if n.Load() != 0 {
		t.Error("it was called")
	}
}

func TestIdempotencyIsInTheDescription(t *testing.T) {
	t.Parallel()
	s := newService()
	g := api.Group(s, "", auth.Require(auth.OAuth2("till")), api.Idempotent(api.KeepFor(time.Hour), api.KeyRequired()))
	api.Post(g, "/strict", nothing, api.Name("strict"))
	api.Delete(g, "/loose", nothing, api.Name("loose"), api.Idempotent(api.WaitFor(time.Second)))
	api.Get(g, "/read", nothing, api.Name("read"))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	strict, loose, read := m.Operations[0], m.Operations[1], m.Operations[2]
	if p := strict.Idempotency; p == nil || p.Retention != "1h0m0s" || p.Wait != "5s" || !p.KeyRequired || !strings.Contains(p.Source, "idempotentcall_test.go:") {
		t.Errorf("got %+v", p)
	}
	if p := loose.Idempotency; p == nil || p.Retention != "24h0m0s" || p.Wait != "1s" || p.KeyRequired {
		t.Errorf("got %+v", p)
	}
	if read.Idempotency != nil || len(read.Parameters)+len(read.Problems) != 0 {
		t.Errorf("got %+v", read)
	}
	if p := strict.Parameters[0]; p.In != "header" || p.Name != "Idempotency-Key" || !p.Required {
		t.Errorf("got %+v", p)
	}
	var codes, stages []string
	for _, p := range strict.Problems {
		codes = append(codes, p.Code)
	}
	for _, st := range strict.Plan {
		stages = append(stages, st.Stage)
	}
	if got, want := strings.Join(codes, " "), "idempotency-key-missing idempotency-key-in-use idempotency-result-omitted idempotency-key-reused"; got != want {
		t.Errorf("problems %s", got)
	}
	if got, want := strings.Join(stages, " "), "recover trace deadline authenticate idempotency bind validate handler"; got != want {
		t.Errorf("plan %s", got)
	}
	if len(loose.Problems) != 3 || loose.Parameters[0].Required || strict.Responses[0].Headers[0].Name != "Idempotent-Replayed" {
		t.Errorf("got %+v", loose)
	}
}

func TestMistakesInIdempotencyComeBackWithTheirPlace(t *testing.T) {
	t.Parallel()
	known, private := auth.Require(auth.OAuth2("till")), api.Idempotent()
	post := func(options ...api.Option) func(operation.Scope) {
		return func(s operation.Scope) { api.Post(s, "/x", nothing, options...) }
	}
	type reads struct {
		K string `header:"idempotency-key"`
	}
	type wants struct{ K api.IdempotencyKey }
	for want, declare := range map[string]func(operation.Scope){
		"a GET changes nothing": func(s operation.Scope) { api.Get(s, "/x", nothing, known, private) },
		"api.SharedKeys":        post(auth.Public(), private),
		"KeepFor(0s)":           post(known, api.Idempotent(api.KeepFor(0))),
		"WaitFor(-1s)":          post(known, api.Idempotent(api.WaitFor(-time.Second))),
		"take a field of type": func(s operation.Scope) {
			api.Post(s, "/x", func(context.Context, reads) (int, error) { return 0, nil }, known, private)
		},
		"declared with api.Idempoten": func(s operation.Scope) {
			api.Post(s, "/x", func(context.Context, wants) (int, error) { return 0, nil }, known)
		},
	} {
		s := newService()
		declare(s)
		_, err := s.describe()
		mistake, ok := errors.AsType[*api.DeclarationError](err)
		if !ok || !strings.Contains(err.Error(), want) || !strings.Contains(mistake.Source, "idempotentcall_test.go:") {
			t.Errorf("%s: got %v", want, err)
		}
	}
}
