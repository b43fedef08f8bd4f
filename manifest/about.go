package manifest

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// About is what people want to know of an API beside its operations. Every member may be left out.
type About struct {
	Title       string   `json:"title,omitempty"`       // default: the name of the system
	Description string   `json:"description,omitempty"` // in CommonMark
	Terms       string   `json:"terms,omitempty"`       // URL of the terms of service
	Contact     *Contact `json:"contact,omitempty"`
	License     *License `json:"license,omitempty"`
	Docs        *Link    `json:"docs,omitempty"`    // further documentation
	Servers     []Server `json:"servers,omitempty"` // where it is to be reached; default: where its document came from
}

// Contact says whom to ask.
type Contact struct {
	Name  string `json:"name,omitempty"`
	URL   string `json:"url,omitempty"`
	Email string `json:"email,omitempty"`
}

// License says under which licence the API is offered: by its SPDX identifier or by a URL, not by both.
type License struct {
	Name string `json:"name"`
	SPDX string `json:"spdx,omitempty"` // "Apache-2.0"
	URL  string `json:"url,omitempty"`
}

// Link leads elsewhere.
type Link struct {
	URL string `json:"url"`
	Doc string `json:"doc,omitempty"`
}

// Server is a base URL of the API.
type Server struct {
	URL string `json:"url"` // absolute, or a path on the host from which the document came; without a slash at its end
	Doc string `json:"doc,omitempty"`
}

// Tag is what a group of operations has in common.
type Tag struct {
	Name string `json:"name"`
	Doc  string `json:"doc,omitempty"` // in CommonMark
}

// Check reports, joined, everything that is not well formed.
func (a *About) Check() error {
	var errs []error
	errs = append(errs, checkURL("terms", a.Terms, false))
	if c := a.Contact; c != nil {
		errs = append(errs, checkURL("contact", c.URL, false))
		if user, host, _ := strings.Cut(c.Email, "@"); c.Email != "" && (user == "" || host == "" || strings.ContainsAny(c.Email, " <>,;") || strings.Contains(host, "@")) {
			errs = append(errs, fmt.Errorf("contact: %q is no e-mail address", c.Email))
		}
	}
	if l := a.License; l != nil {
		errs = append(errs, checkURL("license", l.URL, false))
		if l.Name == "" {
			errs = append(errs, errors.New("license: it has no name"))
		}
		if l.SPDX != "" && l.URL != "" {
			errs = append(errs, errors.New("license: an SPDX identifier and a URL exclude each other"))
		}
	}
	if d := a.Docs; d != nil {
		errs = append(errs, checkURL("docs", d.URL, true))
	}
	seen := make(map[string]bool)
	for _, s := range a.Servers {
		errs = append(errs, checkServer(s.URL))
		if seen[s.URL] {
			errs = append(errs, fmt.Errorf("servers: %q is listed twice", s.URL))
		}
		seen[s.URL] = true
	}
	return errors.Join(errs...)
}

// checkURL reports what is no absolute http URL.
func checkURL(where, text string, required bool) error {
	if text == "" && !required {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%s: %q is no URL such as https://example.com/about", where, text)
	}
	return nil
}

func checkServer(text string) error {
	if text == "/" {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || strings.ContainsAny(text, "{}") || (u.Host == "" && !strings.HasPrefix(text, "/")):
		return fmt.Errorf("servers: %q is neither a URL nor a path", text)
	case strings.HasSuffix(text, "/"):
		return fmt.Errorf("servers: %q ends with a slash, and the paths begin with one", text)
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return fmt.Errorf("servers: %q has a query or a fragment", text)
	case u.Host != "" && u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("servers: %q is no http URL", text)
	}
	return nil
}
