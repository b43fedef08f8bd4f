package auth

import (
	"fmt"

	"github.com/vade-go/vade/manifest"
)

// Scheme is a way of identifying callers, by name. Its zero value identifies nobody.
type Scheme struct{ name string }

// OAuth2 is the scheme of bearer tokens (RFC 6750) that an OAuth 2.0 or OpenID Connect issuer signs. The name is what the
// operations, the configuration and the OpenAPI document call the issuer.
func OAuth2(name string) Scheme { return Scheme{name: name} }

// Name returns the name.
func (s Scheme) Name() string { return s.name }

// Requirement says who may call. It is an option of a group or of an operation. Requirements of a group and of its
// operations add up; only [Public] takes away.
type Requirement struct {
	public bool
	scheme *Scheme
	scopes []string
}

// Require asks for a caller whom the scheme identifies and who was granted every scope. Several schemes on one operation are
// alternatives.
func Require(s Scheme, scopes ...string) Requirement { return Requirement{scheme: &s, scopes: scopes} }

// Scopes asks for further scopes, on top of a [Require] beside it or around it.
func Scopes(scopes ...string) Requirement { return Requirement{scopes: scopes} }

// Public lets everybody call, known or not. It undoes what was required so far: loosening is always written down.
func Public() Requirement { return Requirement{public: true} }

// DescribeOperation writes the requirement into the manifest of an operation. Groups come first, outermost first.
//
// What can't be meant ends closed: scopes on a public operation, or a scheme without a name, leave the operation undecided,
// and an undecided operation doesn't start.
func (r Requirement) DescribeOperation(op *manifest.Operation) {
	if r.public {
		op.Security = manifest.Security{Public: true}
		return
	}
	if r.scheme == nil && len(r.scopes) == 0 {
		return
	}
	op.Security.Public = false
	if r.scheme != nil && r.scheme.name != "" {
		op.Security.Require([]string{r.scheme.name}, nil)
	}
	op.Security.Require(nil, r.scopes)
}

// Validate reports a scheme without a name and scopes that no token can hold (RFC 6749 section 3.3: printable ASCII without
// space, quote and backslash).
func (r Requirement) Validate() error {
	if r.scheme != nil && r.scheme.name == "" {
		return fmt.Errorf("auth: require: the scheme has no name")
	}
	for _, scope := range r.scopes {
		if !validScope(scope) {
			return fmt.Errorf("auth: %q is no scope (RFC 6749 section 3.3)", scope)
		}
	}
	return nil
}

func validScope(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x21 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return s != ""
}
