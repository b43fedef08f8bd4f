package api

import (
	"bytes"
	"context"
	"encoding"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// request makes the HTTP request of a typed input: the mirror image of bind.
func (c *codec) request(ctx context.Context, base *url.URL, in reflect.Value) (*http.Request, error) {
	path, query, header := c.path, url.Values{}, http.Header{}
	for i := range c.binder.params {
		p := &c.binder.params[i]
		values, err := appendText(nil, in.FieldByIndex(p.index))
		if err != nil {
			return nil, fmt.Errorf("%s parameter %s: %w", p.in, p.name, err)
		}
		switch p.in {
		case "path":
			path = strings.Replace(path, "{"+p.name+"}", url.PathEscape(strings.Join(values, ",")), 1)
		case "query":
			query[p.name] = values
		case "header":
			header[p.name] = values
		case "cookie":
			for _, v := range values {
				header.Add("Cookie", (&http.Cookie{Name: p.name, Value: v}).String())
			}
		}
	}
	u := *base
	u.RawQuery = query.Encode()
	u.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + path
	var err error
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return nil, err
	}
	var body []byte
	if f := c.binder.body; f != nil {
		if body, err = json.Marshal(f.field(in).Interface(), jsonOptions); err != nil {
			return nil, err
		}
		header.Set("Content-Type", "application/json")
	}
	req, err := http.NewRequestWithContext(ctx, c.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	header.Set("Accept", "application/json, application/problem+json")
	req.Header = header
	return req, nil
}

// optional is a value that may be absent: schema.Opt.
type optional interface{ Any() (value any, ok bool) }

// appendText appends the textual form of a parameter; an absent value has none, a slice one for each element.
func appendText(list []string, v reflect.Value) ([]string, error) {
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case optional:
			inner, ok := x.Any()
			if !ok {
				return list, nil
			}
			return appendText(list, reflect.ValueOf(inner))
		case time.Duration:
			return append(list, x.String()), nil
		case encoding.TextMarshaler:
			text, err := x.MarshalText()
			return append(list, string(text)), err
		}
	}
	switch v.Kind() {
	case reflect.String:
		return append(list, v.String()), nil
	case reflect.Bool:
		return append(list, strconv.FormatBool(v.Bool())), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return append(list, strconv.FormatInt(v.Int(), 10)), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return append(list, strconv.FormatUint(v.Uint(), 10)), nil
	case reflect.Float32, reflect.Float64:
		return append(list, strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())), nil
	case reflect.Slice, reflect.Array:
		var err error
		for i := range v.Len() {
			if list, err = appendText(list, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return nil, fmt.Errorf("%s has no textual form", v.Type())
}
