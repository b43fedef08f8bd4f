package muxroute

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Register makes an error of the panic by which the mux refuses a pattern: one that it cannot read, or that would match requests of
// another one. The error names no file, since those would be of who calls Register and not of who declared the route.
func Register(mux *http.ServeMux, pattern string, h http.Handler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errors.New(reason(fmt.Sprint(v)))
		}
	}()
	mux.Handle(pattern, h)
	return nil
}

// reason takes what a person needs out of the text of a panic: of a conflict that is the second line and what follows.
func reason(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	if strings.Contains(first, "conflicts with") && rest != "" {
		return strings.ReplaceAll(rest, "\n", " ")
	}
	return first
}
