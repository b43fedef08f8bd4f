package devissuer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
)

// URL is the issuer ("iss") of every development token. No such name can exist (RFC 2606), so that nobody can be made to
// trust these tokens by looking the issuer up.
const URL = "https://dev.vade.invalid/"

// DefaultTTL is how long a token is good when nothing else is asked for.
const DefaultTTL = time.Hour

// Issuer signs tokens. It is safe for concurrent use.
type Issuer struct {
	signer   jose.Signer
	jwks     []byte
	jwksPath string
}

// Claims is what a token says.
type Claims struct {
	Subject  string         // who; required
	Scopes   []string       // what the subject may do
	Audience []string       // whom the token is for; required
	TTL      time.Duration  // how long it is good; 0: DefaultTTL; negative: it has expired already
	Extra    map[string]any // further claims; those that Token sets win
}

// Token returns a signed access token in the form of RFC 9068.
func (i *Issuer) Token(c Claims) (string, error) {
	if c.Subject == "" || len(c.Audience) == 0 {
		return "", errors.New("devissuer: a token needs a subject and an audience")
	}
	if c.TTL == 0 {
		c.TTL = DefaultTTL
	}
	now := time.Now()
	all := maps.Clone(c.Extra)
	if all == nil {
		all = make(map[string]any)
	}
	all["iss"], all["sub"], all["aud"] = URL, c.Subject, c.Audience
	all["iat"], all["exp"] = now.Unix(), now.Add(c.TTL).Unix()
	all["jti"], all["client_id"] = rand.Text(), "dev"
	if len(c.Scopes) > 0 {
		all["scope"] = strings.Join(c.Scopes, " ")
	}
	payload, err := json.Marshal(all, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("devissuer: token for %s: %w", c.Subject, err)
	}
	signed, err := i.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("devissuer: token for %s: %w", c.Subject, err)
	}
	return signed.CompactSerialize()
}

// JWKS returns the public key as a JWK set (RFC 7517). The slice must not be changed.
func (i *Issuer) JWKS() []byte { return i.jwks }

// JWKSPath returns the path of a file that holds [Issuer.JWKS], for other programs and gateways.
func (i *Issuer) JWKSPath() string { return i.jwksPath }
