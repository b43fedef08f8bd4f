package gateway

import (
	"net/url"
	"strings"
)

// ambiguity says why two programs may read a path differently, or "". Such paths are refused before they are matched, because
// a gateway that decides on one reading and a service that acts on another have no common rule of who may do what.
//
// The path is escaped as the client sent it. No path of a manifest declares parameters that hold what is refused here.
func ambiguity(escaped string) string {
	if escaped == "" || escaped[0] != '/' {
		return "The path does not begin with a slash."
	}
	if plain(escaped) {
		return ""
	}
	rest := escaped[1:]
	for {
		segment, more, found := strings.Cut(rest, "/")
		if found && segment == "" {
			return "The path has an empty segment."
		}
		if reason := segmentAmbiguity(segment); reason != "" {
			return reason
		}
		if !found {
			return ""
		}
		rest = more
	}
}

// plain reports whether the path has nothing that could be read in two ways. It is the whole work for almost every request.
func plain(path string) bool {
	for i := range len(path) {
		switch c := path[i]; {
		case c == '%', c == ';', c == '\\', c <= ' ', c >= 0x7f:
			return false
		case c == '/' && i+1 < len(path) && (path[i+1] == '/' || path[i+1] == '.'):
			return false
		}
	}
	return true
}

func segmentAmbiguity(escaped string) string {
	segment, err := url.PathUnescape(escaped)
	if err != nil {
		return "The path is not well escaped."
	}
	if segment == "." || segment == ".." {
		return "The path has a dot segment."
	}
	for i := range len(segment) {
		switch c := segment[i]; {
		case c == '/', c == '\\':
			return "The path has an encoded slash or a backslash."
		case c == ';':
			return "The path has a semicolon."
		case c < ' ', c == 0x7f:
			return "The path has a control character."
		}
	}
	return ""
}
