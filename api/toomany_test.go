package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// allocated returns how many bytes the process allocates while f runs. Tests that ask are not parallel.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

type crowd struct {
	Words  []string          `query:"w"`
	Filter map[string]string `query:"filter"`
	Counts []int             `header:"X-Counts"`
	Theme  api.Opt[string]   `cookie:"theme"`
}

func crowded(t testing.TB) http.Handler {
	s := newService()
	api.Get(s, "/crowd", func(_ context.Context, in crowd) (int, error) {
		if _, ok := in.Theme.Get(); ok {
			return -1, nil
		}
		return len(in.Words) + len(in.Filter) + len(in.Counts), nil
	}, auth.Public())
	return s.open(t, io.Discard, nil)
}

func TestAnOperationReadsSoManyParametersAndNoMore(t *testing.T) {
	t.Parallel()
	h := crowded(t)
	for name, tt := range map[string]struct {
		query, header, value string
		status               int
		want                 string
	}{
		"10,000 parameters":      {"w=x" + strings.Repeat("&w=x", 9_999), "", "", 200, "10000"},
		"10,001 parameters":      {"w=x" + strings.Repeat("&w=x", 10_000), "", "", 400, "more than 10000 parameters"},
		"10,001 strangers":       {"w=x" + strings.Repeat("&s", 10_000), "", "", 400, "more than 10000 parameters"},
		"10,001 ampersands":      {"w=x" + strings.Repeat("&", 10_000), "", "", 400, "more than 10000 parameters"},
		"10,000 items":           {"w=x" + strings.Repeat(",x", 9_999), "", "", 200, "10000"},
		"10,001 items":           {"w=x" + strings.Repeat(",x", 10_000), "", "", 422, `"code":"max-items"`},
		"10,001 items in two":    {"w=x" + strings.Repeat(",x", 5_000) + "&w=x" + strings.Repeat(",x", 4_999), "", "", 422, `"name":"w"`},
		"commas of another":      {"v=x" + strings.Repeat(",x", 20_000), "", "", 200, "0"},
		"10,001 keys":            {strings.Repeat("filter[x]=1&", 10_000), "", "", 400, "more than 10000 parameters"},
		"10,000 items, a header": {"", "X-Counts", "1" + strings.Repeat(",1", 9_999), 200, "10000"},
		"10,001 items, a header": {"", "X-Counts", "1" + strings.Repeat(",1", 10_000), 422, `"in":"header","name":"X-Counts","code":"max-items"`},
		"3,000 cookies":          {"", "Cookie", "theme=x" + strings.Repeat(";a=b", 2_999), 200, "-1"},
		"3,001 cookies":          {"", "Cookie", "theme=x" + strings.Repeat(";a=b", 3_000), 400, "more than 3000 cookies"},
	} {
		header := []string{}
		if tt.header != "" {
			header = append(header, tt.header, tt.value)
		}
		res, body := send(t, h, "GET", "/crowd?"+tt.query, "", header...)
		if res.StatusCode != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d %.300s, want %d %s", name, res.StatusCode, body, tt.status, tt.want)
		}
	}
}

// TestTooManyParametersAreCountedBeforeTheyTakeMemory is not parallel: it measures what the process allocates.
func TestTooManyParametersAreCountedBeforeTheyTakeMemory(t *testing.T) { //nolint:paralleltest // see above
	h := crowded(t)
	const million = 1_000_000
	for name, tt := range map[string]struct{ query, header, value string }{
		"parameters":       {strings.Repeat("w=1&", million), "", ""},
		"strangers":        {strings.Repeat("s&", million), "", ""},
		"keys":             {strings.Repeat("filter[a]=1&", million), "", ""},
		"items":            {"w=" + strings.Repeat("1,", million), "", ""},
		"items, a header":  {"", "X-Counts", strings.Repeat("1,", million)},
		"cookies":          {"", "Cookie", strings.Repeat("theme=1;", million)},
		"cookies' strange": {"", "Cookie", strings.Repeat(";", million)},
	} {
		req := httptest.NewRequest(http.MethodGet, "/crowd?"+tt.query, nil)
		if tt.header != "" {
			req.Header.Set(tt.header, tt.value)
		}
		rec := httptest.NewRecorder()
		bytes := allocated(func() { h.ServeHTTP(rec, req) })
		t.Logf("%s: %d, %d bytes", name, rec.Code, bytes)
		if rec.Code != 400 && rec.Code != 422 || bytes > 256<<10 {
			t.Errorf("%s: %d after %d bytes", name, rec.Code, bytes)
		}
	}
}

// TestRepeatedHeadersTakeNoMemoryOfTheBinder is not parallel: it measures what the process allocates.
func TestRepeatedHeadersTakeNoMemoryOfTheBinder(t *testing.T) { //nolint:paralleltest // see above
	h := crowded(t)
	for _, name := range []string{"X-Counts", "Cookie", "Authorization", "Accept", "Content-Type", "Traceparent", "Forwarded", "X-Request-Id"} {
		req := httptest.NewRequest(http.MethodGet, "/crowd", nil)
		for range 100_000 {
			req.Header[name] = append(req.Header[name], "1")
		}
		rec := httptest.NewRecorder()
		bytes := allocated(func() { h.ServeHTTP(rec, req) })
		t.Logf("%s: %d, %d bytes", name, rec.Code, bytes)
		if rec.Code >= 500 || bytes > 256<<10 {
			t.Errorf("%s: %d after %d bytes", name, rec.Code, bytes)
		}
	}
}
