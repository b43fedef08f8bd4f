package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func TestTheEndOfAnOperationIsAnnouncedInEveryAnswer(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	versions := func() *service {
		s := newService()
		v1 := api.Group(s, "/v1", auth.Public(), api.DeprecatedSince(since), api.Sunset(since.AddDate(1, 0, 0)))
		api.Get(v1, "/{name}", greet)
		api.Get(s, "/v2/{name}", greet, auth.Public(), api.Name("v2"))
		return s
	}
	h := versions().open(t, io.Discard, nil)
	for path, status := range map[string]int{"/v1/Ada": 200, "/v1/A": 422, "/v1/nobody": 500, "/v2/Ada": 200} {
		deprecation, sunset := "", ""
		if strings.HasPrefix(path, "/v1") {
			deprecation, sunset = "@1772362800", "Mon, 01 Mar 2027 11:00:00 GMT"
		}
		res, _ := send(t, h, "GET", path, "")
		if res.StatusCode != status || res.Header.Get("Deprecation") != deprecation || res.Header.Get("Sunset") != sunset {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
	m, err := versions().describe()
	if err != nil {
		t.Fatal(err)
	}
	if op := m.Operations[0]; !op.Deprecated || op.DeprecatedSince != "2026-03-01T11:00:00Z" || len(op.Responses[0].Headers) != 2 {
		t.Errorf("described as %+v", op)
	}
	if op := m.Operations[1]; op.Deprecated || op.Sunset != "" || len(op.Responses[0].Headers) != 0 {
		t.Errorf("described as %+v", op)
	}
}

func TestTheAnswerOfAMiddlewareAnnouncesTheEndToo(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/{name}", greet, auth.Public(), api.Sunset(time.Date(2027, 3, 1, 11, 0, 0, 0, time.UTC)), api.Middleware(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	}))
	res, _ := send(t, s.open(t, io.Discard, nil), "GET", "/ada", "")
	if got := res.Header.Get("Sunset"); res.StatusCode != 403 || got != "Mon, 01 Mar 2027 11:00:00 GMT" {
		t.Errorf("got %d %v", res.StatusCode, res.Header)
	}
}

func TestAnOperationIsNotGoneBeforeItIsDeprecated(t *testing.T) {
	t.Parallel()
	s := newService()
	now := time.Now()
	api.Get(s, "/{name}", greet, auth.Public(), api.DeprecatedSince(now), api.Sunset(now.Add(-time.Hour)))
	if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), "before the deprecation") {
		t.Errorf("got %v", err)
	}
}

func TestAnEndWithoutATimeIsRefused(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]api.Option{"DeprecatedSince": api.DeprecatedSince(time.Time{}), "Sunset": api.Sunset(time.Time{})} {
		s := newService()
		api.Get(s, "/{name}", greet, auth.Public(), end)
		if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), "api."+name+": the time is zero") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
