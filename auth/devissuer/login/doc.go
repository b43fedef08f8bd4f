// Package login lets a person at a browser get a token of the development issuer: the authorization code grant of OAuth 2.0 (RFC 6749,
// section 4.1) with PKCE (RFC 7636), behind a page on which one picks who to be. The documentation page uses it for trying operations
// out.
//
// # Usage
//
//	mux.Handle("/dev/", login.Handler(login.Config{
//		Issue:    func(subject string, scopes []string) (string, error) { … },
//		Scopes:   []string{"bookings:read", "bookings:write"},
//		Redirect: "/docs/oauth2-redirect.html",
//	}))
//
// The authorization endpoint is [AuthorizePath], the token endpoint [TokenPath]. There is one client, [Client], without a secret.
//
// # Guarantees
//
// It answers on this machine only: the connection has to come from a loopback address and the request to name one, so that neither the
// network nor a name that somebody else resolves gets there; where proxies say for whom they ask, that has to be this machine too. (A
// proxy on this machine that says nothing, and calls it localhost, cannot be told from a browser here.) A code goes to the
// page [Config.Redirect] on the very host that was asked, is good for a minute and for one try, and needs the verifier whose SHA-256
// the request named. Other sites cannot submit the page. At most 100 codes wait at once.
//
// # Never in production
//
// There is no password: whoever reaches the page can be anybody, which is what it is for.
package login
