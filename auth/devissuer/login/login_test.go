package login_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/auth/devissuer/login"
)

const (
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // of RFC 7636, appendix B
	redirect = "http://127.0.0.1:8080/docs/oauth2-redirect.html"
)

func handler() http.Handler {
	return login.Handler(login.Config{
		Issue: func(subject string, scopes []string) (string, error) {
			return subject + "/" + strings.Join(scopes, "+"), nil
		},
		Scopes: []string{"bookings:read", "bookings:write"}, Redirect: "/docs/oauth2-redirect.html", Lifetime: time.Hour,
	})
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// wanted are the parameters of a good request, with changes: name, value, name, value.
func wanted(changes ...string) url.Values {
	v := url.Values{
		"response_type": {"code"}, "client_id": {"docs"}, "redirect_uri": {redirect}, "scope": {"bookings:read"}, "state": {"s t&"},
		"code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

// ask sends a request as a browser on this machine does; headers are pairs.
func ask(t testing.TB, h http.Handler, method, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	target := "http://127.0.0.1:8080" + path
	var body string
	if method == "GET" {
		target += "?" + form.Encode()
	} else {
		body = form.Encode()
	}
	req := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	req.RemoteAddr = "127.0.0.1:50000"
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// code logs in and returns the code.
func code(t testing.TB, h http.Handler, changes ...string) string {
	t.Helper()
	res := ask(t, h, "POST", login.AuthorizePath, wanted(append([]string{"persona", "alice"}, changes...)...))
	at, err := res.Result().Location()
	if err != nil || res.Code != http.StatusSeeOther || at.Query().Get("code") == "" {
		t.Fatalf("%d %v: %s", res.Code, err, res.Body)
	}
	return at.Query().Get("code")
}

func exchange(code string, changes ...string) url.Values {
	v := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "client_id": {"docs"}, "redirect_uri": {redirect}, "code_verifier": {verifier},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

func errorOf(t testing.TB, res *httptest.ResponseRecorder) string {
	t.Helper()
	var answer struct{ Error string }
	if err := json.Unmarshal(res.Body.Bytes(), &answer); err != nil || res.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%v: %v %s", err, res.Header(), res.Body)
	}
	return answer.Error
}

func TestAPersonGetsATokenByPickingWhoToBe(t *testing.T) {
	t.Parallel()
	h := handler()
	page := ask(t, h, "GET", login.AuthorizePath, wanted())
	csp := page.Header().Get("Content-Security-Policy")
	if page.Code != 200 || !strings.Contains(page.Body.String(), `value="alice"`) || !strings.Contains(page.Body.String(), "bookings:read") ||
		!strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Fatalf("%d %v %s", page.Code, page.Header(), page.Body)
	}
	// What the page sends is what it was asked, as a browser reads it.
	form := url.Values{"persona": {"alice"}}
	for _, m := range regexp.MustCompile(`type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		form.Set(m[1], strings.NewReplacer("&amp;", "&").Replace(m[2]))
	}
	res := ask(t, h, "POST", login.AuthorizePath, form)
	at, err := res.Result().Location()
	if err != nil || !strings.HasPrefix(at.String(), redirect+"?") || at.Query().Get("state") != "s t&" {
		t.Fatalf("%v %v", at, err)
	}
	res = ask(t, h, "POST", login.TokenPath, exchange(at.Query().Get("code")))
	var got struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
		Scope       string
	}
	if err := json.Unmarshal(res.Body.Bytes(), &got); err != nil || res.Code != 200 || got.AccessToken != "alice/bookings:read" ||
		got.TokenType != "Bearer" || got.ExpiresIn != 3600 || got.Scope != "bookings:read" {
		t.Errorf("%d %v %s", res.Code, err, res.Body)
	}
}

func TestACodeIsGoodForOneTry(t *testing.T) {
	t.Parallel()
	h := handler()
	for name, first := range map[string][]string{
		"used":           nil,
		"other verifier": {"code_verifier", strings.Repeat("a", 43)},
		"short verifier": {"code_verifier", "a"},
		"no verifier":    {"code_verifier", ""},
		"other page":     {"redirect_uri", "http://127.0.0.1:8080/"},
		"no page":        {"redirect_uri", ""},
	} {
		c := code(t, h)
		res := ask(t, h, "POST", login.TokenPath, exchange(c, first...))
		if first != nil && (res.Code != 400 || errorOf(t, res) != "invalid_grant") {
			t.Errorf("%s: %d %s", name, res.Code, res.Body)
		}
		if again := ask(t, h, "POST", login.TokenPath, exchange(c)); again.Code != 400 || errorOf(t, again) != "invalid_grant" {
			t.Errorf("%s, and then again: %d %s", name, again.Code, again.Body)
		}
	}
}

func TestACodeIsGoodForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := handler()
		in, late := code(t, h), code(t, h)
		<-time.After(59 * time.Second)
		if res := ask(t, h, "POST", login.TokenPath, exchange(in)); res.Code != 200 {
			t.Errorf("after 59 seconds: %d %s", res.Code, res.Body)
		}
		<-time.After(time.Second)
		if res := ask(t, h, "POST", login.TokenPath, exchange(late)); res.Code != 400 {
			t.Errorf("after a minute: %d %s", res.Code, res.Body)
		}
	})
}

func TestAHundredCodesWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := handler()
		for range 100 {
			code(t, h)
		}
		res := ask(t, h, "POST", login.AuthorizePath, wanted("persona", "alice"))
		if at, err := res.Result().Location(); err != nil || at.Query().Get("error") != "temporarily_unavailable" {
			t.Errorf("%v %v", at, err)
		}
		<-time.After(time.Minute)
		code(t, h)
	})
}

func TestWhoeverCannotBeToldIsNotAnswered(t *testing.T) {
	t.Parallel()
	h := handler()
	for name, changes := range map[string][]string{
		"another client": {"client_id", "evil"},
		"another host":   {"redirect_uri", "http://evil.example.com/docs/oauth2-redirect.html"},
		"another port":   {"redirect_uri", "http://127.0.0.1:9999/docs/oauth2-redirect.html"},
		"another name":   {"redirect_uri", "http://localhost:8080/docs/oauth2-redirect.html"},
		"another scheme": {"redirect_uri", "https://127.0.0.1:8080/docs/oauth2-redirect.html"},
		"another page":   {"redirect_uri", "http://127.0.0.1:8080/docs/"},
		"a longer page":  {"redirect_uri", redirect + "?a=b"},
		"a user":         {"redirect_uri", "http://127.0.0.1:8080@evil.example.com/docs/oauth2-redirect.html"},
		"nowhere":        {"redirect_uri", ""},
		"<script>":       {"client_id", "<script>alert(1)</script>"},
	} {
		for _, method := range []string{"GET", "POST"} {
			res := ask(t, h, method, login.AuthorizePath, wanted(append(changes, "persona", "alice")...))
			if res.Code != 400 || res.Header().Get("Location") != "" || strings.Contains(res.Body.String(), "evil") || strings.Contains(res.Body.String(), "<script") {
				t.Errorf("%s %s: %d %v %s", method, name, res.Code, res.Header(), res.Body)
			}
		}
	}
	twice := wanted()
	twice.Add("redirect_uri", "http://evil.example.com/")
	if res := ask(t, h, "GET", login.AuthorizePath, twice); res.Code != 400 {
		t.Errorf("two pages: %d", res.Code)
	}
}

func TestTheClientIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := handler()
	for want, changes := range map[string][]string{
		"unsupported_response_type": {"response_type", "token"},
		"invalid_scope":             {"scope", "bookings:read admin"},
		"access_denied":             {"deny", "1"},
	} {
		res := ask(t, h, "POST", login.AuthorizePath, wanted(changes...))
		at, err := res.Result().Location()
		if err != nil || at.Query().Get("error") != want || at.Query().Get("state") != "s t&" || at.Query().Has("code") {
			t.Errorf("%s: %v %v", want, at, err)
		}
	}
	for _, changes := range [][]string{{"code_challenge_method", "plain"}, {"code_challenge_method", ""}, {"code_challenge", ""}, {"code_challenge", "short"}} {
		res := ask(t, h, "GET", login.AuthorizePath, wanted(changes...))
		if at, err := res.Result().Location(); err != nil || at.Query().Get("error") != "invalid_request" {
			t.Errorf("%v: %v %v", changes, at, err)
		}
	}
	for want, changes := range map[string][]string{
		"invalid_client": {"client_id", "evil"}, "unsupported_grant_type": {"grant_type", "password"}, "invalid_grant": {"code", "guessed"},
	} {
		if res := ask(t, h, "POST", login.TokenPath, exchange(code(t, h), changes...)); res.Code != 400 || errorOf(t, res) != want {
			t.Errorf("%s: %d %s", want, res.Code, res.Body)
		}
	}
	for _, name := range []string{"", " ", strings.Repeat("x", 101), "a\nb", "\xff"} {
		if res := ask(t, h, "POST", login.AuthorizePath, wanted("name", name)); res.Code != 400 {
			t.Errorf("%q may log in: %d", name, res.Code)
		}
	}
	if c := code(t, h, "persona", "", "name", " Zoë "); c == "" {
		t.Error("a name that was typed cannot log in")
	}
	broken := login.Handler(login.Config{
		Issue: func(string, []string) (string, error) { return "", errors.New("no key") }, Scopes: []string{"bookings:read"}, Redirect: "/docs/oauth2-redirect.html",
	})
	if res := ask(t, broken, "POST", login.TokenPath, exchange(code(t, broken))); res.Code != 500 || errorOf(t, res) != "server_error" {
		t.Errorf("%d %s", res.Code, res.Body)
	}
}

func TestOnlyThisMachineMayAsk(t *testing.T) {
	t.Parallel()
	h := handler()
	for _, tt := range []struct {
		remote, host string
		ok           bool
	}{
		{"127.0.0.1:5000", "127.0.0.1:8080", true}, {"[::1]:5000", "[::1]:8080", true}, {"127.0.0.1:5000", "localhost", true}, {"[::ffff:127.0.0.1]:5000", "localhost:80", true},
		{"192.0.2.7:5000", "127.0.0.1:8080", false}, {"127.0.0.1:5000", "evil.example.com", false}, {"127.0.0.1:5000", "localhost.example.com:8080", false},
		{"127.0.0.1:5000", "192.0.2.1:8080", false}, {"", "localhost", false}, {"127.0.0.1:5000", "", false},
	} {
		req := httptest.NewRequestWithContext(t.Context(), "GET", login.AuthorizePath+"?"+wanted("redirect_uri", "http://"+tt.host+"/docs/oauth2-redirect.html").Encode(), nil)
		req.RemoteAddr, req.Host = tt.remote, tt.host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if got := w.Code == 200; got != tt.ok {
			t.Errorf("from %s to %s: %d", tt.remote, tt.host, w.Code)
		}
	}
	for _, tt := range []struct {
		name, value string
		code        int
	}{
		{"X-Forwarded-For", "127.0.0.1, [::1]:5000", 200}, {"X-Forwarded-Host", "localhost:8080", 200}, {"X-Real-Ip", "::1", 200}, {"X-Forwarded-For", "192.0.2.7, 127.0.0.1", 403},
		{"X-Forwarded-For", "", 403}, {"X-Forwarded-Host", "airline.example.com", 403}, {"X-Real-Ip", "192.0.2.7", 403}, {"Forwarded", "for=127.0.0.1", 403},
	} {
		if res := ask(t, h, "GET", login.AuthorizePath, wanted(), tt.name, tt.value); res.Code != tt.code {
			t.Errorf("%s: %s: %d", tt.name, tt.value, res.Code)
		}
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example.com"}, {"Sec-Fetch-Site", "same-site"}} {
		if res := ask(t, h, "POST", login.AuthorizePath, wanted("persona", "alice"), headers...); res.Code != 403 {
			t.Errorf("%v: another site submits the page: %d", headers, res.Code)
		}
	}
	large := wanted("persona", strings.Repeat("x", 100_000))
	if res := ask(t, h, "POST", login.AuthorizePath, large); res.Code != 400 {
		t.Errorf("a large form: %d", res.Code)
	}
}

func FuzzAuthorize(f *testing.F) {
	f.Add(wanted().Encode(), "GET")
	f.Add(wanted("persona", "<b>", "state", "\"><script>").Encode(), "POST")
	f.Add("redirect_uri=%zz&client_id=docs;a", "POST")
	h := handler()
	f.Fuzz(func(t *testing.T, query, method string) {
		if method != "GET" {
			method = "POST"
		}
		req := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:8080"+login.AuthorizePath, strings.NewReader(query))
		req.URL.RawQuery, req.RemoteAddr = query, "127.0.0.1:5000"
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if to := w.Header().Get("Location"); to != "" && !strings.HasPrefix(to, redirect+"?") {
			t.Errorf("%q leads to %s", query, to)
		}
		if w.Code >= 500 || strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%q: %d %s", query, w.Code, w.Body)
		}
	})
}

func Example() {
	h := login.Handler(login.Config{
		Issue:    func(subject string, _ []string) (string, error) { return "token of " + subject, nil },
		Redirect: "/docs/oauth2-redirect.html",
	})
	mux := http.NewServeMux()
	mux.Handle("/dev/", h)
	req := httptest.NewRequest("GET", "http://localhost:8080"+login.AuthorizePath, nil) // a person who lost the way
	req.RemoteAddr = "127.0.0.1:50000"
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, req)
	fmt.Println(w.Code)
	// Output: 400
}
