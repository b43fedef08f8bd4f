package login

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	codeLife = time.Minute
	maxCodes = 100 // that wait at once
)

// grant is what a code stands for.
type grant struct {
	subject, redirect, challenge string
	scopes                       []string
	expires                      time.Time
}

// codes are those that nobody has come back with yet. The zero value is ready; it is safe for concurrent use.
type codes struct {
	mu      sync.Mutex
	waiting map[string]grant
}

// add returns a code for the grant. It is not ok while too many wait.
func (c *codes) add(g grant) (code string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for code, old := range c.waiting {
		if !now.Before(old.expires) {
			delete(c.waiting, code)
		}
	}
	if len(c.waiting) >= maxCodes {
		return "", false
	}
	if c.waiting == nil {
		c.waiting = make(map[string]grant)
	}
	g.expires = now.Add(codeLife)
	code = rand.Text()
	c.waiting[code] = g
	return code, true
}

// take returns what a code stands for and forgets it, whatever comes of it.
func (c *codes) take(code string) (grant, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.waiting[code]
	delete(c.waiting, code)
	return g, ok && time.Now().Before(g.expires)
}

// token gives a token for a code (RFC 6749, section 4.1.3).
func (s *server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || repeated(r.PostForm) {
		fail(w, "invalid_request")
		return
	}
	form := r.PostForm
	switch {
	case form.Get("client_id") != Client:
		fail(w, "invalid_client")
		return
	case form.Get("grant_type") != "authorization_code":
		fail(w, "unsupported_grant_type")
		return
	}
	g, ok := s.codes.take(form.Get("code"))
	if !ok || form.Get("redirect_uri") != g.redirect || !verifies(form.Get("code_verifier"), g.challenge) {
		fail(w, "invalid_grant")
		return
	}
	token, err := s.cfg.Issue(g.subject, g.scopes)
	if err != nil {
		reply(w, http.StatusInternalServerError, map[string]any{"error": "server_error"})
		return
	}
	reply(w, http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": int(s.cfg.Lifetime.Seconds()), "scope": strings.Join(g.scopes, " "),
	})
}

// verifies reports whether a verifier is the one of the challenge (RFC 7636, section 4.6).
func verifies(verifier, challenge string) bool {
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// fail answers with an error of RFC 6749, section 5.2.
func fail(w http.ResponseWriter, code string) {
	reply(w, http.StatusBadRequest, map[string]any{"error": code})
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has hung up
}
