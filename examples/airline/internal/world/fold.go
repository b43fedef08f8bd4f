package world

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings text into the form in which it is searched: lower case, letters and
// digits only, no diacritics, words separated by one space. "Genève–Cointrin" and
// "GENEVE cointrin" fold alike.
func fold(text string) string { return string(appendFolded(nil, text)) }

// appendFolded appends the folded text to dst.
func appendFolded(dst []byte, text string) []byte {
	start := len(dst)
	if !isASCII(text) {
		text = norm.NFKD.String(text) // diacritics become marks of their own, dropped below
	}
	gap := false
	for _, r := range text {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case r == '\'' || r == '’' || r == '‘' || r == 'ʻ' || r == '.' || unicode.Is(unicode.Mn, r):
			continue // "O'Hare" is one word, "St. Gallen" two
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			r = unicode.ToLower(r)
		default:
			gap = true
			continue
		}
		if gap && len(dst) > start {
			dst = append(dst, ' ')
		}
		gap = false
		if r < utf8.RuneSelf {
			dst = append(dst, byte(r))
		} else {
			dst = appendLetter(dst, r)
		}
	}
	return dst
}

// appendLetter appends a letter beyond ASCII, spelling out the Latin ones that
// Unicode does not decompose.
func appendLetter(dst []byte, r rune) []byte {
	switch r {
	case 'ø':
		return append(dst, 'o')
	case 'ł':
		return append(dst, 'l')
	case 'đ', 'ð':
		return append(dst, 'd')
	case 'ħ':
		return append(dst, 'h')
	case 'ı':
		return append(dst, 'i')
	case 'ŋ':
		return append(dst, 'n')
	case 'ə':
		return append(dst, 'a')
	case 'æ':
		return append(dst, "ae"...)
	case 'œ':
		return append(dst, "oe"...)
	case 'ß':
		return append(dst, "ss"...)
	case 'þ':
		return append(dst, "th"...)
	}
	return utf8.AppendRune(dst, r)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
