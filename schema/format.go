package schema

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// format is a named format of JSON Schema, asserted rather than annotated.
type format struct {
	name  string
	means string // completes "must be …"
	match func(string) bool
}

// formatNamed returns one of the formats that the tag format may name.
func formatNamed(name string) (*format, bool) {
	f := &format{name: name}
	switch name {
	case "email":
		f.means, f.match = "an e-mail address", isEmail
	case "uuid":
		f.means, f.match = "a UUID as in RFC 9562", isUUID
	case "date":
		f.means, f.match = "a date as in RFC 3339, for example 2006-01-02", isDate
	case "date-time":
		f.means, f.match = "a date-time as in RFC 3339, for example 2006-01-02T15:04:05Z", isDateTime
	case "uri":
		f.means, f.match = "an absolute URI as in RFC 3986", isURI
	case "hostname":
		f.means, f.match = "a host name as in RFC 1123", isHostname
	case "ipv4":
		f.means, f.match = "an IPv4 address", isIPv4
	case "ipv6":
		f.means, f.match = "an IPv6 address", isIPv6
	case "duration":
		f.means, f.match = "an ISO 8601 duration, for example PT1H30M", isISODuration
	default:
		return nil, false
	}
	return f, true
}

// isUUID checks the 8-4-4-4-12 hexadecimal form of RFC 9562, section 4, in either case.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	hex, good := [4]uint64{(1<<10 - 1) << '0', (1<<6-1)<<('A'-64) | (1<<6-1)<<('a'-64)}, uint64(1) // a bit for each character
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default: // without a branch, since nobody can foretell the next digit
			good &= hex[s[i]>>6] >> (s[i] & 63)
		}
	}
	return good == 1
}

// isEmail checks a mailbox of RFC 5321, section 4.1.2, with an unquoted local part and a domain name. Quoted
// local parts and address literals are legal there and useless in practice.
func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(s) > 254 || len(local) == 0 || len(local) > 64 {
		return false
	}
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return false
	}
	for i := range len(local) {
		if c := local[i]; !isDigit(c) && !isLetter(c) && strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", c) < 0 {
			return false
		}
	}
	return isHostname(domain)
}

// isHostname checks RFC 1123, section 2.1: labels of letters, digits and inner hyphens, without a final dot.
func isHostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isDigit(c) && !isLetter(c) && c != '-' {
				return false
			}
		}
	}
	return true
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func isDateTime(s string) bool {
	_, err := parseTime(s)
	return err == nil
}

// parseTime reads a date-time of RFC 3339, section 5.6. Package time knows which dates exist but is lax about
// the form: it takes hours of one digit, commas, and offsets of more than a day.
func parseTime(s string) (time.Time, error) {
	const seconds, offset = "0000-00-00T00:00:00", "+00:00"
	rest, ok := cutShape(s, seconds)
	if fraction, found := strings.CutPrefix(rest, "."); ok && found {
		rest = strings.TrimLeft(fraction, "0123456789")
		ok = len(rest) < len(fraction)
	}
	if ok && rest != "Z" {
		after, shaped := cutShape(strings.Replace(rest, "-", "+", 1), offset)
		ok = shaped && after == "" && rest[1:3] < "24" && rest[4:6] < "60"
	}
	if !ok {
		return time.Time{}, errFormat
	}
	return time.Parse(time.RFC3339, s)
}

// cutShape cuts a prefix that is like shape, where 0 stands for any digit.
func cutShape(s, shape string) (rest string, ok bool) {
	if len(s) < len(shape) {
		return s, false
	}
	for i := range len(shape) {
		if s[i] != shape[i] && !(shape[i] == '0' && isDigit(s[i])) {
			return s, false
		}
	}
	return s[len(shape):], true
}

func isIPv4(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is4()
}

func isIPv6(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is6() && addr.Zone() == ""
}

// isURI checks that s has a scheme and only characters of RFC 3986, section 2.
func isURI(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && !isLetter(c) && strings.IndexByte("-._~:/?#[]@!$&'()*+,;=%", c) < 0 {
			return false
		}
	}
	u, err := url.Parse(s)
	return err == nil && u.IsAbs()
}

var isoDuration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^P([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)$`)
})

// isISODuration checks the durations of RFC 3339, appendix A, that leave out any unit.
func isISODuration(s string) bool {
	return isoDuration().MatchString(s) && !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
