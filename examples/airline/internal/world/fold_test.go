package world

import "testing"

func TestFold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		"  Zürich--Kloten ":      "zurich kloten",
		"O'Hare":                 "ohare",
		"O’Hare":                 "ohare",
		"St. Gallen/Altenrhein":  "st gallen altenrhein",
		"SÃO PAULO":              "sao paulo",
		"İstanbul ISPARTA Ağrı":  "istanbul isparta agri",
		"Tromsø, Łódź, Ærø, Đà":  "tromso lodz aero da",
		"臺灣 2":                   "臺灣 2",
		"Cafe\u0301":             "cafe",
		"?!":                     "",
		"Grenoble–Isère (FR) №5": "grenoble isere fr no5",
	} {
		if got := fold(text); got != want {
			t.Errorf("fold(%q) = %q, want %q", text, got, want)
		}
		if again := fold(want); again != want {
			t.Errorf("folding %q again gives %q", want, again)
		}
	}
}
