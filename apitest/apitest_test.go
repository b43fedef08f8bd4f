package apitest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/embedded"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/store"
)

// placements are both ways of a call inside a process.
func placements(t *testing.T, test func(t *testing.T, more ...apitest.Option)) {
	t.Helper()
	t.Run("local", func(t *testing.T) { t.Parallel(); test(t) })
	t.Run("isolated", func(t *testing.T) { t.Parallel(); test(t, apitest.Isolated()) })
}

func TestAnOperationIsCalledByItsContract(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, more ...apitest.Option) {
		tt := apitest.New(t, shop(), append(more, apitest.Override(acme), apitest.As(ada))...)
		made, err := apitest.Call(tt, place, Place{Body: Order{Items: []string{"tea"}}})
		if err != nil || made.Location != "/orders/1" || made.Value.For != "acme/ada" || !slices.Equal(made.Value.Items, []string{"tea"}) {
			t.Errorf("%+v, %v", made, err)
		}
		if _, err := apitest.Call(tt, place, Place{Body: Order{Items: []string{"gold"}}}); !errors.Is(err, errSoldOut) {
			t.Errorf("got %v", err)
		}
		if _, err := apitest.Call(tt, place, Place{}); !errors.Is(err, problem.Invalid()) {
			t.Errorf("the input is checked: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := apitest.Call(tt, place, Place{Body: Order{Items: []string{"tea"}}}, apitest.Context(ctx)); !errors.Is(err, context.Canceled) {
			t.Errorf("the context counts: %v", err)
		}
	})
}

func TestAnOperationWithoutAContractIsNamedByItsMethodAndPath(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, more ...apitest.Option) {
		tt := apitest.New(t, shop(), append(more, apitest.Override(acme), apitest.As(ada))...)
		who, err := apitest.Invoke[string](tt, "GET /whoami", struct{ Caller auth.Principal }{})
		if err != nil || who != "ada" {
			t.Errorf("%q, %v", who, err)
		}
		if said := failing(t, func(tb testing.TB) {
			other := apitest.New(tb, shop(), apitest.Override(acme))
			_, _ = apitest.Invoke[string](other, "GET /whoareyou", api.None{})
		}); !strings.Contains(said, "GET /whoareyou is not an operation of shop") {
			t.Errorf("got %q", said)
		}
	})
}

func TestSecurityHoldsForWhoeverCalls(t *testing.T) {
	t.Parallel()
	stranger := apitest.New(t, shop(), apitest.Override(acme)).Token(ada)
	placements(t, func(t *testing.T, more ...apitest.Option) {
		tt := apitest.New(t, shop(), append(more, apitest.Override(acme))...)
		late := ada
		late.Expires = time.Now().Add(-time.Second)
		for name, c := range map[string]struct {
			option apitest.CallOption
			want   *problem.Problem
		}{
			"nobody":       {apitest.Anonymous(), problem.Unauthenticated()},
			"without more": {apitest.Context(t.Context()), problem.Unauthenticated()},
			"other scopes": {apitest.As(auth.Principal{Subject: "eve", Scopes: []string{"orders:read"}}), problem.Forbidden()},
			"too late":     {apitest.As(late), problem.Unauthenticated()},
			"ada":          {apitest.As(ada), nil},
		} {
			_, err := apitest.Call(tt, place, Place{Body: Order{Items: []string{"tea"}}}, c.option)
			if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: a call ends with %v", name, err)
			}
			res := tt.Do("POST", "/orders", Order{Items: []string{"tea"}}, c.option)
			switch {
			case c.want == nil:
				res.Want(http.StatusCreated)
			case !errors.Is(res.Problem(), c.want) || res.Header.Get("WWW-Authenticate") == "":
				t.Errorf("%s: a request ends with %d %v", name, res.Status, res.Header)
			}
		}
		for _, token := range []string{stranger, stranger[:len(stranger)-2], "abc", strings.Repeat("a", auth.MaxToken+1)} {
			tt.Do("GET", "/whoami", nil, apitest.Header("Authorization", "Bearer "+token)).Want(http.StatusUnauthorized)
		}
	})
}

func TestTheCallOfAServiceCarriesItsCaller(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, more ...apitest.Option) {
		counter := vade.NewService("counter")
		conn := api.Connect(counter, "shop")
		api.Post(counter, "/buy", func(ctx context.Context, in Order) (api.Created[Receipt], error) {
			return place.Call(ctx, conn, Place{Body: in})
		}, auth.Require(auth.OAuth2("shop")), api.Name("buy"), api.Fails(errSoldOut))
		tt := apitest.New(t, counter, append(more, apitest.Beside(shop()), apitest.Override(acme), apitest.As(ada))...)
		var got Receipt
		tt.Do("POST", "/buy", `{"items":["tea"]}`).Want(http.StatusCreated).JSON(&got)
		if got.For != "acme/ada" {
			t.Errorf("got %+v", got)
		}
		tt.Do("POST", "/buy", `{"items":["gold"]}`).Want(http.StatusConflict)
		if got, err := place.Call(tt.Context(), conn, Place{Body: Order{Items: []string{"tea"}}}); err != nil || got.Value.For != "acme/ada" {
			t.Errorf("a client of the test gets %+v, %v", got, err)
		}
	})
}

var ordered = events.Define[Order]("shop.ordered")

// heard is the input of a subscription.
type heard struct {
	Basket Basket
	Body   Order
}

func TestADependencyIsReplacedInEventsToo(t *testing.T) {
	t.Parallel()
	got, cleaned := make(chan string, 1), make(chan error, 1)
	svc, till := shop(), vade.NewService("till")
	events.Subscribe(svc, ordered, func(_ context.Context, in heard) error {
		got <- in.Basket.Label
		return events.Reject(errors.New("no such tea"))
	})
	publisher := events.Publisher(till, ordered)
	apitest.New(t, svc, apitest.Beside(till), apitest.Drivers(embedded.Drivers()...),
		apitest.Override(func(_ context.Context, c *operation.Call) (Tenant, error) {
			c.Defer(func(err error) { cleaned <- err })
			return Tenant{Name: "acme by " + string(c.Door)}, nil
		}))
	if err := publisher.Publish(t.Context(), Order{Items: []string{"tea"}}); err != nil {
		t.Fatal(err)
	}
	if label := <-got; label != "acme by events/" {
		t.Errorf("got %q", label)
	}
	if err := <-cleaned; err == nil || !strings.Contains(err.Error(), "no such tea") {
		t.Errorf("the clean-up was told %v", err)
	}
}

func TestAnOverrideMayEndTheCall(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, more ...apitest.Option) {
		tt := apitest.New(t, shop(), append(more, apitest.As(ada),
			apitest.Override(func(context.Context, *operation.Call) (Tenant, error) { return Tenant{}, problem.NotFound() }))...)
		if _, err := apitest.Call(tt, place, Place{Body: Order{Items: []string{"tea"}}}); !api.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		tt.Do("POST", "/orders", Order{Items: []string{"tea"}}).Want(http.StatusNotFound)
	})
}

func TestASubtestFailsByItself(t *testing.T) {
	t.Parallel()
	tt := apitest.New(t, shop(), apitest.Override(acme))
	t.Run("sub", func(t *testing.T) {
		said := failing(t, func(sub testing.TB) { tt.With(sub).Do("GET", "/whoami", nil).Want(http.StatusOK) })
		if !strings.Contains(said, "status 401, want 200") {
			t.Errorf("got %q", said)
		}
	})
}

func TestARequestTakesAnyBody(t *testing.T) {
	t.Parallel()
	svc := vade.NewService("echo")
	api.Post(svc, "/form", func(_ context.Context, in struct {
		Name string `form:"name"`
	}) (api.Reply[string], error) {
		return api.Reply[string]{Value: in.Name, Cookies: []*http.Cookie{{Name: "seen", Value: "yes"}}}, nil
	}, auth.Public())
	api.Post(svc, "/wait", func(_ context.Context, in struct {
		Body struct {
			For time.Duration `json:"for"`
		}
	}) (time.Duration, error) {
		return in.Body.For, nil
	}, auth.Public())
	tt := apitest.New(t, svc)
	var name string
	res := tt.Do("POST", "/form", url.Values{"name": {"Ada & Bob"}})
	res.JSON(&name)
	if cookies := res.Cookies(); name != "Ada & Bob" || len(cookies) != 1 || cookies[0].Value != "yes" {
		t.Errorf("%q, %v", name, cookies)
	}
	for _, body := range []any{`{"for":"1m0s"}`, []byte(`{"for":"1m0s"}`), strings.NewReader(`{"for":"1m0s"}`), map[string]time.Duration{"for": time.Minute}} {
		var got time.Duration
		tt.Do("POST", "/wait", body).Want(http.StatusOK).JSON(&got)
		if got != time.Minute {
			t.Errorf("%T: got %s", body, got)
		}
	}
	tt.Do("POST", "/wait", "for=1m", apitest.Header("Content-Type", "text/plain")).Want(http.StatusUnsupportedMediaType)
	tt.Do("GET", "/wait", nil).Want(http.StatusMethodNotAllowed)
	tt.Do("GET", "/a//b", nil).Want(http.StatusNotFound)
	got, err := tt.Client().Post("http://anything/wait", "application/json", strings.NewReader(`{"for":"1h0m0s"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if body, err := io.ReadAll(got.Body); err != nil || string(body) != `"1h0m0s"` {
		t.Errorf("%s, %v", body, err)
	}
}

func TestWhatIsTooLargeIsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	large := Order{Items: []string{strings.Repeat("tea", 1<<20)}}
	tt := apitest.New(t, shop(), apitest.Override(acme), apitest.As(ada), apitest.Isolated())
	for range 5 { // the refusal must win every time
		if p := tt.Do("POST", "/orders", large).Problem(); p.Status != http.StatusRequestEntityTooLarge {
			t.Fatalf("got %v", p)
		}
		if _, err := apitest.Call(tt, place, Place{Body: large}); !errors.Is(err, problem.TooLarge()) {
			t.Fatalf("got %v", err)
		}
	}
	if p := tt.Do("POST", "/orders", large, apitest.Anonymous()).Problem(); p.Status != http.StatusUnauthorized {
		t.Errorf("got %v", p)
	}
}

func TestTimePassesAtOnceInABubble(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]apitest.Option{"local": nil, "isolated": {apitest.Isolated()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				slow := vade.NewService("slow")
				api.Get(slow, "/slow", func(ctx context.Context, _ api.None) (string, error) {
					<-ctx.Done()
					return "", ctx.Err()
				}, auth.Public(), api.Timeout(40*time.Second))
				tt := apitest.New(t, slow, options...)
				began := time.Now()
				tt.Do("GET", "/slow", nil).Want(http.StatusGatewayTimeout)
				if _, err := apitest.Invoke[string](tt, "GET /slow", api.None{}); !errors.Is(err, problem.Timeout()) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(began); took != 80*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestSettingsAreThoseOfTheTest(t *testing.T) {
	t.Setenv("VADE_CLOCK_ZONE", "Mars")
	clock := func() *vade.Service {
		svc := vade.NewService("clock")
		s := vade.Settings(svc, struct {
			Zone string
			Key  config.Secret
		}{Zone: "UTC"})
		api.Get(svc, "/zone", func(context.Context, api.None) (string, error) { return s.Zone, nil }, auth.Public())
		return svc
	}
	for want, options := range map[string][]apitest.Option{"UTC": nil, "CET": {apitest.Set("clock.zone", "CET")}} {
		if got, err := apitest.Invoke[string](apitest.New(t, clock(), options...), "GET /zone", api.None{}); err != nil || got != want {
			t.Errorf("%q, %v", got, err)
		}
	}
	if said := failing(t, func(tb testing.TB) { apitest.New(tb, clock(), apitest.Set("clock.sone", "CET")) }); !strings.Contains(said, "clock.zone") {
		t.Errorf("got %q", said)
	}
}

func TestWhatGoesWrongFailsTheTest(t *testing.T) {
	t.Parallel()
	keeper := func() *vade.Service {
		svc := vade.NewService("keeper")
		store.Collect[Order](svc, "orders")
		return svc
	}
	broken := func() *vade.Service {
		svc := vade.NewService("broken")
		vade.OnStart(svc, "tea", func(context.Context) error { return errors.New("no tea") })
		return svc
	}
	lonely := func() *vade.Service {
		svc := vade.NewService("lonely")
		api.Connect(svc, "ghost")
		return svc
	}
	for want, test := range map[string]func(t testing.TB){
		"nothing that was opened depends on it": func(t testing.TB) {
			apitest.New(t, keeper(), apitest.Override(acme), apitest.Drivers(embedded.Drivers()...))
		},
		"apitest_test.go:": func(t testing.TB) { apitest.New(t, vade.NewService("empty"), apitest.Override(apitestTenant("x"))) },
		"keeper needs an engine for its store: add apitest.Drivers": func(t testing.TB) { apitest.New(t, keeper()) },
		`does not answer to "redis://here"`: func(t testing.TB) {
			apitest.New(t, shop(), apitest.Engine(embedded.Drivers()[0], "redis://here"))
		},
		"broken: tea: no tea":             func(t testing.TB) { apitest.New(t, broken()) },
		`"ghost", which is not a service`: func(t testing.TB) { apitest.New(t, lonely()) },
		"the service is nil":              func(t testing.TB) { apitest.New(t, nil) },
		"Beside is for New":               func(t testing.TB) { apitest.NewSystem(t, vade.NewSystem("all"), apitest.Beside(shop())) },
		"a principal has a subject":       func(t testing.TB) { apitest.New(t, shop(), apitest.Override(acme), apitest.As(auth.Principal{})) },
		"a token of": func(t testing.TB) {
			apitest.New(t, shop(), apitest.Override(acme)).Token(auth.Principal{Subject: strings.Repeat("a", auth.MaxToken)})
		},
		"principal ada: json": func(t testing.TB) {
			apitest.New(t, shop(), apitest.Override(acme)).Token(auth.Principal{Subject: "ada", Claims: map[string]any{"f": func() {}}})
		},
		"status 401, want 200": func(t testing.TB) { apitest.New(t, shop(), apitest.Override(acme)).Do("GET", "/whoami", nil).Want(200) },
		"GET /whoami: status 401": func(t testing.TB) {
			apitest.New(t, shop(), apitest.Override(acme)).Do("GET", "/whoami", nil).JSON(new(string))
		},
		"unmarshal JSON string": func(t testing.TB) {
			apitest.New(t, shop(), apitest.Override(acme), apitest.As(ada)).Do("GET", "/whoami", nil).JSON(new(int))
		},
		"not a problem: \"ada\"": func(t testing.TB) {
			apitest.New(t, shop(), apitest.Override(acme), apitest.As(ada)).Do("GET", "/whoami", nil).Problem()
		},
		"invalid control":     func(t testing.TB) { apitest.New(t, shop(), apitest.Override(acme)).Do("GET", "/ b\x00", nil) },
		"begins with a slash": func(t testing.TB) { apitest.New(t, shop(), apitest.Override(acme)).Do("GET", "orders", nil) },
		"body: json":          func(t testing.TB) { apitest.New(t, shop(), apitest.Override(acme)).Do("POST", "/orders", func() {}) },
	} {
		if said := failing(t, test); !strings.Contains(said, want) {
			t.Errorf("the test does not say %q: %s", want, said)
		}
	}
}

func TestEverythingHasStoppedWhenTheTestHasEnded(t *testing.T) {
	t.Parallel()
	var tt *apitest.System
	var log bytes.Buffer
	t.Run("test", func(t *testing.T) {
		svc := shop()
		store.Collect[Order](svc, "orders")
		events.Subscribe(svc, ordered, func(context.Context, Order) error { return nil })
		tt = apitest.New(t, svc, apitest.Drivers(embedded.Drivers()...), apitest.Override(acme), apitest.As(ada), apitest.Log(&log))
		tt.Do("GET", "/whoami", nil).Want(http.StatusOK)
		tt.Until("there is a log", func() bool { return true })
		if tt.DataDir() == "" {
			t.Error("there is no data folder")
		}
	})
	if res, err := tt.Client().Get("http://test/whoami"); err == nil {
		res.Body.Close()
		t.Error("it still answers")
	}
	if !strings.Contains(log.String(), "http.route=/whoami") {
		t.Errorf("the log is %q", log.String())
	}
}
