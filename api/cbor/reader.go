package cbor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// The major types (RFC 8949, section 3.1).
const (
	majorUnsigned = iota
	majorNegative
	majorBytes
	majorText
	majorArray
	majorMap
	majorTag
	majorSimple
)

// indefinite is the additional information of an item whose length is not said, and with majorSimple the break that ends it.
const indefinite = 31

var errUTF8 = errors.New("a text is not UTF-8")

// reader walks over a document that the library has found to be well-formed: every head is whole, and every length is there.
type reader struct {
	data []byte
}

// head is the beginning of an item.
type head struct {
	major, info byte
	argument    uint64 // of an indefinite item: nothing
}

// next returns the major type of what comes next.
func (r *reader) next() byte { return r.data[0] >> 5 }

// head consumes a head.
func (r *reader) head() head {
	h := head{major: r.next(), info: r.data[0] & 0x1f}
	r.data = r.data[1:]
	switch h.info {
	case 24:
		h.argument = uint64(r.take(1)[0])
	case 25:
		h.argument = uint64(binary.BigEndian.Uint16(r.take(2)))
	case 26:
		h.argument = uint64(binary.BigEndian.Uint32(r.take(4)))
	case 27:
		h.argument = binary.BigEndian.Uint64(r.take(8))
	default:
		h.argument = uint64(h.info)
	}
	return h
}

// take consumes n bytes.
func (r *reader) take(n uint64) []byte {
	taken := r.data[:n:n]
	r.data = r.data[n:]
	return taken
}

// ended reports whether an array or a map, of which n items were read, has no more. It consumes the break.
func (r *reader) ended(h head, n uint64) bool {
	if h.info != indefinite {
		return n == h.argument
	}
	if r.data[0] == majorSimple<<5|indefinite {
		r.data = r.data[1:]
		return true
	}
	return false
}

// content consumes what a byte or text string of the head h holds. It is a part of the document, unless that has it in pieces.
func (r *reader) content(h head) ([]byte, error) {
	if h.info != indefinite {
		return valid(h.major, r.take(h.argument))
	}
	var whole []byte
	for !r.ended(h, 0) {
		piece, err := valid(h.major, r.take(r.head().argument))
		if err != nil {
			return nil, err
		}
		whole = append(whole, piece...)
	}
	return whole, nil
}

// valid refuses text, or a piece of one, that is not UTF-8.
func valid(major byte, content []byte) ([]byte, error) {
	if major == majorText && !utf8.Valid(content) {
		return nil, errUTF8
	}
	return content, nil
}

// float returns the number of a float of two, four or eight bytes. The library lets neither NaN nor the infinities pass.
func (h head) float() (float64, error) {
	switch h.info {
	case 25:
		return half(uint16(h.argument)), nil
	case 26:
		return float64(math.Float32frombits(uint32(h.argument))), nil
	case 27:
		return math.Float64frombits(h.argument), nil
	}
	return 0, fmt.Errorf("JSON has no word for the simple value %d", h.argument)
}

// half reads a float of two bytes (RFC 8949, appendix D).
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	f := math.Ldexp(fraction+1024, exponent-25)
	if exponent == 0 {
		f = math.Ldexp(fraction, -24)
	}
	return math.Copysign(f, 1-2*float64(bits>>15))
}
