package schema

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"unicode/utf8"
)

var (
	errSyntax = errors.New("invalid syntax")
	errUTF8   = errors.New("invalid UTF-8")
	errEnd    = io.ErrUnexpectedEOF
)

// scanner walks over a document by the grammar of RFC 8259. Texts must be UTF-8 and, as RFC 7493 asks, without surrogates that stand
// alone. After an error pos is where it is.
type scanner struct {
	data []byte
	pos  int
}

// peek passes over white space and returns the character that comes next; 0, which is none of JSON, at the end.
func (s *scanner) peek() byte {
	for ; s.pos < len(s.data); s.pos++ {
		if c := s.data[s.pos]; c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// unexpected says what is wrong with the character that comes next.
func (s *scanner) unexpected() error {
	switch {
	case s.pos >= len(s.data):
		return errEnd
	case s.data[s.pos] >= utf8.RuneSelf:
		return s.foreign()
	}
	return errSyntax
}

// foreign says what is wrong with a character outside of ASCII: its coding, or that it stands where it does.
func (s *scanner) foreign() error {
	switch r, size := utf8.DecodeRune(s.data[s.pos:]); {
	case r != utf8.RuneError || size > 1:
		return errSyntax
	case !utf8.FullRune(s.data[s.pos:]):
		s.pos = len(s.data)
		return errEnd
	}
	return errUTF8
}

// expect consumes one character of punctuation.
func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		return s.unexpected()
	}
	s.pos++
	return nil
}

// passed consumes what is written as token, if that comes next.
func (s *scanner) passed(token string) bool {
	if len(s.data)-s.pos < len(token) || string(s.data[s.pos:s.pos+len(token)]) != token {
		return false
	}
	s.pos += len(token)
	return true
}

// literal consumes true, false or null.
func (s *scanner) literal(word string) error {
	for i := range len(word) {
		if s.pos == len(s.data) || s.data[s.pos] != word[i] {
			return s.unexpected()
		}
		s.pos++
	}
	return nil
}

// text consumes a string, whose quotation mark comes next, and returns what is between the marks, with its escapes.
func (s *scanner) text() (inner []byte, escaped bool, err error) {
	s.pos++
	for start := s.pos; ; {
		s.pos += plain(s.data[s.pos:])
		if s.pos == len(s.data) {
			return nil, false, errEnd
		}
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return s.data[start : s.pos-1], escaped, nil
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		case c < ' ':
			return nil, false, errSyntax
		default:
			r, size := utf8.DecodeRune(s.data[s.pos:])
			if r == utf8.RuneError && size == 1 {
				return nil, false, s.foreign()
			}
			s.pos += size
		}
	}
}

// plain returns how many characters at the beginning of text are ASCII and stand for themselves in a string. It looks at eight at a
// time: a byte that is less than a space, a quotation mark or a backslash has a bit borrowed from above it, and one that is not ASCII
// has that bit itself.
func plain(text []byte) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	n := 0
	for ; len(text)-n >= 8; n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		found := (w | (w - ' '*each) | (w ^ '"'*each - each) | (w ^ '\\'*each - each)) & high
		if found != 0 { // the lowest is right, whatever it borrowed from those above
			return n + bits.TrailingZeros64(found)/8
		}
	}
	for ; n < len(text); n++ {
		if c := text[n]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
	}
	return n
}

// escape consumes a backslash and what it begins.
func (s *scanner) escape() error {
	rest := s.data[s.pos+1:]
	if len(rest) == 0 {
		s.pos = len(s.data)
		return errEnd
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos += 2
		return nil
	case 'u':
	default:
		return errSyntax
	}
	start := s.pos
	high, err := s.unit()
	if err != nil || high < 0xd800 || high > 0xdfff {
		return err
	}
	low, err := s.unit()
	if err == nil && (high > 0xdbff || low < 0xdc00 || low > 0xdfff) { // no pair of surrogates
		s.pos = start
		err = errSyntax
	}
	return err
}

// unit consumes an escape of four hexadecimal digits, of which no more than the beginning need be there.
func (s *scanner) unit() (unit uint, err error) {
	for i := range 6 {
		if s.pos == len(s.data) {
			return 0, errEnd
		}
		c := s.data[s.pos]
		switch lower := c | 0x20; {
		case i == 0 && c == '\\', i == 1 && c == 'u':
		case i > 1 && isDigit(c):
			unit = unit<<4 | uint(c-'0')
		case i > 1 && 'a' <= lower && lower <= 'f':
			unit = unit<<4 | uint(lower-'a'+10)
		default:
			return 0, errSyntax
		}
		s.pos++
	}
	return unit, nil
}

// number consumes a number, whose first character comes next, and returns it.
func (s *scanner) number() ([]byte, error) {
	start := s.pos
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else if err := s.digits(); err != nil {
		return nil, err
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		if err := s.digits(); err != nil {
			return nil, err
		}
	}
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if err := s.digits(); err != nil {
			return nil, err
		}
	}
	return s.data[start:s.pos], nil
}

// small consumes a number that is plain digits, and so few that every type of numbers holds them exactly. It consumes nothing and
// says no when another one comes.
func (s *scanner) small() (n uint32, ok bool) {
	const most = 9
	end := min(len(s.data), s.pos+most)
	i := s.pos
	for ; i < end && isDigit(s.data[i]); i++ {
		n = n*10 + uint32(s.data[i]-'0')
	}
	if i == s.pos || i == len(s.data) || s.data[s.pos] == '0' && i > s.pos+1 {
		return 0, false
	}
	if c := s.data[i]; isDigit(c) || c == '.' || c|0x20 == 'e' {
		return 0, false
	}
	s.pos = i
	return n, true
}

// digits consumes one digit or more.
func (s *scanner) digits() error {
	start := s.pos
	for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		return s.unexpected()
	}
	return nil
}

// pass consumes any value that is nested at most levels deep.
func (s *scanner) pass(levels int) error {
	switch c := s.peek(); {
	case c == '"':
		_, _, err := s.text()
		return err
	case c == '-' || isDigit(c):
		_, err := s.number()
		return err
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	case c != '{' && c != '[':
		return s.unexpected()
	case levels == 0:
		return errDepth
	case c == '{':
		s.pos++
		return s.passParts('}', levels-1)
	}
	s.pos++
	return s.passParts(']', levels-1)
}

// passParts consumes the members of an object or the items of an array, and its end.
func (s *scanner) passParts(end byte, levels int) error {
	for first := true; ; first = false {
		more, err := s.more(end, first)
		if err != nil || !more {
			return err
		}
		if end == '}' {
			if s.peek() != '"' {
				return s.unexpected()
			}
			if _, _, err := s.text(); err != nil {
				return err
			}
			if err := s.expect(':'); err != nil {
				return err
			}
		}
		if err := s.pass(levels); err != nil {
			return err
		}
	}
}

// more consumes the comma before the next part of an object or an array, unless that is the first one, or its end.
func (s *scanner) more(end byte, first bool) (bool, error) {
	switch c := s.peek(); {
	case c == end:
		s.pos++
		return false, nil
	case first:
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	}
	return false, s.unexpected()
}
