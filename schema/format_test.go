package schema_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vade-go/vade/schema"
)

func TestFormatsAcceptWhatTheirStandardsDo(t *testing.T) {
	t.Parallel()
	type formats struct {
		Email    string `format:"email"`
		UUID     string `format:"uuid"`
		Date     string `format:"date"`
		DateTime string `format:"date-time"`
		URI      string `format:"uri"`
		Hostname string `format:"hostname"`
		IPv4     string `format:"ipv4"`
		IPv6     string `format:"ipv6"`
		Duration string `format:"duration"`
	}
	label := strings.Repeat("a", 63)
	cases := map[string]struct{ good, bad []string }{
		"Email": {
			[]string{"a@b", "a.b+c@example.com", "o'neil@example.co.uk", strings.Repeat("a", 64) + "@b.c"},
			[]string{"", "a", "@b", "a@", "a@b@c", ".a@b", "a.@b", "a..b@c", "a b@c", "a@b_c", "ä@b", "a@b.", "\"a\"@b", strings.Repeat("a", 65) + "@b.c", "a@" + label + "." + label + "." + label + "." + label},
		},
		"UUID": {
			[]string{"0198c5e2-7b5c-7d3e-9a51-3f2b7c1d4e5f", "00000000-0000-0000-0000-000000000000", "FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF"},
			[]string{"", "0198c5e27b5c7d3e9a513f2b7c1d4e5f", "0198c5e2-7b5c-7d3e-9a51-3f2b7c1d4e5g", "{198c5e2-7b5c-7d3e-9a51-3f2b7c1d4e5}", "0198c5e2-7b5c-7d3e-9a5-13f2b7c1d4e5f"},
		},
		"Date":     {[]string{"2024-02-29", "0001-01-01"}, []string{"", "2023-02-29", "2024-2-9", "2024-13-01", "24-01-01", "2024-01-01Z"}},
		"DateTime": {[]string{"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.123456789+05:30"}, []string{"", "2024-02-29", "2024-02-29 23:59:59Z", "2024-02-29T24:00:00Z", "2024-02-29T23:59:59", "2024-02-29T1:00:00Z", "2023-02-29T00:00:00Z", "2024-02-29T00:00:60Z", "2024-02-29t00:00:00z", "2024-02-29T00:00:00.Z", "2024-02-29T00:00:00,5Z", "2024-02-29T00:00:00+24:00", "2024-02-29T00:00:00+1:00", "2024-02-29T00:00:00+00:60", "2024-02-29T00:00:00Z "}},
		"URI":      {[]string{"https://example.com/a?b=c#d", "urn:isbn:1", "mailto:a@b"}, []string{"", "/a", "example.com", "http://a b", "http://ä", "http://%zz", "http://[::1"}},
		"Hostname": {[]string{"a", "example.com", "xn--bcher-kva.ch", "1.2.3.4", label + ".com"}, []string{"", ".", "a.", "-a", "a-", "a..b", "a_b", "ä", label + "a", strings.Repeat("a.", 127) + "a"}},
		"IPv4":     {[]string{"0.0.0.0", "255.255.255.255"}, []string{"", "1.2.3", "1.2.3.256", "01.2.3.4", "::1", "1.2.3.4/8"}},
		"IPv6":     {[]string{"::", "::1", "2001:DB8::1", "::ffff:1.2.3.4"}, []string{"", "1.2.3.4", "fe80::1%eth0", ":::", "[::1]", "1:2:3:4:5:6:7:8:9"}},
		"Duration": {[]string{"P1D", "PT1H30M", "P1Y2M3DT4H5M6S", "P2W", "PT0S"}, []string{"", "P", "PT", "P1DT", "1h", "P1H", "PT1D", "P-1D", "P1W2D", "P1.5D"}},
	}
	c := schema.NewCompiler()
	for i := range reflect.TypeFor[formats]().NumField() {
		f := reflect.TypeFor[formats]().Field(i)
		s, err := c.Field(f)
		if err != nil {
			t.Fatal(err)
		}
		judge := judgeOf(t, s)
		for _, text := range cases[f.Name].good {
			var v string
			if found := s.DecodeText([]string{text}, reflect.ValueOf(&v).Elem()); found != nil {
				t.Errorf("%s refuses %q", f.Name, text)
			}
			if err := judge.Validate(text); err != nil {
				t.Errorf("%s: the judge refuses %q: %v", f.Name, text, err)
			}
		}
		for _, text := range cases[f.Name].bad {
			var v string
			if found := s.DecodeText([]string{text}, reflect.ValueOf(&v).Elem()); found == nil {
				t.Errorf("%s accepts %q", f.Name, text)
			}
		}
	}
}

func TestAUUIDHasHexadecimalDigits(t *testing.T) {
	t.Parallel()
	s := compile[struct {
		ID string `json:"id" format:"uuid"`
	}](t)
	const digits = "0123456789abcdefABCDEF"
	for c := range rune(128) {
		id := strings.Replace("6f1c2a34-9f0b-4c3d-8e21-0123456789ab", "3d", "3"+string(c), 1)
		v := reflect.New(s.Type()).Elem()
		v.Field(0).SetString(id)
		if found := s.Check(v); (found == nil) != strings.ContainsRune(digits, c) {
			t.Errorf("%q: %v", id, found)
		}
	}
}
