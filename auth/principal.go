package auth

import (
	"slices"
	"time"
)

// Principal is who calls. The zero value is the anonymous caller.
//
// A principal is shared by every request that carries the same token: its slices and its map must not be changed.
type Principal struct {
	Subject  string         // who, unique at the issuer ("sub"); empty: anonymous
	Issuer   string         // who says so ("iss")
	Scheme   string         // the name of the [Scheme] that identified the caller
	Scopes   []string       // what the caller was granted, in the token's order
	Audience []string       // whom the token is for ("aud")
	Expires  time.Time      // when the token ends ("exp")
	Claims   map[string]any // every claim of the token, as JSON values
}

// Anonymous reports whether nobody was identified.
func (p Principal) Anonymous() bool { return p.Subject == "" }

// Has reports whether the scope was granted.
func (p Principal) Has(scope string) bool { return slices.Contains(p.Scopes, scope) }

// Allow returns nil when every required scope was granted, or else a [*ScopeError] that lists those missing. It doesn't ask
// whether the caller is known: an anonymous caller passes when nothing is required.
func (p Principal) Allow(required []string) error {
	var missing []string
	for _, scope := range required {
		if !p.Has(scope) {
			missing = append(missing, scope)
		}
	}
	if missing != nil {
		return &ScopeError{Missing: missing}
	}
	return nil
}
