package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
)

type greeting struct {
	Name string `path:"name" minLength:"2"`
}

func greet(_ context.Context, in greeting) (string, error) {
	if in.Name == "nobody" {
		return "", errors.New("secret of the house")
	}
	return "hello " + in.Name, nil
}

func polite(ctx context.Context, in *greeting, next func(context.Context) (string, error)) (string, error) {
	in.Name = "dear " + in.Name
	out, err := next(ctx)
	return out + "!", err
}

// marked puts its mark around whatever text an operation answers, with the name of the operation.
func marked(mark string) api.Option {
	return api.InterceptAll(func(ctx context.Context, _ any, next func(context.Context) (any, error)) (any, error) {
		out, err := next(ctx)
		if text, ok := out.(string); ok {
			c, _ := operation.FromContext(ctx)
			return mark + " " + c.Operation.ID + "(" + text + ")", err
		}
		return out, err
	})
}

func TestInterceptorsSeeTypedInputAndOutputTheOuterGroupsFirst(t *testing.T) {
	t.Parallel()
	s := newService()
	outer := api.Group(s, "/a", auth.Public(), marked("outer"))
	inner := api.Group(outer, "/b", marked("inner"))
	api.Get(inner, "/{name}", greet, api.Intercept(polite))
	api.Get(inner, "", nothing)
	h := s.open(t, io.Discard, nil)
	if _, body := send(t, h, "GET", "/a/b/Ada", ""); body != `"outer shop.greet(inner shop.greet(hello dear Ada!))"` {
		t.Errorf("got %s", body)
	}
	if res, body := send(t, h, "GET", "/a/b/A", ""); res.StatusCode != 422 {
		t.Errorf("they see what was checked: %d %s", res.StatusCode, body)
	}
	if res, body := send(t, h, "GET", "/a/b", ""); res.StatusCode != 204 || body != "" {
		t.Errorf("of another type: %d %s", res.StatusCode, body)
	}
}

func TestAnInterceptorMayAnswerInPlaceOfTheHandler(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newService()
	stop := func(_ context.Context, in *greeting, next func(context.Context) (string, error)) (string, error) {
		switch in.Name {
		case "cached":
			return "from memory", nil
		case "sold":
			return "", errSoldOut
		case "panic":
			panic("secret of the house")
		}
		return next(context.Background())
	}
	wrong := func(context.Context, any, func(context.Context) (any, error)) (any, error) { return 7, nil }
	api.Get(s, "/{name}", greet, auth.Public(), api.Intercept(stop), api.Fails(errSoldOut))
	api.Get(s, "/wrong/{name}", greet, auth.Public(), api.InterceptAll(wrong), api.Name("wrong"))
	h := s.open(t, &log, nil)
	for path, want := range map[string]int{"/cached": 200, "/sold": 409, "/panic": 500, "/nobody": 500, "/Ada": 200, "/wrong/Ada": 500} {
		res, body := send(t, h, "GET", path, "")
		if res.StatusCode != want || strings.Contains(body, "secret") || path == "/cached" && body != `"from memory"` {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	if !strings.Contains(log.String(), "returned int, and the operation answers string") {
		t.Errorf("the log does not name the mistake: %s", &log)
	}
}

var greetContract = api.Define[greeting, string]("GET", "/greet/{name}", auth.Public(), api.Intercept(polite))

func TestInterceptorsRunWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		if got, err := greetContract.Call(t.Context(), conn, greeting{Name: "Ada"}); err != nil || got != "hello dear Ada!" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// tagging is a middleware that adds to a header on the way in and on the way out.
func tagging(tag string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("X-Out", tag)
			r.Header.Add("X-In", tag)
			if r.URL.RawQuery == tag {
				panic("secret of the house")
			}
			if r.URL.RawQuery == "abort" {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	}
}

func middlewares(t *testing.T, log io.Writer) http.Handler {
	s := newService()
	g := api.Group(s, "/a", auth.Public(), api.Middleware(tagging("1"), tagging("2")))
	api.Get(g, "/in", func(_ context.Context, in struct {
		Tags []string `header:"x-in"`
	}) (string, error) {
		return strings.Join(in.Tags, " "), nil
	}, api.Middleware(tagging("3")), api.Name("in"))
	api.Get(g, "/closed", func(context.Context, api.None) (api.None, error) { return api.None{}, nil }, auth.Require(auth.OAuth2("shop")), api.Name("closed"))
	return s.open(t, log, nil)
}

func TestMiddlewareStandsAroundTheOperationTheGroupsFirst(t *testing.T) {
	t.Parallel()
	h := middlewares(t, io.Discard)
	res, body := send(t, h, "GET", "/a/in", "")
	if body != `"1 2 3"` || strings.Join(res.Header["X-Out"], " ") != "1 2 3" {
		t.Errorf("got %s, %v", body, res.Header)
	}
	if res, body := send(t, h, "GET", "/a/in?x=1", "", "X-In", "0"); body != `"0 1 2 3"` || res.StatusCode != 200 {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestAMiddlewareThatPanicsIsAFailureLikeAnyOther(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := middlewares(t, &log)
	res, body := send(t, h, "GET", "/a/in?3", "")
	if p := problemOf(t, res, body); p.Status != 500 || p.ID == "" || strings.Contains(body, "secret") ||
		!strings.Contains(log.String(), p.ID) || !strings.Contains(log.String(), "secret of the house") {
		t.Errorf("got %d %s, log %s", res.StatusCode, body, &log)
	}
	defer func() {
		v := recover()
		if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("a connection that was to be cut off: %v", v)
		}
	}()
	send(t, h, "GET", "/a/in?abort", "")
}

func wrap(next http.Handler) http.Handler { return next }

func TestThePlanSaysWhereMiddlewareAndInterceptorsWereDeclared(t *testing.T) {
	t.Parallel()
	s := newService()
	g := api.Group(s, "", auth.Public(), api.InterceptAll(func(ctx context.Context, _ any, next func(context.Context) (any, error)) (any, error) {
		return next(ctx)
	}))
	api.Get(g, "/{name}", greet, api.Intercept(polite), api.Middleware(wrap))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range m.Operations[0].Plan {
		if st.Stage == "middleware" || st.Stage == "intercept" {
			if !strings.Contains(st.Origin, "intercept_test.go:") {
				t.Errorf("%+v", st)
			}
			got = append(got, st.Stage+" "+st.Detail)
		}
	}
	if want := "middleware wrap, intercept , intercept polite"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnInterceptorMustFitItsOperation(t *testing.T) {
	t.Parallel()
	for says, option := range map[string]api.Option{
		"for operations from api_test.greeting to string, and this one is from api_test.byID": api.Intercept(polite),
		"api.Intercept: the function is nil":                                                  api.Intercept[byID, string](nil),
		"api.Middleware at":                                                                   api.Middleware(nil),
		"returned no handler":                                                                 api.Middleware(func(http.Handler) http.Handler { return nil }),
	} {
		s := newService()
		api.Get(s, "/{id}", get, auth.Public(), option)
		if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "intercept_test.go:") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

func TestAMiddlewareThatCannotBeMadeIsAMistakeOfTheDeclaration(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/a", nothing, auth.Public(), api.Middleware(func(http.Handler) http.Handler { panic("no configuration") }))
	api.Get(s, "/b", nothing, auth.Public(), api.Name("b"), api.Middleware(func(http.Handler) http.Handler { return nil }))
	_, err := s.describe()
	for _, want := range []string{"panicked: no configuration", "returned no handler", "intercept_test.go:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if errors.Is(err, api.ErrPath) {
		t.Error("nothing is wrong with the path")
	}
}
