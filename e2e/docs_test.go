package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/vade-go/vade/auth/devissuer"
)

func TestAPersonLogsInOnTheDocumentationPageAndTriesAnOperation(t *testing.T) {
	t.Parallel()
	a, _ := inOneProcess(t, nil)
	b := openBrowser(t)
	page := b.open(a.url + "/docs/")
	page.click(".auth-wrapper button.authorize", "Authorize")
	page.click(".scopes a", "select all")
	page.click(".modal-ux button.authorize", "Authorize")

	popup := b.find("/dev/authorize")
	popup.click(`button[value="alice"]`, "alice")

	page.shows(".modal-ux", "Logout")
	page.click(".modal-ux button.btn-done", "Close")
	tryToList(page)
	for _, complaint := range b.complaints() {
		t.Errorf("a console says %s", complaint)
	}
}

// tryToList tries the operation that lists bookings, which wants a token.
func tryToList(page *tab) {
	page.click(".opblock-get .opblock-summary-control", "List your bookings")
	page.shows(".opblock.is-open .parameters", "How many items") // before, the page still reads its document
	page.click(".opblock.is-open button.execute", "Execute")
	page.shows(".opblock.is-open .live-responses-table .response-col_status", "200")
}

func TestAPersonLogsInAtAnIssuerElsewhere(t *testing.T) {
	t.Parallel()
	issuer := newIssuerElsewhere(t)
	a, _ := inOneProcess(t, settings{
		"VADE_AUTH_ISSUER": devissuer.URL, "VADE_AUTH_JWKS": issuer.signer.JWKSPath(), "VADE_AUTH_CLIENT": "airline-docs",
		"VADE_AUTH_AUTHORIZATION_URL": issuer.URL + "/authorize?tenant=1", "VADE_AUTH_TOKEN_URL": issuer.URL + "/token",
	})
	b := openBrowser(t)
	page := b.open(a.url + "/docs/")
	page.click(".auth-wrapper button.authorize", "Authorize")
	page.click(".scopes a", "select all")
	page.click(".modal-ux button.authorize", "Authorize")
	b.find(issuer.URL+"/authorize").click("a", "Let it in")
	page.shows(".modal-ux", "Logout")
	page.click(".modal-ux button.btn-done", "Close")
	tryToList(page)
	for _, complaint := range b.complaints() {
		t.Errorf("a console says %s", complaint)
	}
	if status, body := a.do("GET", "/dev/authorize", "", nil); status != 404 {
		t.Errorf("the log-in for development is there too: %d %s", status, body)
	}
}

// issuerElsewhere is an issuer of another origin, which knows one client and keeps what it was asked.
type issuerElsewhere struct {
	*httptest.Server
	signer *devissuer.Issuer

	mu    sync.Mutex
	asked url.Values
}

func newIssuerElsewhere(t *testing.T) *issuerElsewhere {
	t.Helper()
	signer, err := devissuer.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	i := &issuerElsewhere{signer: signer}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("OPTIONS /token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	})
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *issuerElsewhere) authorize(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = r.URL.Query()
	back := i.asked.Get("redirect_uri") + "?" + url.Values{"code": {"c0de"}, "state": {i.asked.Get("state")}}.Encode()
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, `<!DOCTYPE html><link rel="icon" href="data:,"><a href="%s">Let it in</a>`, html.EscapeString(back))
}

func (i *issuerElsewhere) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Content-Type", "application/json")
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != i.asked.Get("code_challenge") || r.FormValue("code") != "c0de" ||
		r.FormValue("client_id") != "airline-docs" || i.asked.Get("tenant") != "1" || r.FormValue("redirect_uri") != i.asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	token, err := i.signer.Token(devissuer.Claims{Subject: "zoe", Audience: []string{"airline"}, Scopes: strings.Fields(i.asked.Get("scope"))})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "Bearer"})
}
