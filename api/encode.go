package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/problem"
)

// request makes the HTTP request of a typed input: the mirror image of bind. An input that no request can carry is
// problem.Invalid, as it is for a call inside the process.
func (c *codec) request(ctx context.Context, base *url.URL, in reflect.Value) (*http.Request, error) {
	path, query, header := c.path, url.Values{}, http.Header{}
	var unfit []problem.Violation
	for i := range c.binder.params {
		p := &c.binder.params[i]
		if p.in == inForm {
			unfit = append(unfit, p.unfitting(in)...)
			continue
		}
		if p.schema.Keyed() {
			named, wrong := p.pairs(in)
			unfit = append(unfit, wrong...)
			maps.Copy(query, named)
			continue
		}
		values, wrong := p.texts(in)
		unfit = append(unfit, wrong...)
		if values == nil {
			continue
		}
		switch p.in {
		case inPath:
			path = strings.Replace(path, "{"+p.name+"}", url.PathEscape(values[0]), 1)
		case inQuery:
			if len(values) == 0 && p.schema.Optional() {
				values = []string{""} // the empty list is another value than none
			}
			query[p.name] = values
		case inHeader:
			header[p.name] = values
		case inCookie:
			header.Add("Cookie", p.name+"="+values[0])
		}
	}
	if err := invalid(unfit); err != nil {
		return nil, err
	}
	body, err := c.body(in, header)
	if err != nil {
		return nil, err
	}
	u := *base
	u.RawQuery = query.Encode()
	u.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + path
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, c.method, u.String(), body)
	if err != nil {
		return nil, err
	}
	header.Set("Accept", "application/json, application/problem+json")
	req.Header = header
	return req, nil
}

// body returns the body of the request, or nil when there is none: the operation takes none, or it is an optional one that is
// absent.
func (c *codec) body(in reflect.Value, header http.Header) (io.Reader, error) {
	if c.binder.flow != nil {
		return c.binder.flow.encode(in, header)
	}
	if c.binder.form {
		return c.binder.encodeForm(in, header)
	}
	f := c.binder.body
	if f == nil {
		return nil, nil
	}
	value := f.field(in).Interface()
	if z, ok := value.(interface{ IsZero() bool }); ok && !f.required && z.IsZero() {
		return nil, nil
	}
	data, err := json.Marshal(value, jsonOptions)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	header.Set("Content-Type", "application/json")
	return bytes.NewReader(data), nil
}
