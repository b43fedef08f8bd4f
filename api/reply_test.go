package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
)

func TestAReplyChoosesStatusHeadersAndCookies(t *testing.T) {
	t.Parallel()
	shared := http.Header{"X-Kind": {"one", "two"}}
	s := newService()
	api.Get(s, "/{how}", func(_ context.Context, in failure) (api.Reply[string], error) {
		cookies := []*http.Cookie{{Name: "a", Value: "1", Path: "/", HttpOnly: true}, {Name: "b", Value: "x y"}}
		if in.How == "bad" {
			cookies = append(cookies, &http.Cookie{Name: "no name", Value: "secret"})
		}
		return api.Reply[string]{Status: http.StatusAccepted, Header: shared, Cookies: cookies, Value: "v"}, nil
	}, auth.Public(), api.Name("reply"))
	var log bytes.Buffer
	h := s.open(t, &log, nil)
	for range 2 {
		res, body := send(t, h, "GET", "/good", "")
		if got := res.Header["Set-Cookie"]; !reflect.DeepEqual(got, []string{"a=1; Path=/; HttpOnly", `b="x y"`}) || len(res.Header["X-Kind"]) != 2 {
			t.Errorf("got %v", res.Header)
		}
		if res.StatusCode != http.StatusAccepted || body != `"v"` || shared["Set-Cookie"] != nil {
			t.Errorf("got %d %s, and the handler's header is %v", res.StatusCode, body, shared)
		}
	}
	if res, body := send(t, h, "GET", "/bad", ""); res.StatusCode != 500 || strings.Contains(body, "secret") || res.Header["Set-Cookie"] != nil {
		t.Errorf("a cookie that cannot be written: %d %v %s", res.StatusCode, res.Header, body)
	}
	if !strings.Contains(log.String(), "invalid Cookie.Name") {
		t.Errorf("the log does not name the mistake: %s", &log)
	}
}

func TestTheCookiesOfAReplyReplaceNoneOfAMiddleware(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/", func(context.Context, api.None) (api.Reply[string], error) {
		return api.Reply[string]{Cookies: []*http.Cookie{{Name: "b", Value: "2"}}}, nil
	}, auth.Public(), api.Name("reply"), api.Middleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
			next.ServeHTTP(w, r)
		})
	}))
	res, _ := send(t, s.open(t, io.Discard, nil), "GET", "/", "")
	if got := res.Header["Set-Cookie"]; !reflect.DeepEqual(got, []string{"a=1", "b=2"}) {
		t.Errorf("got %v", got)
	}
}

// session is a dependency that sets a cookie.
type session struct{}

func (*session) Resolve(_ context.Context, c *operation.Call) error {
	c.SetHeader("Set-Cookie", "s=1")
	return nil
}

func TestTheCookiesOfAReplyReplaceNoneOfADependency(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/", func(context.Context, struct{ Session session }) (api.Reply[string], error) {
		return api.Reply[string]{Cookies: []*http.Cookie{{Name: "b", Value: "2"}}}, nil
	}, auth.Public(), api.Name("reply"))
	res, _ := send(t, s.open(t, io.Discard, nil), "GET", "/", "")
	if got := res.Header["Set-Cookie"]; !reflect.DeepEqual(got, []string{"s=1", "b=2"}) {
		t.Errorf("got %v", got)
	}
}

var baking = api.Define[api.None, api.Reply[string]]("GET", "/cookies", auth.Public())

func TestAReplyThatIsPassedOnSetsItsCookiesOnceWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		s := newService()
		api.Get(s, "/", func(ctx context.Context, _ api.None) (api.Reply[string], error) {
			return baking.Call(ctx, conn, api.None{})
		}, auth.Public(), api.Name("pass"))
		res, body := send(t, s.open(t, io.Discard, nil), "GET", "/", "")
		if got := res.Header["Set-Cookie"]; !reflect.DeepEqual(got, []string{"a=1; Path=/"}) || res.Header.Get("X-Kind") != "a" {
			t.Errorf("got %v %s", res.Header, body)
		}
	})
}
