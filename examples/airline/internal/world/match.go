package world

import "strings"

// entry is what Search reads of one airport: folded text and a place on the
// sphere. All texts of a World are parts of one string, so that a search walks
// through memory in order.
type entry struct {
	words string // " iata icao city name country", a space before every word
	city  string
	name  string
	at    Vector
	rank  uint64 // the part of the rank that no query changes
}

// The classes of match, best first.
const (
	wholeCode = iota
	wholeField
	prefix
	words
	part
	none
)

// makeEntries folds the texts of all airports.
func makeEntries(airports []Airport) []entry {
	type span struct{ start, city, name, country, end int }
	spans := make([]span, len(airports))
	folded := make([]byte, 0, 72*len(airports))
	add := func(text string) int {
		folded = append(folded, ' ')
		start := len(folded)
		folded = appendFolded(folded, text)
		return start
	}
	for i := range airports {
		a, s := &airports[i], &spans[i]
		s.start = add(a.IATA) - 1
		add(a.ICAO)
		s.city = add(a.City)
		s.name = add(a.Name)
		s.country = add(a.CountryName)
		s.end = len(folded)
	}
	text := string(folded)
	entries := make([]entry, len(airports))
	for i, s := range spans {
		a := &airports[i]
		entries[i] = entry{
			words: text[s.start:s.end],
			city:  text[s.city : s.name-1],
			name:  text[s.name : s.country-1],
			at:    a.Point().Vector(),
			rank:  (7-a.importance())<<16 | uint64(0xffff-min(max(a.RunwayFeet, 0), 0xffff)),
		}
	}
	return entries
}

// textQuery is a folded Query.Text.
type textQuery struct {
	whole string
	words []string // each with a space before it, so that it is found at a word's beginning
}

// parseText folds the text; it is false for text without a letter or digit.
func parseText(text string) (textQuery, bool) {
	whole := fold(text)
	if whole == "" {
		return textQuery{}, text == ""
	}
	t := textQuery{whole: whole}
	for word := range strings.FieldsSeq(whole) {
		t.words = append(t.words, " "+word)
	}
	return t, true
}

// match ranks the airport for the text. The better of the two matches of city and
// name counts first, then the airport's importance, then the other match, so that
// of two London airports the one that is called London precedes, then the longer
// runway.
func (e *entry) match(t textQuery) (rank uint64, ok bool) {
	if t.whole == "" {
		return e.rank, true
	}
	for _, word := range t.words {
		if !strings.Contains(e.words, word[1:]) {
			return 0, false
		}
	}
	best, other := e.classes(t)
	if best == none {
		return 0, false
	}
	return best<<24 | e.rank>>16<<20 | other<<16 | e.rank&0xffff, true
}

// classes returns the class of the best match and that of the other one.
func (e *entry) classes(t textQuery) (best, other uint64) {
	if e.hasCode(t.whole) {
		return wholeCode, none
	}
	city, name := classOf(e.city, t.whole), classOf(e.name, t.whole)
	if best, other = min(city, name), max(city, name); best <= prefix {
		return best, other
	}
	for _, word := range t.words {
		if !strings.Contains(e.words, word) {
			return part, none // every word is somewhere, as match has seen
		}
	}
	return words, none
}

// hasCode reports whether the words begin with code as their IATA or ICAO code.
func (e *entry) hasCode(code string) bool {
	switch len(code) {
	case 3:
		return e.words[1:4] == code
	case 4:
		return strings.HasPrefix(e.words[4:], " "+code)
	}
	return false
}

func classOf(field, text string) uint64 {
	switch {
	case field == text:
		return wholeField
	case strings.HasPrefix(field, text):
		return prefix
	}
	return none
}
