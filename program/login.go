package program

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vade-go/vade/api/docs"
	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/auth/devissuer/login"
)

// tokenLife is how long the tokens are good that the program gives to developers.
const tokenLife = 8 * time.Hour

// checkLogin reports a log-in that could not work.
func (a *AuthSettings) checkLogin() (errs []error) {
	given := 0
	for key, u := range map[string]*url.URL{"authorization_url": a.AuthorizationURL, "token_url": a.TokenURL} {
		if u == nil || *u == (url.URL{}) {
			continue
		}
		given++
		if u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Fragment != "" || u.User != nil {
			errs = append(errs, fmt.Errorf("auth.%s: it is no URL such as https://login.example.com/authorize", key))
		}
	}
	switch {
	case given == 0 && a.Client == "":
	case given < 2 || a.Client == "":
		errs = append(errs, errors.New("auth.client: a log-in needs auth.authorization_url, auth.token_url and auth.client"))
	case a.Issuer == "":
		errs = append(errs, errors.New("auth.issuer: a log-in elsewhere gets tokens of another issuer than the one for development; say which"))
	}
	return errs
}

// login says where people get a token on the documentation page: at the issuer that is configured, in development at one of its own.
// Nobody does where nothing asks for a token.
func (h *host) login() (at *openapi.Login, page []docs.Option, mounts map[string]http.Handler) {
	a := h.settings.Auth
	switch {
	case !asksForTokens(h.manifest):
	case a.Client != "":
		at = &openapi.Login{AuthorizationURL: a.AuthorizationURL.String(), TokenURL: a.TokenURL.String()}
		return at, []docs.Option{docs.Login(a.Client, a.TokenURL)}, nil
	case h.settings.developmentIssuer():
		at = &openapi.Login{AuthorizationURL: login.AuthorizePath, TokenURL: login.TokenPath}
		handler := login.Handler(login.Config{
			Issue: func(subject string, scopes []string) (string, error) {
				return h.program.issue(h.settings, subject, scopes, tokenLife)
			},
			Scopes: allScopes(h.manifest), Redirect: "/docs/" + docs.RedirectPage, Lifetime: tokenLife,
		})
		return at, []docs.Option{docs.Login(login.Client, &url.URL{Path: login.TokenPath})}, map[string]http.Handler{
			"GET " + login.AuthorizePath: handler, "POST " + login.AuthorizePath: handler, "POST " + login.TokenPath: handler,
		}
	}
	return nil, nil, nil
}
