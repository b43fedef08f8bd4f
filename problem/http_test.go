package problem_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vade-go/vade/problem"
)

func answer(p *problem.Problem) *http.Response {
	rec := httptest.NewRecorder()
	problem.Write(rec, p)
	return rec.Result()
}

func TestATypedProblemSurvivesAHop(t *testing.T) {
	t.Parallel()
	sent := soldOut().WithDetail("no seat").With("flight", "VD 7").
		WithViolations(problem.Violation{In: "body", Pointer: "/seats", Code: "maximum", Message: "must be at most 9"})
	got, err := problem.Read(answer(sent))
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(got, soldOut()) || !reflect.DeepEqual(got, sent) {
		t.Errorf("Read = %+v, want %+v", got, sent)
	}
}

func TestWriteKeepsCachesOffAndDropsStaleHeaders(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	for _, name := range []string{"Content-Encoding", "Content-Length", "Etag", "Last-Modified"} {
		rec.Header().Set(name, "1")
	}
	rec.Header().Set("Retry-After", "3")
	problem.Write(rec, problem.Unavailable())
	want := http.Header{
		"Content-Type":           {"application/problem+json"},
		"Cache-Control":          {"no-store"},
		"X-Content-Type-Options": {"nosniff"},
		"Retry-After":            {"3"},
	}
	if rec.Code != 503 || !reflect.DeepEqual(rec.Header(), want) {
		t.Errorf("status %d, headers %v", rec.Code, rec.Header())
	}
}

func TestAHeadRequestGetsTheStatusWithoutABody(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { problem.Write(w, problem.NotFound()) }))
	defer srv.Close()
	resp, err := http.Head(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) != 0 || resp.StatusCode != 404 {
		t.Errorf("status %d, body %q, %v", resp.StatusCode, body, err)
	}
}

func TestWriteNeverAnswersWithSuccess(t *testing.T) {
	t.Parallel()
	for _, p := range []*problem.Problem{nil, {}, problem.New(200, "fine", "t"), problem.New(1000, "huge", "t")} {
		if got := answer(p).StatusCode; got != 500 {
			t.Errorf("%+v answered with %d", p, got)
		}
	}
}

func TestAForeignBodyIsNotPassedOn(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ contentType, body string }{
		"page":         {"text/html", "<h1>secret</h1>"},
		"plain json":   {"application/json", `{"title":"secret"}`},
		"no type":      {"", `{"title":"secret"}`},
		"broken":       {problem.MediaType, `{"title":"secret"`},
		"not object":   {problem.MediaType, `["secret"]`},
		"too long":     {problem.MediaType, `{"title":"secret","x":"` + strings.Repeat("x", problem.MaxBody) + `"}`},
		"cut at limit": {problem.MediaType, `{"title":"secret"}` + strings.Repeat(" ", problem.MaxBody)},
	}
	for name, c := range cases {
		resp := &http.Response{StatusCode: 404, Header: http.Header{"Content-Type": {c.contentType}}, Body: io.NopCloser(strings.NewReader(c.body))}
		got, err := problem.Read(resp)
		if err != nil || !reflect.DeepEqual(got, problem.NotFound()) {
			t.Errorf("%s: Read = %+v, %v", name, got, err)
		}
	}
}

func TestTheStatusLineWinsAndGapsAreFilled(t *testing.T) {
	t.Parallel()
	resp := &http.Response{
		StatusCode: 409,
		Header:     http.Header{"Content-Type": {"application/problem+json; charset=utf-8"}},
		Body:       io.NopCloser(strings.NewReader(`{"status":200,"detail":"d","code":"NOT KEBAB"}`)),
	}
	got, err := problem.Read(resp)
	want := &problem.Problem{Status: 409, Code: problem.CodeConflict, Title: problem.Conflict().Title, Detail: "d"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Read = %+v, %v, want %+v", got, err, want)
	}
}

func TestReadReportsWhatIsNoProblem(t *testing.T) {
	t.Parallel()
	if p, err := problem.Read(&http.Response{StatusCode: 200, Body: http.NoBody}); err == nil {
		t.Errorf("a success was read as %+v", p)
	}
	broken := errors.New("connection reset")
	resp := &http.Response{StatusCode: 500, Header: http.Header{"Content-Type": {problem.MediaType}}, Body: io.NopCloser(iotest.ErrReader(broken))}
	if _, err := problem.Read(resp); !errors.Is(err, broken) {
		t.Errorf("Read = %v, want %v", err, broken)
	}
}
