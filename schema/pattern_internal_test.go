package schema

import "testing"

func TestPlainPatternsAreMatchedAsRegexpDoes(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "a", "A", "ab", "AB1", "ABC-1234", "ABC-123", "ABC-12345", "xABC-1234", "ABC-1234\n", "é", "aé", "a-b", "a--b",
		"abc", "aaa", "aab", "aabb", "0", "00", "007", "-1", "a_b", "\xff", "ABC-1234x",
	}
	cases := map[string]bool{ // whether the expression is plain
		`^[A-Z]{3}-[0-9]{4}$`: true, `^[a-z][a-z0-9_]*$`: true, `^[a-z]+-[a-z]+$`: true, `^a*b+$`: true,
		`^-?[0-9]{1,3}$`: true, `^a?b?c?$`: true, `^\d+$`: true, `^[a-z]{2,}$`: true, `^A?[A-Z]$`: false,
		`^a*a$`: false, `^a*b*a$`: false, `^a|b$`: false, `^(ab)+$`: false, `^é$`: false, `(?i)^a$`: false, `a`: false,
		`^a`: false, `a$`: false, `^[^a]$`: false, `^.$`: false, `^a*?b$`: true, `^$`: true, `(?m)^a$`: false, `^\w+\s$`: true,
	}
	for expr, plain := range cases {
		p, err := newPattern(expr)
		if err != nil {
			t.Fatal(err)
		}
		if (p.runs != nil) != plain {
			t.Errorf("%s: plain is %t, want %t", expr, p.runs != nil, plain)
		}
		for _, text := range texts {
			if got, want := p.match(text), p.expr().MatchString(text); got != want {
				t.Errorf("%s on %q: %t, want %t", expr, text, got, want)
			}
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`^[a-c]{1,3}-?[0-9]*$`, "ab-12")
	f.Add(`^a*b?a+$`, "aba")
	f.Add(`^[^b]+b$`, "ab")
	f.Fuzz(func(t *testing.T, expr, text string) {
		p, err := newPattern(expr)
		if err != nil {
			return
		}
		if got, want := p.match(text), p.expr().MatchString(text); got != want {
			t.Fatalf("%q on %q: %t, want %t", expr, text, got, want)
		}
	})
}
