package login

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// policy is the Content-Security-Policy of the page: no scripts, and its form goes to where it came from.
const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ask shows the page on which one picks who to be.
func (s *server) ask(w http.ResponseWriter, r *http.Request) {
	params := r.URL.Query()
	req, refusal, mistake := s.read(r, params)
	switch {
	case refusal != "":
		refuse(w, http.StatusBadRequest, refusal)
	case mistake != "":
		answer(w, r, req, url.Values{"error": {mistake}})
	default:
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(s.page(req, params)))
	}
}

// decide takes what was picked, and sends the browser back with a code.
func (s *server) decide(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "The form is not well formed.")
		return
	}
	req, refusal, mistake := s.read(r, r.PostForm)
	subject := strings.TrimSpace(r.PostForm.Get("name"))
	if picked := r.PostForm.Get("persona"); picked != "" {
		subject = picked
	}
	switch {
	case refusal != "":
		refuse(w, http.StatusBadRequest, refusal)
	case mistake != "":
		answer(w, r, req, url.Values{"error": {mistake}})
	case r.PostForm.Has("deny"):
		answer(w, r, req, url.Values{"error": {"access_denied"}})
	case !validSubject(subject):
		refuse(w, http.StatusBadRequest, "A name has 1 to 100 printable characters.")
	default:
		code, ok := s.codes.add(grant{subject: subject, scopes: req.scopes, redirect: req.redirect, challenge: req.challenge})
		if !ok {
			answer(w, r, req, url.Values{"error": {"temporarily_unavailable"}})
			return
		}
		answer(w, r, req, url.Values{"code": {code}})
	}
}

func validSubject(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= 100 &&
		!strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) })
}

// answer sends the browser back to the client.
func answer(w http.ResponseWriter, r *http.Request, req request, params url.Values) {
	if req.state != "" {
		params.Set("state", req.state)
	}
	http.Redirect(w, r, req.redirect+"?"+params.Encode(), http.StatusSeeOther)
}

// refuse shows what is wrong to the person, since no client can be told.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, head, "No log-in")
	_, _ = fmt.Fprintf(w, "<p>%s</p>\n</body>\n</html>\n", html.EscapeString(text))
}

const head = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n" +
	"<title>%[1]s</title>\n<style>body{font-family:sans-serif;max-width:30rem;margin:2rem auto;padding:0 1rem}" +
	"button,input{font:inherit;padding:.4rem .8rem;margin:.2rem}</style>\n</head>\n<body>\n<h1>%[1]s</h1>\n"

func (s *server) page(req request, params url.Values) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, "Who do you want to be?")
	b.WriteString("<p>This is the development issuer: there are no passwords. ")
	if len(req.scopes) == 0 {
		b.WriteString("The token will carry no scopes.</p>\n")
	} else {
		fmt.Fprintf(&b, "The token will carry <code>%s</code>.</p>\n", html.EscapeString(strings.Join(req.scopes, " ")))
	}
	fmt.Fprintf(&b, "<form method=\"post\" action=\"%s\">\n", AuthorizePath)
	for _, name := range []string{"client_id", "redirect_uri", "response_type", "state", "scope", "code_challenge", "code_challenge_method"} {
		if params.Has(name) {
			fmt.Fprintf(&b, "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", name, html.EscapeString(params.Get(name)))
		}
	}
	b.WriteString("<p>")
	for _, name := range slices.Compact(slices.Clone(s.cfg.Personas)) {
		name = html.EscapeString(name)
		fmt.Fprintf(&b, "<button name=\"persona\" value=\"%s\">%s</button>\n", name, name)
	}
	b.WriteString("</p>\n<p><label>Somebody else: <input name=\"name\" maxlength=\"100\" autocomplete=\"off\"></label> <button>Log in</button></p>\n" +
		"<p><button name=\"deny\" value=\"1\">Cancel</button></p>\n</form>\n</body>\n</html>\n")
	return b.String()
}
