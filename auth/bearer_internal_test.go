package auth

import (
	"strings"
	"testing"
)

func TestATokenHasTheCharactersOfRFC6750(t *testing.T) {
	t.Parallel()
	const chars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/"
	for c := range 256 {
		text := string([]byte{byte(c)})
		want := strings.Contains(chars, text)
		if isTokenChar(byte(c)) != want || isToken68(text+"a") != want || isToken68("a"+text+"a=") != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}
