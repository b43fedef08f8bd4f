package api_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

type order struct {
	Item  string  `json:"item" minLength:"1"`
	Count int     `json:"count" minimum:"1" maximum:"9"`
	Notes []notes `json:"notes"`
}

type notes struct {
	Text string `json:"text" maxLength:"5"`
}

type placeOrder struct {
	Caller auth.Principal
	Shop   string          `path:"shop" pattern:"^[a-z]+$"`
	DryRun api.Opt[bool]   `query:"dry_run"`
	Tags   []string        `query:"tag"`
	Limit  int             `query:"limit" default:"10" maximum:"50"`
	Tenant api.Opt[string] `header:"x-tenant"`
	Visit  api.Opt[string] `cookie:"visit"`
	Body   order
}

type receipt struct {
	Caller, Shop, Tenant, Visit string
	DryRun                      bool
	Tags                        []string
	Limit, Count                int
}

func echo(_ context.Context, in placeOrder) (api.Created[receipt], error) {
	return api.Created[receipt]{Location: "/orders/1", Value: receipt{
		Caller: in.Caller.Subject, Shop: in.Shop, Tenant: in.Tenant.Or(""), Visit: in.Visit.Or(""), DryRun: in.DryRun.Or(false),
		Tags: in.Tags, Limit: in.Limit, Count: in.Body.Count,
	}}, nil
}

var errSoldOut = problem.New(http.StatusConflict, "sold-out", "Sold out")

func shop(t testing.TB, log io.Writer) http.Handler {
	s := newService()
	g := api.Group(s, "/shops/{shop}", auth.Require(auth.OAuth2("shop")))
	api.Post(g, "/orders", echo, auth.Scopes("orders:write"), api.MaxBody(1000))
	api.Get(s, "/fail/{how}", fail, auth.Public(), api.Fails(errSoldOut))
	api.Get(s, "/none", func(context.Context, api.None) (api.None, error) { return api.None{}, nil }, auth.Public())
	api.Put(s, "/whole", func(_ context.Context, in order) (order, error) { return in, nil }, auth.Public())
	return s.open(t, log, nil)
}

type failure struct {
	How string `path:"how"`
}

func fail(ctx context.Context, in failure) (order, error) {
	switch in.How {
	case "declared":
		return order{}, fmt.Errorf("wrapped: %w", errSoldOut.WithDetail("Come back tomorrow."))
	case "undeclared":
		return order{}, problem.New(http.StatusTeapot, "teapot", "A teapot")
	case "panic":
		panic("secret of the house")
	case "unencodable":
		return order{Item: "\xff"}, nil
	}
	return order{}, errors.New("secret of the house")
}

const goodOrder = `{"item":"pen","count":2,"notes":[]}`

func TestEveryPartOfTheRequestReachesItsField(t *testing.T) {
	t.Parallel()
	res, body := send(t, shop(t, io.Discard), "POST", "/shops/west/orders?dry_run=true&tag=a&tag=b", goodOrder,
		"Authorization", "Bearer ada/orders~write", "X-Tenant", "t1", "Cookie", "visit=v1")
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("status %d: %s", res.StatusCode, body)
	}
	if got := res.Header.Get("Location"); got != "/orders/1" {
		t.Errorf("Location %q", got)
	}
	got := decode[receipt](t, body)
	want := receipt{Caller: "ada", Shop: "west", Tenant: "t1", Visit: "v1", DryRun: true, Tags: []string{"a", "b"}, Limit: 10, Count: 2}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAllViolationsOfAllPartsComeBackAtOnce(t *testing.T) {
	t.Parallel()
	res, body := send(t, shop(t, io.Discard), "POST", "/shops/WEST/orders?dry_run=perhaps&limit=99",
		`{"count":10,"notes":[{"text":"ok"},{"text":"too long"},{}],"color":"crimson"}`, "Authorization", "Bearer ada/orders~write")
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("status %d: %s", res.StatusCode, body)
	}
	var got []string
	for _, v := range problemOf(t, res, body).Errors {
		got = append(got, strings.TrimSpace(v.In+" "+v.Name+v.Pointer+" "+v.Code))
	}
	slices.Sort(got)
	want := []string{
		"body /color unknown", "body /count maximum", "body /item required", "body /notes/1/text max-length",
		"body /notes/2/text required", "path shop pattern", "query dry_run type", "query limit maximum",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if strings.Contains(body, "too long") || strings.Contains(body, "crimson") {
		t.Errorf("a value is echoed: %s", body)
	}
}

func TestBadRequestsGetProblemDocuments(t *testing.T) {
	t.Parallel()
	h := shop(t, io.Discard)
	const token = "Bearer ada/orders~write"
	tests := []struct {
		name, method, target, body, auth, contentType string
		status                                        int
		code                                          string
	}{
		{"no body", "POST", "/shops/w/orders", "", token, "", 422, "invalid"},
		{"half a document", "POST", "/shops/w/orders", `{"item":`, token, "", 400, "malformed"},
		{"two documents", "POST", "/shops/w/orders", goodOrder + goodOrder, token, "", 400, "malformed"},
		{"a name twice", "POST", "/shops/w/orders", `{"item":"a","item":"b","count":1,"notes":[]}`, token, "", 400, "malformed"},
		{"not UTF-8", "POST", "/shops/w/orders", "{\"item\":\"\xff\",\"count\":1,\"notes\":[]}", token, "", 400, "malformed"},
		{"wrong type", "POST", "/shops/w/orders", `[]`, token, "", 422, "invalid"},
		{"too large", "POST", "/shops/w/orders", `{"item":"` + strings.Repeat("x", 1000) + `"}`, token, "", 413, "too-large"},
		{"text", "POST", "/shops/w/orders", "hello", token, "text/plain", 415, "unsupported-media-type"},
		{"form", "POST", "/shops/w/orders", "a=b", token, "application/x-www-form-urlencoded", 415, "unsupported-media-type"},
		{"other charset", "POST", "/shops/w/orders", goodOrder, token, "application/json; charset=latin1", 415, "unsupported-media-type"},
		{"bad query", "POST", "/shops/w/orders?a=%zz", goodOrder, token, "", 400, "malformed"},
		{"no token", "POST", "/shops/w/orders", goodOrder, "", "", 401, "unauthenticated"},
		{"bad token", "POST", "/shops/w/orders", goodOrder, "Bearer nonsense", "", 401, "unauthenticated"},
		{"other scheme", "POST", "/shops/w/orders", goodOrder, "Basic YTpi", "", 401, "unauthenticated"},
		{"other scope", "POST", "/shops/w/orders", goodOrder, "Bearer ada/orders~read", "", 403, "forbidden"},
		{"no token, bad body", "POST", "/shops/w/orders", "{", "", "", 401, "unauthenticated"},
		{"unknown path", "GET", "/nowhere", "", "", "", 404, "not-found"},
		{"empty segment", "GET", "http://x//none", "", "", "", 404, "not-found"},
		{"dot segments", "GET", "/x/../none", "", "", "", 404, "not-found"},
		{"escaped dot segments", "GET", "/x/%2e%2e/none", "", "", "", 404, "not-found"},
		{"other method", "DELETE", "/shops/w/orders", "", "", "", 405, "method-not-allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var header []string
			if tt.auth != "" {
				header = append(header, "Authorization", tt.auth)
			}
			if tt.contentType != "" {
				header = append(header, "Content-Type", tt.contentType)
			}
			res, body := send(t, h, tt.method, tt.target, tt.body, header...)
			p := problemOf(t, res, body)
			if res.StatusCode != tt.status || p.Status != tt.status || p.Code != tt.code {
				t.Errorf("got %d %s, want %d %s: %s", res.StatusCode, p.Code, tt.status, tt.code, body)
			}
		})
	}
}

func TestABodyInAContentCodingIsNotTaken(t *testing.T) {
	t.Parallel()
	h := shop(t, io.Discard)
	for coding, want := range map[string]int{"gzip": 415, "identity, br": 415, "Identity": 201} {
		res, body := send(t, h, "POST", "/shops/w/orders", goodOrder, "Authorization", "Bearer ada/orders~write", "Content-Encoding", coding)
		if res.StatusCode != want {
			t.Errorf("%s: status %d, want %d: %s", coding, res.StatusCode, want, body)
		}
	}
}

func TestAStructWithoutFieldsTakesNothing(t *testing.T) {
	t.Parallel()
	type nobody struct{}
	s := newService()
	api.Get(s, "/now", func(context.Context, nobody) (api.None, error) { return api.None{}, nil }, auth.Public())
	api.Post(s, "/now", func(context.Context, struct{}) (api.None, error) { return api.None{}, nil }, auth.Public(), api.Name("press"))
	h := s.open(t, io.Discard, nil)
	for _, method := range []string{"GET", "POST"} {
		if res, body := send(t, h, method, "/now", ""); res.StatusCode != http.StatusNoContent {
			t.Errorf("%s: status %d: %s", method, res.StatusCode, body)
		}
	}
}

// period is an input with a rule about several of its parts.
type period struct {
	From int `query:"from"`
	To   int `query:"to"`
	Body api.Opt[struct {
		Name string `json:"name"`
	}]
}

func (p period) Validate(context.Context) error {
	switch {
	case p.From == 1:
		return api.Violation{Pointer: "/to", Code: "too-early", Message: "must not be before from"}
	case p.From == 2:
		return api.Violations{{Pointer: "/body/name", Code: "taken", Message: "is taken"}, {Pointer: "/name", Code: "taken", Message: "is taken"}}
	case p.From == 3:
		return errors.New("must be a period")
	}
	return nil
}

func TestARuleOfTheWholeInputNamesThePart(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/period", func(context.Context, period) (api.None, error) { return api.None{}, nil }, auth.Public())
	h := s.open(t, io.Discard, nil)
	for from, want := range map[string]string{
		"1": "[{query to  too-early must not be before from}]",
		"2": "[{body  /name taken is taken} {body  /name taken is taken}]",
		"3": "[{   custom must be a period}]",
		"4": "[]",
	} {
		res, body := send(t, h, "POST", "/period?from="+from+"&to=0", "")
		var got []problem.Violation
		if res.StatusCode != http.StatusNoContent {
			got = problemOf(t, res, body).Errors
		}
		if fmt.Sprint(got) != want {
			t.Errorf("from=%s: got %v, want %s", from, got, want)
		}
	}
}

func TestAnOptionalBodyMayBeMissingHoweverTheRequestIsFramed(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/period", func(context.Context, period) (api.None, error) { return api.None{}, nil }, auth.Public())
	api.Put(s, "/whole", echoOrder, auth.Public())
	server := httptest.NewServer(s.open(t, io.Discard, nil))
	defer server.Close()
	for _, tt := range []struct {
		method, target, contentType, body string
		want                              int
	}{
		{"POST", "/period?from=9&to=9", "", "", 204},
		{"POST", "/period?from=9&to=9", "application/json", "", 204},
		{"POST", "/period?from=9&to=9", "", `{"name":"x"}`, 415},
		{"POST", "/period?from=9&to=9", "application/json", `{"name":"x"}`, 204},
		{"PUT", "/whole", "", "", 422},
		{"PUT", "/whole", "application/json", goodOrder, 200},
	} {
		// A reader of unknown length makes the client frame the body in chunks.
		req, err := http.NewRequest(tt.method, server.URL+tt.target, io.MultiReader(strings.NewReader(tt.body)))
		if err != nil {
			t.Fatal(err)
		}
		if tt.contentType != "" {
			req.Header.Set("Content-Type", tt.contentType)
		}
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tt.want {
			t.Errorf("%+v: status %d", tt, res.StatusCode)
		}
	}
}

func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Put(s, "/whole", echoOrder, auth.Public(), api.Timeout(50*time.Millisecond))
	server := httptest.NewServer(s.open(t, io.Discard, nil))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "PUT /whole HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusRequestTimeout {
		t.Errorf("got %v, %v", res, err)
	}
}

func TestListsAreSeparatedByCommasOrGivenByRepetition(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/query", func(_ context.Context, in struct {
		Words []string `query:"w"`
	}) ([]string, error) {
		return in.Words, nil
	}, auth.Public(), api.Name("query"))
	api.Get(s, "/header", func(_ context.Context, in struct {
		Words []string `header:"x-w"`
	}) ([]string, error) {
		return in.Words, nil
	}, auth.Public(), api.Name("header"))
	h := s.open(t, io.Discard, nil)
	for query, want := range map[string]string{
		"": `[]`, "w=": `[]`, "w=a": `["a"]`, "w=a,b": `["a","b"]`, "w=a&w=b,c": `["a","b","c"]`, "w=a%2Cb,c": `["a,b","c"]`, "w=,": `["",""]`,
	} {
		if _, body := send(t, h, "GET", "/query?"+query, ""); body != want {
			t.Errorf("%s: got %s, want %s", query, body, want)
		}
	}
	for field, want := range map[string]string{"a": `["a"]`, "a, b ,c": `["a","b","c"]`, " ,,": `[]`} {
		if _, body := send(t, h, "GET", "/header", "", "X-W", field); body != want {
			t.Errorf("%q: got %s, want %s", field, body, want)
		}
	}
}

func TestARefusalSaysHowToBeLetIn(t *testing.T) {
	t.Parallel()
	h := shop(t, io.Discard)
	res, _ := send(t, h, "POST", "/shops/w/orders", goodOrder)
	if got := res.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
		t.Errorf("401 with WWW-Authenticate %q", got)
	}
	res, _ = send(t, h, "POST", "/shops/w/orders", goodOrder, "Authorization", "Bearer ada/x")
	if got := res.Header.Get("WWW-Authenticate"); !strings.Contains(got, "insufficient_scope") || !strings.Contains(got, "orders:write") {
		t.Errorf("403 with WWW-Authenticate %q", got)
	}
}

func TestADeclaredProblemReachesTheCaller(t *testing.T) {
	t.Parallel()
	res, body := send(t, shop(t, io.Discard), "GET", "/fail/declared", "")
	p := problemOf(t, res, body)
	if !errors.Is(p, errSoldOut) || p.Detail != "Come back tomorrow." {
		t.Errorf("got %s", body)
	}
}

func TestWhatWasNotDeclaredIsOpaqueAndLoggedUnderAnId(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"error", "panic", "undeclared"} {
		var log bytes.Buffer
		res, body := send(t, shop(t, &log), "GET", "/fail/"+how, "")
		p := problemOf(t, res, body)
		if res.StatusCode != 500 || p.Code != "internal" || p.ID == "" {
			t.Errorf("%s: got %s", how, body)
		}
		if strings.Contains(body, "secret") || strings.Contains(body, "teapot") || strings.Contains(body, ".go") {
			t.Errorf("%s: internal text leaves the process: %s", how, body)
		}
		if !strings.Contains(log.String(), p.ID) {
			t.Errorf("%s: the id %s is not in the log: %s", how, p.ID, log.String())
		}
		if how == "panic" && !strings.Contains(log.String(), "http_test.go") {
			t.Errorf("the stack is not in the log: %s", log.String())
		}
	}
}

// grenade panics when it is written.
type grenade struct{}

func (grenade) MarshalJSON() ([]byte, error) { panic("secret of the house") }

func TestAnAnswerThatCannotBeWrittenIsACleanFailureInTheLog(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/fail/{how}", fail, auth.Public())
	api.Get(s, "/panic", func(context.Context, api.None) (grenade, error) { return grenade{}, nil }, auth.Public())
	api.Get(s, "/status", func(context.Context, api.None) (api.Reply[int], error) {
		return api.Reply[int]{Status: http.StatusTeapot, Header: http.Header{"X-Secret": {"secret of the house"}}}, nil
	}, auth.Public(), api.Name("status"))
	api.Get(s, "/late", func(context.Context, api.None) (api.Reply[float64], error) {
		return api.Reply[float64]{Header: http.Header{"X-Secret": {"secret of the house"}}, Value: math.NaN()}, nil
	}, auth.Public(), api.Name("late"))
	var log bytes.Buffer
	h := s.open(t, &log, nil)
	for target, cause := range map[string]string{
		"/fail/unencodable": "encode the answer of shop.fail", "/panic": "panic: secret", "/status": "status 418", "/late": "encode the answer of shop.late",
	} {
		log.Reset()
		res, body := send(t, h, "GET", target, "")
		p := problemOf(t, res, body)
		if res.StatusCode != 500 || p.Code != "internal" || p.ID == "" || strings.Contains(body, "secret") || res.Header["X-Secret"] != nil {
			t.Errorf("%s: %d %v %s", target, res.StatusCode, res.Header, body)
		}
		if !strings.Contains(log.String(), p.ID) || !strings.Contains(log.String(), cause) {
			t.Errorf("%s: the log does not tell %s and %q: %s", target, p.ID, cause, log.String())
		}
	}
}

// lease is a dependency whose clean-up fails.
type lease struct{}

func (*lease) Resolve(_ context.Context, c *operation.Call) error {
	c.Defer(func(error) { panic("cannot give it back") })
	return nil
}

func TestACleanUpThatFailsIsLoggedAndHarmsNobody(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/", func(context.Context, struct{ Lease lease }) (string, error) { return "fine", nil }, auth.Public())
	var log bytes.Buffer
	if res, body := send(t, s.open(t, &log, nil), "GET", "/", ""); res.StatusCode != 200 || body != `"fine"` {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if !strings.Contains(log.String(), "cannot give it back") || !strings.Contains(log.String(), "http_test.go") {
		t.Errorf("the log does not tell of the clean-up: %s", log.String())
	}
}

func TestTheOutputTypePicksTheWireShape(t *testing.T) {
	t.Parallel()
	h := shop(t, io.Discard)
	if res, body := send(t, h, "GET", "/none", ""); res.StatusCode != http.StatusNoContent || body != "" {
		t.Errorf("None: %d %q", res.StatusCode, body)
	}
	res, body := send(t, h, "PUT", "/whole", goodOrder)
	if res.StatusCode != 200 || body != goodOrder {
		t.Errorf("a struct without tags is the body: %d %s", res.StatusCode, body)
	}
	if got := res.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestOptionsTellsTheMethodsOfAPath(t *testing.T) {
	t.Parallel()
	res, _ := send(t, shop(t, io.Discard), "OPTIONS", "/none", "")
	if got := res.Header.Get("Allow"); res.StatusCode != 204 || got != "GET, HEAD, OPTIONS" {
		t.Errorf("%d, Allow %q", res.StatusCode, got)
	}
}

func TestAPathUnderAParameterMayHaveAnotherMethod(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/books/{id}", get, auth.Public())
	api.Post(s, "/books/search", nothing, auth.Public())
	h := s.open(t, io.Discard, nil)
	for target, want := range map[string]int{"GET /books/1": 200, "GET /books/search": 200, "POST /books/search": 204, "POST /books/1": 405} {
		method, path, _ := strings.Cut(target, " ")
		if res, body := send(t, h, method, path, ""); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d: %s", target, res.StatusCode, want, body)
		}
	}
}

func TestARequestIdIsKeptOrMade(t *testing.T) {
	t.Parallel()
	h := shop(t, io.Discard)
	if res, _ := send(t, h, "GET", "/none", "", "X-Request-Id", "abc-1"); res.Header.Get("X-Request-Id") != "abc-1" {
		t.Errorf("not kept: %q", res.Header.Get("X-Request-Id"))
	}
	if res, _ := send(t, h, "GET", "/none", "", "X-Request-Id", "a b\t"); res.Header.Get("X-Request-Id") == "a b\t" || res.Header.Get("X-Request-Id") == "" {
		t.Errorf("an unfit id was kept: %q", res.Header.Get("X-Request-Id"))
	}
}

// tenant is a dependency of a dependency.
type tenant struct{ Name string }

func (d *tenant) Resolve(_ context.Context, c *operation.Call) error {
	d.Name = c.Header.Get("X-Tenant")
	if d.Name == "" {
		return problem.Forbidden()
	}
	return nil
}

// account leans on the tenant and gives something back at the end.
type account struct {
	Tenant tenant
	ID     string
}

func (d *account) Resolve(_ context.Context, c *operation.Call) error {
	d.ID = d.Tenant.Name + "/" + c.Principal().Subject
	c.Defer(func(error) { *c.Request.Context().Value(closedKey{}).(*bool) = true })
	return nil
}

type closedKey struct{}

func TestDependenciesResolveEachOtherAndCleanUp(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/me", func(_ context.Context, in struct {
		Account account
		Tenant  tenant
	}) (string, error) {
		return in.Account.ID + " " + in.Tenant.Name, nil
	}, auth.Require(auth.OAuth2("shop")))
	h := s.open(t, io.Discard, nil)
	var closed bool
	wrapped := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), closedKey{}, &closed)))
	})
	_, body := send(t, wrapped, "GET", "/me", "", "Authorization", "Bearer ada/x", "X-Tenant", "acme")
	if body != `"acme/ada acme"` || !closed {
		t.Errorf("got %s, cleaned up: %v", body, closed)
	}
	if res, _ := send(t, wrapped, "GET", "/me", "", "Authorization", "Bearer ada/x"); res.StatusCode != 403 {
		t.Errorf("a dependency's problem is status %d", res.StatusCode)
	}
}

// TestAnAnswerToABodyThatIsTooLargeArrives sends a body to the operations as a plain server of net/http has them, which must linger while
// the client is still sending.
func TestAnAnswerToABodyThatIsTooLargeArrives(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/orders", placeBench, auth.Public(), api.MaxBody(1000))
	server := listen(t, s.open(t, io.Discard, nil))
	for range 20 {
		res, err := server.Client().Post(server.URL+"/orders", "application/json", strings.NewReader(strings.Repeat("x", 8<<20)))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Fatalf("got %d", res.StatusCode)
		}
	}
}
