package api_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
)

func whichVersion(ctx context.Context, _ api.None) (string, error) {
	c, _ := operation.FromContext(ctx)
	return c.Operation.Version, nil
}

func TestOneHandlerServesTwoVersions(t *testing.T) {
	t.Parallel()
	s := newService()
	for _, v := range []string{"1", "2026-01"} {
		g := api.Group(s, "/v"+v, auth.Public(), api.Version(v))
		if v == "1" {
			g = api.Group(g, "", api.Sunset(time.Unix(1_900_000_000, 0)))
		}
		api.Get(g, "/which", whichVersion)
		api.Get(g, "/named", whichVersion, api.Name("named"+v))
	}
	api.Get(s, "/which", whichVersion, auth.Public())
	h := s.open(t, io.Discard, nil)
	for path, want := range map[string]string{"/v1/which": `"1"`, "/v2026-01/which": `"2026-01"`, "/which": `""`} {
		if res, body := send(t, h, "GET", path, ""); body != want || (res.Header.Get("Sunset") != "") != (want == `"1"`) {
			t.Errorf("%s: %d %s %v", path, res.StatusCode, body, res.Header)
		}
	}
}

func TestIdsTellVersionsApart(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(api.Group(s, "/v1", auth.Public(), api.Version("1")), "/which", whichVersion)
	api.Get(api.Group(s, "/v2", auth.Public(), api.Version("2")), "/which", whichVersion)
	api.Get(api.Group(s, "/v3", auth.Public(), api.Version("3")), "/which", whichVersion, api.Name("last"))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, op := range m.Operations {
		got = append(got, op.ID+" "+op.Version)
	}
	if want := "shop.whichVersion-v1 1, shop.whichVersion-v2 2, shop.last 3"; strings.Join(got, ", ") != want {
		t.Errorf("got %v", got)
	}
	for _, v := range []string{"", "a b", "1/2", "ü"} {
		wrong := newService()
		api.Get(wrong, "/{id}", get, auth.Public(), api.Version(v))
		if _, err := wrong.describe(); err == nil || !strings.Contains(err.Error(), "api.Version") {
			t.Errorf("%q: %v", v, fmt.Sprint(err))
		}
	}
}
