package api

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vade-go/vade/manifest"
)

// runtimeExpression is what may stand in the braces (OpenAPI 3.1.1, section 4.8.20.4): the part of the exchange, its place and what
// of it.
var runtimeExpression = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`^\$(?:url|method|statusCode|(request|response)\.(?:(header|query|path)\.([^{}]+)|body(?:#(?:/[^{}]*)?)?))$`)
})

// checkCallbackURL reports a URL that is none, or refers to something that a request of the operation does not have.
func checkCallbackURL(op *manifest.Operation, url string) error {
	expressions, err := splitExpressions(url)
	if err != nil {
		return err
	}
	if len(expressions) == 0 && !strings.HasPrefix(url, "http") {
		return fmt.Errorf("URL %q: it says nowhere, such as {$request.body#/url}", url)
	}
	for _, x := range expressions {
		match := runtimeExpression().FindStringSubmatch(x)
		if match == nil {
			return fmt.Errorf("URL %q: {%s} is no runtime expression, such as $request.body#/url", url, x)
		}
		if match[1] != "request" {
			continue
		}
		in, name := match[2], match[3]
		switch {
		case in == "" && op.Body == nil:
			return fmt.Errorf("URL %q: the operation takes no body", url)
		case in != "" && !slices.ContainsFunc(op.Parameters, func(p manifest.Parameter) bool {
			return p.In == in && (p.Name == name || (in == inHeader && http.CanonicalHeaderKey(name) == p.Name))
		}):
			return fmt.Errorf("URL %q: the operation has no %s parameter %q", url, in, name)
		}
	}
	return nil
}

// splitExpressions returns what stands in the braces of a URL.
func splitExpressions(url string) ([]string, error) {
	var list []string
	for rest := url; ; {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return nil, fmt.Errorf("URL %q: a brace closes that was not opened", url)
		}
		if !found {
			return list, nil
		}
		inner, behind, closed := strings.Cut(after, "}")
		if !closed || inner == "" {
			return nil, fmt.Errorf("URL %q: a brace opens on nothing, or is never closed", url)
		}
		list, rest = append(list, inner), behind
	}
}
