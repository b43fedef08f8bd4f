package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// hidden stands for a secret that is set.
const hidden = "•••"

// Redacted returns a URL as text without its password. A user without a password is hidden as well, since several protocols,
// NATS for one, take it for a token.
func Redacted(u *url.URL) string {
	if _, ok := u.User.Password(); u.User != nil && !ok {
		shown := *u
		shown.User = url.User("xxxxx")
		return shown.String()
	}
	return u.Redacted()
}

// Secret is a text that is not printed: formatting, logging and encoding it show that it is set and no more. Two things cannot
// be helped from here: fmt does not ask unexported fields how they want to look, so keep a Secret in exported ones; and what
// was converted to a string is a string.
type Secret string

// Reveal returns the text itself.
func (s Secret) Reveal() string { return string(s) }

// String returns "•••", or "" when the secret is not set.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is String: %#v shows nothing either.
func (s Secret) GoString() string { return s.String() }

// Format is String for every verb. Without it a verb that does not fit, such as %d, would show the text in fmt's complaint.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, so that no encoder shows it, JSON among them.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Size is a number of bytes, written with a unit: "512", "64KB", "1MiB". KB, MB, GB and TB are powers of 1000; KiB, MiB, GiB and
// TiB are powers of 1024 (IEC 80000-13).
type Size int64

// units are those of a size, the binary ones from the largest down.
var units = [...]struct {
	suffix string
	bytes  int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1},
}

const binaryUnits = 4

var errSize = errors.New("a size is a whole number of bytes with or without a unit, such as 64KB or 1MiB")

// UnmarshalText reads a size that is not negative.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := strings.TrimSpace(string(text)), int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.suffix); ok {
			number, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return errSize
	}
	*s = Size(n * factor)
	return nil
}

// String writes the size in the largest binary unit that keeps it whole.
func (s Size) String() string {
	for _, u := range units[:binaryUnits] {
		if s > 0 && int64(s)%u.bytes == 0 {
			return fmt.Sprintf("%d%s", int64(s)/u.bytes, u.suffix)
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
