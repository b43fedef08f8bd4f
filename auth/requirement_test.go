package auth_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/manifest"
)

func TestRequirementsAddUpAndOnlyPublicTakesAway(t *testing.T) {
	t.Parallel()
	airline, partners := auth.OAuth2("airline"), auth.OAuth2("partners")
	for name, c := range map[string]struct {
		given []auth.Requirement
		want  manifest.Security
	}{
		"nothing said": {nil, manifest.Security{}},
		"a scheme":     {[]auth.Requirement{auth.Require(airline)}, manifest.Security{Schemes: []string{"airline"}}},
		"scheme and scopes": {[]auth.Requirement{auth.Require(airline, "a", "b")},
			manifest.Security{Schemes: []string{"airline"}, Scopes: []string{"a", "b"}}},
		"group and operation": {[]auth.Requirement{auth.Require(airline, "a"), auth.Scopes("b", "a")},
			manifest.Security{Schemes: []string{"airline"}, Scopes: []string{"a", "b"}}},
		"alternatives": {[]auth.Requirement{auth.Require(airline), auth.Require(partners), auth.Require(airline)},
			manifest.Security{Schemes: []string{"airline", "partners"}}},
		"public":             {[]auth.Requirement{auth.Public()}, manifest.Security{Public: true}},
		"loosened":           {[]auth.Requirement{auth.Require(airline, "a"), auth.Public()}, manifest.Security{Public: true}},
		"tightened":          {[]auth.Requirement{auth.Public(), auth.Require(airline)}, manifest.Security{Schemes: []string{"airline"}}},
		"the empty option":   {[]auth.Requirement{auth.Public(), {}, auth.Scopes()}, manifest.Security{Public: true}},
		"scopes of nobody":   {[]auth.Requirement{auth.Public(), auth.Scopes("a")}, manifest.Security{Scopes: []string{"a"}}},
		"scheme of no name":  {[]auth.Requirement{auth.Public(), auth.Require(auth.Scheme{}, "a")}, manifest.Security{Scopes: []string{"a"}}},
		"scopes come first":  {[]auth.Requirement{auth.Scopes("a"), auth.Require(airline)}, manifest.Security{Schemes: []string{"airline"}, Scopes: []string{"a"}}},
		"public forgets all": {[]auth.Requirement{auth.Scopes("a"), auth.Public(), auth.Require(airline)}, manifest.Security{Schemes: []string{"airline"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var op manifest.Operation
			for _, r := range c.given {
				r.DescribeOperation(&op)
			}
			if !reflect.DeepEqual(op.Security, c.want) {
				t.Errorf("got %+v, want %+v", op.Security, c.want)
			}
		})
	}
}

func TestRequirementsThatNobodyCanMeetAreInvalid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		r    auth.Requirement
		good bool
	}{
		"public":           {auth.Public(), true},
		"scheme and scope": {auth.Require(auth.OAuth2("airline"), "bookings:read"), true},
		"no name":          {auth.Require(auth.OAuth2("")), false},
		"two in one":       {auth.Scopes("a b"), false},
		"empty scope":      {auth.Scopes(""), false},
		"quote":            {auth.Require(auth.OAuth2("airline"), `a"`), false},
		"not ASCII":        {auth.Scopes("é"), false},
	} {
		if err := c.r.Validate(); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPrincipalMayDoWhatItsScopesSay(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "alice", Scopes: []string{"a", "b"}}
	if p.Anonymous() || !(auth.Principal{}).Anonymous() {
		t.Error("the zero principal alone is anonymous")
	}
	if !p.Has("a") || p.Has("c") || p.Has("") {
		t.Error("a scope is invented or lost")
	}
	if err := p.Allow([]string{"b", "a"}); err != nil {
		t.Error(err)
	}
	if err := (auth.Principal{}).Allow(nil); err != nil {
		t.Error(err)
	}
	err := p.Allow([]string{"c", "a", "d"})
	if short, ok := errors.AsType[*auth.ScopeError](err); !ok || !reflect.DeepEqual(short.Missing, []string{"c", "d"}) {
		t.Errorf("got %v", err)
	}
}
