package schema

import (
	"bytes"
	"errors"
	"math"
	"strconv"
)

var errNotInteger = errors.New("not an integer")

// parseInt returns the value of a JSON number as an int64. Like JSON Schema it takes every number with an
// integral value for an integer, 1.0 and 1e2 too.
func parseInt(text []byte) (int64, error) {
	negative, magnitude, err := parseInteger(text)
	switch {
	case err != nil:
		return 0, err
	case negative && magnitude <= 1<<63:
		return -int64(magnitude), nil
	case !negative && magnitude <= math.MaxInt64:
		return int64(magnitude), nil
	}
	return 0, errOutOfRange
}

// parseUint is parseInt for a uint64. Negative zero is zero.
func parseUint(text []byte) (uint64, error) {
	negative, magnitude, err := parseInteger(text)
	if err == nil && negative && magnitude != 0 {
		err = errOutOfRange
	}
	return magnitude, err
}

func parseFloat(text []byte) (float64, error) {
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, errOutOfRange // the text is a JSON number, so nothing else can be wrong
	}
	return f, nil
}

// parseInteger returns sign and magnitude of a JSON number. Nearly all are a few plain digits.
func parseInteger(text []byte) (negative bool, magnitude uint64, err error) {
	digits, negative := bytes.CutPrefix(text, []byte("-"))
	if len(digits) > 19 { // more could overflow
		magnitude, err = parseLong(digits)
		return negative, magnitude, err
	}
	for _, c := range digits {
		if !isDigit(c) {
			magnitude, err = parseLong(digits)
			return negative, magnitude, err
		}
		magnitude = magnitude*10 + uint64(c-'0')
	}
	return negative, magnitude, nil
}

// parseLong handles fractions, exponents and many digits without ever building the number that
// an exponent such as 1e999999999 asks for.
func parseLong(text []byte) (uint64, error) {
	mantissa, exponent := text, 0
	if i := bytes.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponent = text[:i], parseExponent(text[i+1:])
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits := bytes.TrimLeft(append(bytes.Clone(whole), fraction...), "0")
	exponent -= len(fraction)
	significant := bytes.TrimRight(digits, "0")
	exponent += len(digits) - len(significant)
	switch {
	case len(significant) == 0:
		return 0, nil
	case exponent < 0:
		return 0, errNotInteger
	case len(significant)+exponent > 20: // the largest uint64 has 20 digits
		return 0, errOutOfRange
	}
	magnitude, err := strconv.ParseUint(string(append(significant, bytes.Repeat([]byte("0"), exponent)...)), 10, 64)
	if err != nil {
		return 0, errOutOfRange
	}
	return magnitude, nil
}

// parseExponent saturates far beyond what any document's digits could make up for.
func parseExponent(text []byte) int {
	const limit = 1 << 40
	exponent, err := strconv.Atoi(string(text))
	if err != nil {
		exponent = limit
		if text[0] == '-' {
			exponent = -limit
		}
	}
	return min(max(exponent, -limit), limit)
}

// isNumber reports whether text is a number in the grammar of RFC 8259, section 6.
func isNumber(text string) bool {
	i := 0
	digits := func() bool {
		start := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		return i > start
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	if start := i; !digits() || text[start] == '0' && i > start+1 {
		return false
	}
	if i < len(text) && text[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(text)
}
