package schema

import (
	"encoding"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var (
	errFormat     = errors.New("wrong format")
	errOutOfRange = errors.New("out of range")
)

// JSONOptions returns the options under which json.Marshal writes, and json.Unmarshal reads, what
// schemas describe. They give [time.Duration], which has no JSON form by itself, the one
// of this package: "1m30s".
func JSONOptions() json.Options {
	return json.JoinOptions(
		json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, d time.Duration) error {
			return enc.WriteToken(jsontext.String(d.String()))
		})),
		json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, d *time.Duration) error {
			tok, err := dec.ReadToken()
			if err != nil {
				return err
			}
			if tok.Kind() != '"' {
				return errFormat
			}
			*d, err = parseDuration(tok.String())
			return err
		})),
	)
}

// timeCodec is RFC 3339 with T and Z in upper case and no leap second, since Go has none.
func timeCodec() codec {
	return codec{
		means: "a date-time as in RFC 3339, for example 2006-01-02T15:04:05Z",
		parse: func(text string, v reflect.Value) error {
			t, err := parseTime(text)
			*v.Addr().Interface().(*time.Time) = t
			return err
		},
		print: func(v reflect.Value) (string, error) {
			text, err := addressable(v).Addr().Interface().(*time.Time).MarshalText()
			return string(text), err
		},
		written: func(v reflect.Value) bool {
			var text [64]byte // does without memory of its own
			_, err := addressable(v).Addr().Interface().(*time.Time).AppendText(text[:0])
			return err == nil
		},
		append: appendTime,
		form:   func(k keywords) keywords { return stringForm(k).set("format", `"date-time"`) },
	}
}

// durationPattern is the part of [time.ParseDuration] that other languages can check by a pattern.
const durationPattern = `^-?(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`

var durationRegexp = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(durationPattern) })

func durationCodec() codec {
	return codec{
		means: "a duration such as 1m30s",
		parse: func(text string, v reflect.Value) error {
			d, err := parseDuration(text)
			v.SetInt(int64(d))
			return err
		},
		print:  func(v reflect.Value) (string, error) { return time.Duration(v.Int()).String(), nil },
		append: appendDuration,
		form:   func(k keywords) keywords { return stringForm(k).text("pattern", durationPattern) },
	}
}

func parseDuration(text string) (time.Duration, error) {
	if !durationRegexp().MatchString(text) {
		return 0, errFormat
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errOutOfRange
	}
	return d, nil
}

// bytesCodec is base64 with padding (RFC 4648, section 4), for slices and arrays of bytes.
func bytesCodec(t reflect.Type) codec {
	c := codec{
		means: "base64 with padding",
		print: func(v reflect.Value) (string, error) {
			return base64.StdEncoding.EncodeToString(addressable(v).Bytes()), nil
		},
		append: appendBytes,
		form:   base64Form,
	}
	if t.Kind() == reflect.Slice {
		c.parse = func(text string, v reflect.Value) error {
			data, err := parseBase64(text)
			v.SetBytes(data)
			return err
		}
		return c
	}
	c.parse = func(text string, v reflect.Value) error {
		data, err := parseBase64(text)
		if err == nil && len(data) != v.Len() {
			return errFormat
		}
		reflect.Copy(v, reflect.ValueOf(data))
		return err
	}
	c.means = "base64 with padding, of exactly " + count(t.Len(), "byte")
	// The length of the text allows two bytes more or less; the padding tells them apart.
	length, bare := base64.StdEncoding.EncodedLen(t.Len()), base64.RawStdEncoding.EncodedLen(t.Len())
	c.form = func(k keywords) keywords {
		return base64Form(k).text("pattern", fmt.Sprintf("^[^=]{%d}={%d}$", bare, length-bare))
	}
	return c
}

func stringForm(k keywords) keywords { return k.set("type", `"string"`) }

func base64Form(k keywords) keywords { return stringForm(k).set("contentEncoding", `"base64"`) }

func parseBase64(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, errFormat // encoding/base64 would skip them
	}
	return base64.StdEncoding.DecodeString(text)
}

// textCodec serves every type whose pointer has UnmarshalText or MarshalText. Without the former it cannot be read.
func textCodec(t reflect.Type) codec {
	c := codec{
		means: "in the format of its type",
		parse: func(text string, v reflect.Value) error {
			if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
				return u.UnmarshalText([]byte(text))
			}
			return errFormat
		},
		form: stringForm,
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		c.print = func(v reflect.Value) (string, error) {
			text, err := addressable(v).Addr().Interface().(encoding.TextMarshaler).MarshalText()
			return string(text), err
		}
	}
	return c
}
