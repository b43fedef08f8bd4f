package program

import (
	"fmt"
	"strings"
)

// explainError lays joined errors out one below the other, each behind the program's name.
func explainError(name string, err error) string {
	var lines []string
	for _, e := range flatten(err) {
		lines = append(lines, fmt.Sprintf("%s: %s", name, e))
	}
	return strings.Join(lines, "\n")
}

// flatten takes joined errors apart; wrapped ones stay whole, because their text needs the wrapping.
func flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && strings.Contains(err.Error(), "\n") {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}

// cut splits key=value.
func cut(s string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(s, "=")
	return key, value, ok && key != ""
}
