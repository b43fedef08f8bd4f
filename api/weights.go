package api

import "strings"

// weighted is an item of a list with weights.
type weighted struct {
	name   string // in lower case
	weight int    // 0 to 1000
}

// maxChoices is how many items of a list are looked at.
const maxChoices = 64

// parseWeights reads fields such as Accept and Accept-Encoding (RFC 9110, section 12.4.2). Items that are not well formed are left out.
func parseWeights(fields []string) []weighted {
	list := make([]weighted, 0, 8)
	for _, field := range fields {
		for field != "" && len(list) < maxChoices {
			var item string
			item, field = cutUnquoted(field, ',')
			if w, ok := parseWeighted(item); ok {
				list = append(list, w)
			}
		}
	}
	return list
}

// parseWeighted reads one item. What stands behind the weight is of no account.
func parseWeighted(item string) (w weighted, ok bool) {
	name, params := cutUnquoted(item, ';')
	w = weighted{name: strings.ToLower(strings.Trim(name, " \t")), weight: 1000}
	if w.name == "" || strings.ContainsAny(w.name, "\" \t") {
		return w, false
	}
	for params != "" {
		var param string
		param, params = cutUnquoted(params, ';')
		if key, value, _ := strings.Cut(strings.Trim(param, " \t"), "="); strings.EqualFold(key, "q") {
			w.weight, ok = parseWeight(value)
			return w, ok
		}
	}
	return w, true
}

// parseWeight reads a number from 0 to 1 with at most three digits behind the point, in thousandths.
func parseWeight(text string) (thousandths int, ok bool) {
	whole, digits, _ := strings.Cut(text, ".")
	if whole != "0" && whole != "1" || len(digits) > 3 {
		return 0, false
	}
	n := int(whole[0] - '0')
	for i := range 3 {
		n *= 10
		switch {
		case i >= len(digits):
		case digits[i] < '0' || digits[i] > '9':
			return 0, false
		default:
			n += int(digits[i] - '0')
		}
	}
	return n, n <= 1000
}

// cutUnquoted cuts a text at the first separator that stands in no quoted string.
func cutUnquoted(text string, separator byte) (before, after string) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == separator && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

// exactWeight returns the weight of a name in a list, the largest where it stands there more than once.
func exactWeight(list []weighted, name string) (weight int, named bool) {
	for _, w := range list {
		if w.name == name {
			weight, named = max(weight, w.weight), true
		}
	}
	return weight, named
}

// weigh returns the weight of a media type in a list: that of the most exact range counts. Parameters of a range do not.
func weigh(list []weighted, mediaType string) int {
	kind, _, _ := strings.Cut(mediaType, "/")
	for _, name := range [...]string{mediaType, kind + "/*", "*/*"} {
		if q, named := exactWeight(list, name); named {
			return q
		}
	}
	return 0
}

// weighCoding returns the weight of a content coding in a list: that of its name, or of "*". Named reports whether one of them is there.
func weighCoding(list []weighted, name string) (weight int, named bool) {
	if weight, named = exactWeight(list, name); named {
		return weight, true
	}
	if name == "gzip" { // which has an older name, too (RFC 9110, section 8.4.1.3)
		if weight, named = exactWeight(list, "x-gzip"); named {
			return weight, true
		}
	}
	return exactWeight(list, "*")
}
