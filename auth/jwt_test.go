package auth_test

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/auth"
)

func TestATokenIsGoodOrRefusedForOneReason(t *testing.T) {
	t.Parallel()
	rs, es, ed := rsaKey(t, "rsa"), ecKey(t, "ec"), edKey(t, "ed")
	v := verifier(t, static(t, rs, es, ed))
	now := time.Now()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	good := es.sign(t, claims())
	parts := strings.Split(good, ".")
	none := encode(`{"alg":"none"}`) + "." + parts[1] + "."

	for name, c := range map[string]struct {
		token string
		want  auth.Reason
	}{
		"good":                         {good, ""},
		"good, RS256":                  {rs.sign(t, claims()), ""},
		"good, EdDSA":                  {ed.sign(t, claims()), ""},
		"good, no kid":                 {signingKey{"", es.algorithm, es.private}.sign(t, claims()), ""},
		"typ JWT":                      {es.sign(t, claims(), "typ", "JWT"), ""},
		"typ at+jwt":                   {es.sign(t, claims(), "typ", "at+jwt"), ""},
		"typ of media type":            {es.sign(t, claims(), "typ", "application/AT+JWT"), ""},
		"audience among others":        {es.sign(t, claims("aud", []string{"other", audience})), ""},
		"expired within leeway":        {es.sign(t, claims("exp", at(-20*time.Second))), ""},
		"not yet valid within leeway":  {es.sign(t, claims("nbf", at(20*time.Second))), ""},
		"valid since 1970":             {es.sign(t, claims("nbf", 0)), ""},
		"fraction of a second":         {es.sign(t, claims("exp", float64(at(time.Hour))+0.5)), ""},
		"empty":                        {"", auth.ReasonMalformed},
		"no token at all":              {"hello", auth.ReasonMalformed},
		"two dots":                     {"..", auth.ReasonAlgorithm},
		"four parts":                   {good + ".x", auth.ReasonMalformed},
		"no base64":                    {"!." + parts[1] + "." + parts[2], auth.ReasonMalformed},
		"JSON serialization":           {`{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`, auth.ReasonMalformed},
		"huge":                         {good + strings.Repeat("x", auth.MaxToken), auth.ReasonTooLarge},
		"alg none":                     {none, auth.ReasonAlgorithm},
		"alg None":                     {strings.Replace(none, encode(`{"alg":"none"}`), encode(`{"alg":"None"}`), 1), auth.ReasonAlgorithm},
		"no alg":                       {encode(`{}`) + "." + parts[1] + ".", auth.ReasonAlgorithm},
		"alg not configured":           {signRaw(t, jose.RS512, jose.JSONWebKey{Key: rs.private, KeyID: "rsa"}, marshal(t, claims())), auth.ReasonAlgorithm},
		"HS256 with public PEM":        {signRaw(t, jose.HS256, publicPEM(t, rs.private), marshal(t, claims())), auth.ReasonAlgorithm},
		"HS256 with public DER":        {signRaw(t, jose.HS256, publicDER(t, rs.private), marshal(t, claims()), "kid", "rsa"), auth.ReasonAlgorithm},
		"alg of another key's type":    {signRaw(t, jose.ES256, jose.JSONWebKey{Key: es.private, KeyID: "rsa"}, marshal(t, claims())), auth.ReasonUnknownKey},
		"typ of a logout token":        {es.sign(t, claims(), "typ", "logout+jwt"), auth.ReasonType},
		"typ of a DPoP proof":          {es.sign(t, claims(), "typ", "dpop+jwt"), auth.ReasonType},
		"typ not a string":             {es.sign(t, claims(), "typ", 7), auth.ReasonType},
		"critical extension":           {es.sign(t, claims(), "crit", []string{"exp"}), auth.ReasonMalformed},
		"b64 extension":                {signRaw(t, jose.ES256, jose.JSONWebKey{Key: es.private, KeyID: "ec"}, marshal(t, claims()), "crit", []string{"b64"}, "b64", true), auth.ReasonMalformed},
		"unknown key":                  {ecKey(t, "stranger").sign(t, claims()), auth.ReasonUnknownKey},
		"another key by the same name": {ecKey(t, "ec").sign(t, claims()), auth.ReasonSignature},
		"no kid, another key":          {ecKey(t, "").sign(t, claims()), auth.ReasonSignature},
		"key in the header":            {withEmbeddedKey(t, ecKey(t, "")), auth.ReasonSignature},
		"other payload":                {parts[0] + "." + encode(`{"sub":"root"}`) + "." + parts[2], auth.ReasonSignature},
		"no signature":                 {parts[0] + "." + parts[1] + ".", auth.ReasonSignature},
		"wrong issuer":                 {es.sign(t, claims("iss", "https://evil.example/")), auth.ReasonIssuer},
		"no issuer":                    {es.sign(t, claims("iss", nil)), auth.ReasonIssuer},
		"issuer not a string":          {es.sign(t, claims("iss", []string{issuer})), auth.ReasonMalformed},
		"wrong audience":               {es.sign(t, claims("aud", "bank")), auth.ReasonAudience},
		"no audience":                  {es.sign(t, claims("aud", nil)), auth.ReasonAudience},
		"audience not strings":         {es.sign(t, claims("aud", []any{audience, 1})), auth.ReasonMalformed},
		"no subject":                   {es.sign(t, claims("sub", nil)), auth.ReasonSubject},
		"expired":                      {es.sign(t, claims("exp", at(-time.Minute))), auth.ReasonExpired},
		"expired in 1970":              {es.sign(t, claims("exp", 0)), auth.ReasonExpired},
		"no expiry":                    {es.sign(t, claims("exp", nil)), auth.ReasonMalformed},
		"expiry as text":               {es.sign(t, claims("exp", "tomorrow")), auth.ReasonMalformed},
		"expiry beyond all times":      {es.sign(t, claims("exp", 1e300)), auth.ReasonMalformed},
		"expiry null":                  {signRaw(t, jose.ES256, jose.JSONWebKey{Key: es.private, KeyID: "ec"}, []byte(`{"exp":null}`)), auth.ReasonMalformed},
		"not yet valid":                {es.sign(t, claims("nbf", at(time.Minute))), auth.ReasonNotYetValid},
		"nbf as text":                  {es.sign(t, claims("nbf", "now")), auth.ReasonMalformed},
		"scope not a string":           {es.sign(t, claims("scope", 7)), auth.ReasonMalformed},
		"claims not an object":         {signRaw(t, jose.ES256, jose.JSONWebKey{Key: es.private, KeyID: "ec"}, []byte(`[]`)), auth.ReasonMalformed},
		"claims null":                  {signRaw(t, jose.ES256, jose.JSONWebKey{Key: es.private, KeyID: "ec"}, []byte(`null`)), auth.ReasonMalformed},
		"a claim twice": {signRaw(t, jose.ES256, jose.JSONWebKey{Key: es.private, KeyID: "ec"},
			[]byte(`{"sub":"alice","sub":"root"}`)), auth.ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantReason(t, v, c.token, c.want)
		})
	}
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func publicDER(t *testing.T, private crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func publicPEM(t *testing.T, private crypto.Signer) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER(t, private)})
}

func withEmbeddedKey(t *testing.T, k signingKey) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.algorithm, Key: k.private}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(marshal(t, claims()))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestThePrincipalIsWhatTheTokenSays(t *testing.T) {
	t.Parallel()
	key := ecKey(t, "1")
	v := verifier(t, static(t, key))
	for name, c := range map[string]struct {
		changes []any
		scopes  []string
	}{
		"scope":               {nil, []string{"bookings:read", "bookings:write"}},
		"scp as array":        {[]any{"scope", nil, "scp", []string{"a", "b"}}, []string{"a", "b"}},
		"scp as text":         {[]any{"scope", nil, "scp", "a b"}, []string{"a", "b"}},
		"scope wins over scp": {[]any{"scope", "a", "scp", []string{"b"}}, []string{"a"}},
		"empty scope":         {[]any{"scope", ""}, []string{}},
		"no scope":            {[]any{"scope", nil}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expires := time.Now().Add(time.Hour).Truncate(time.Second)
			p, err := v.Verify(t.Context(), key.sign(t, claims(append(c.changes, "exp", expires.Unix(), "tenant", "t1")...)))
			if err != nil {
				t.Fatal(err)
			}
			if p.Claims["tenant"] != "t1" {
				t.Errorf("claims %v", p.Claims)
			}
			p.Claims = nil
			want := auth.Principal{
				Subject: "alice", Issuer: issuer, Scheme: "airline", Scopes: c.scopes, Audience: []string{audience}, Expires: expires,
			}
			if !reflect.DeepEqual(p, want) {
				t.Errorf("got  %+v\nwant %+v", p, want)
			}
		})
	}
}

func TestATokenHasOneSpelling(t *testing.T) {
	t.Parallel()
	k := ecKey(t, "1")
	v := verifier(t, static(t, k))
	token := k.sign(t, claims())
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	// The last of the 86 characters of a signature of 64 bytes has four bits that mean nothing.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	respelt := token[:len(token)-1] + alphabet[last|1:last|1+1]
	if last&1 == 1 {
		t.Fatal("the signer does not write canonical base64")
	}
	for _, other := range []string{respelt, strings.Replace(token, ".", ".\n", 1), token + "\r\n"} {
		var refused *auth.TokenError
		if _, err := v.Verify(t.Context(), other); !errors.As(err, &refused) || refused.Reason != auth.ReasonMalformed {
			t.Errorf("%q: %v", other[len(other)-8:], err)
		}
	}
}

func TestAVerifiedTokenExpiresInTheCacheToo(t *testing.T) {
	t.Parallel()
	key := ecKey(t, "1")
	synctest.Test(t, func(t *testing.T) {
		v := verifier(t, static(t, key))
		token := key.sign(t, claims("exp", time.Now().Add(time.Minute).Unix()))
		wantReason(t, v, token, "")
		time.Sleep(89 * time.Second) // the leeway is 30 seconds
		wantReason(t, v, token, "")
		time.Sleep(time.Second)
		wantReason(t, v, token, auth.ReasonExpired)
	})
}

func TestWithoutLeewayClocksMustAgree(t *testing.T) {
	t.Parallel()
	key := ecKey(t, "1")
	synctest.Test(t, func(t *testing.T) {
		v, err := auth.NewVerifier(static(t, key), auth.VerifierConfig{Issuer: issuer, Audience: audience, Leeway: -1, CacheSize: -1})
		if err != nil {
			t.Fatal(err)
		}
		wantReason(t, v, key.sign(t, claims("nbf", time.Now().Unix())), "")
		wantReason(t, v, key.sign(t, claims("nbf", time.Now().Unix()+1)), auth.ReasonNotYetValid)
		wantReason(t, v, key.sign(t, claims("exp", time.Now().Unix())), auth.ReasonExpired)
	})
}

func TestASmallCacheStaysRight(t *testing.T) {
	t.Parallel()
	key := ecKey(t, "1")
	v, err := auth.NewVerifier(static(t, key), auth.VerifierConfig{Issuer: issuer, Audience: audience, CacheSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	tokens := make(map[string]string)
	for _, subject := range []string{"a", "b", "c", "d", "e"} {
		tokens[subject] = key.sign(t, claims("sub", subject))
	}
	for range 3 {
		for subject, token := range tokens {
			if p, err := v.Verify(t.Context(), token); err != nil || p.Subject != subject {
				t.Fatalf("got %s, %v, want %s", p.Subject, err, subject)
			}
		}
	}
}

func TestAVerifierThatCouldNotBeSafeIsRefused(t *testing.T) {
	t.Parallel()
	_, err := auth.NewVerifier(nil, auth.VerifierConfig{Algorithms: []string{"RS256", "none", "HS256"}})
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, want := range []string{"key source", "issuer", "audience", `"none"`, `"HS256"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "RS256") {
		t.Errorf("%v names RS256", err)
	}
	keys := static(t, ecKey(t, "1"))
	if _, err := auth.NewVerifier(keys, auth.VerifierConfig{Issuer: issuer, Audience: audience, Algorithms: []string{}}); err == nil {
		t.Error("an empty list of algorithms was accepted")
	}
}

func TestOnlyConfiguredAlgorithmsAreAccepted(t *testing.T) {
	t.Parallel()
	key := rsaKey(t, "1")
	key.algorithm = jose.PS256
	wantReason(t, verifier(t, static(t, key)), key.sign(t, claims()), auth.ReasonAlgorithm)
	v, err := auth.NewVerifier(static(t, key), auth.VerifierConfig{Issuer: issuer, Audience: audience, Algorithms: []string{"PS256"}})
	if err != nil {
		t.Fatal(err)
	}
	wantReason(t, v, key.sign(t, claims()), "")
}

func TestARefusalQuotesNothingBeforeTheSignatureIsGood(t *testing.T) {
	t.Parallel()
	v := verifier(t, static(t, ecKey(t, "1")))
	_, err := v.Verify(t.Context(), ecKey(t, "evil\nlevel=ERROR").sign(t, claims("sub", "evil")))
	if refused, ok := errors.AsType[*auth.TokenError](err); !ok || refused.Detail != "" || strings.Contains(err.Error(), "evil") {
		t.Errorf("%q", err)
	}
}

func FuzzVerify(f *testing.F) {
	key := ecKey(f, "1")
	v := verifier(f, static(f, key))
	good := key.sign(f, claims())
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(encode(`{"alg":"none"}`) + "." + encode(`{}`) + ".")
	f.Add(encode(`{"alg":"ES256","crit":["b64"],"b64":false,"jwk":{"kty":"EC"}}`) + "." + encode(`{}`) + "." + encode("x"))
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		p, err := v.Verify(t.Context(), token)
		if err == nil && p.Anonymous() {
			t.Error("accepted, and nobody is identified")
		}
		if err == nil && p.Subject != "alice" {
			t.Errorf("a token was forged for %s", p.Subject)
		}
		if err != nil && !errors.Is(err, auth.ErrToken) {
			t.Errorf("got %v, want a refusal", err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, key := range []signingKey{rsaKey(b, "RS256"), ecKey(b, "ES256"), edKey(b, "EdDSA")} {
		for name, size := range map[string]int{"cached": 0, "uncached": -1} {
			b.Run(key.id+"/"+name, func(b *testing.B) {
				v, err := auth.NewVerifier(static(b, key), auth.VerifierConfig{Issuer: issuer, Audience: audience, CacheSize: size})
				if err != nil {
					b.Fatal(err)
				}
				token := key.sign(b, claims())
				b.ReportAllocs()
				for b.Loop() {
					if _, err := v.Verify(b.Context(), token); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
