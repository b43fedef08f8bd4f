package telemetry_test

import (
	"strings"
	"testing"

	"github.com/vade-go/vade/telemetry"
)

func TestOnlyHarmlessRequestIdentifiersAreValid(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"abc-DEF_0.9":              true,
		"a":                        true,
		strings.Repeat("a", 128):   true,
		strings.Repeat("a", 129):   false,
		"":                         false,
		"a b":                      false,
		"a\nlevel=ERROR":           false,
		"a/b":                      false,
		"é":                        false,
		"\xff":                     false,
		telemetry.NewRequestID():   true,
		"<script>alert()</script>": false,
	} {
		if telemetry.ValidRequestID(id) != want {
			t.Errorf("%.40q: valid is %v", id, !want)
		}
	}
}

func TestARequestIdentifierThatIsNotValidIsReplaced(t *testing.T) {
	t.Parallel()
	if got := telemetry.RequestID(telemetry.WithRequestID(t.Context(), "r-1")); got != "r-1" {
		t.Error(got)
	}
	got := telemetry.RequestID(telemetry.WithRequestID(t.Context(), "a b"))
	if !telemetry.ValidRequestID(got) || got == "a b" {
		t.Error(got)
	}
	if got := telemetry.RequestID(t.Context()); got != "" {
		t.Error(got)
	}
}

func TestNewRequestIdentifiersDiffer(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 1000 {
		id := telemetry.NewRequestID()
		if len(id) != 16 || seen[id] {
			t.Fatal(id)
		}
		seen[id] = true
	}
}

func FuzzValidRequestID(f *testing.F) {
	f.Add("abc")
	f.Add("a\x00b")
	f.Fuzz(func(t *testing.T, id string) {
		if telemetry.ValidRequestID(id) && strings.ContainsAny(id, "\"\\ \n\r\t<>&%/") {
			t.Errorf("%q is valid", id)
		}
	})
}

func TestAnIdentifierHasLettersDigitsAndThreeOthers(t *testing.T) {
	t.Parallel()
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	for c := range 256 {
		text := string([]byte{byte(c)})
		if want := strings.Contains(allowed, text); telemetry.ValidRequestID("a"+text) != want || telemetry.ValidRequestID(text+"a") != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}
