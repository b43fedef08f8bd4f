package schema

import (
	"regexp"
	"regexp/syntax"
	"sync"
)

// pattern is a regular expression. Most in APIs are as plain as ^[A-Z]{3}-[0-9]{4}$: those are matched
// by a loop over runs of characters, several times faster than by package regexp.
type pattern struct {
	text string
	runs []run                 // nil when only expr can tell
	expr func() *regexp.Regexp // compiled when it is first asked for
}

// run is a character class and how often it occurs in a row; max is negative if unlimited.
type run struct {
	class    asciiSet
	min, max int
}

func newPattern(text string) (*pattern, error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	p := &pattern{text: text, runs: plainRuns(tree), expr: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
	if p.runs == nil {
		p.expr() // here rather than in the first request
	}
	return p, nil
}

// pattern returns the pattern of an expression: of a program's many fields, most share a few. The compiler is locked.
func (c *Compiler) pattern(text string) (*pattern, error) {
	if p := c.patterns[text]; p != nil {
		return p, nil
	}
	p, err := newPattern(text)
	if err == nil {
		c.patterns[text] = p
	}
	return p, err
}

func (p *pattern) match(s string) bool {
	if p.runs == nil {
		return p.expr().MatchString(s)
	}
	i := 0
	for n := range p.runs {
		r := &p.runs[n]
		start, end := i, len(s)
		if r.max >= 0 {
			end = min(end, i+r.max)
		}
		for i < end && r.class.has(s[i]) {
			i++
		}
		if i-start < r.min {
			return false
		}
	}
	return i == len(s)
}

// plainRuns takes an expression of the form ^…$ apart, or returns nil when it is not plain: when it contains
// anything but ASCII classes and their repetitions, or when taking as many characters as possible
// could be wrong, because a run of variable length and the next one share a character.
func plainRuns(tree *syntax.Regexp) []run {
	if tree.Op != syntax.OpConcat || len(tree.Sub) < 2 {
		return nil
	}
	parts := tree.Sub
	if parts[0].Op != syntax.OpBeginText || parts[len(parts)-1].Op != syntax.OpEndText {
		return nil
	}
	runs := []run{}
	for _, part := range parts[1 : len(parts)-1] {
		var ok bool
		if runs, ok = appendRuns(runs, part); !ok {
			return nil
		}
	}
	for i := 1; i < len(runs); i++ {
		if previous := &runs[i-1]; previous.min != previous.max && !greedyIsSafe(runs[i-1:]) {
			return nil
		}
	}
	return runs
}

// greedyIsSafe reports whether no character that the first run could take may belong to a later one. Runs that must
// occur end the search: nothing after them can begin earlier.
func greedyIsSafe(runs []run) bool {
	for _, next := range runs[1:] {
		if runs[0].class.intersects(next.class) {
			return false
		}
		if next.min > 0 {
			return true
		}
	}
	return true
}

func appendRuns(runs []run, part *syntax.Regexp) ([]run, bool) {
	switch part.Op {
	case syntax.OpLiteral:
		for _, r := range part.Rune {
			if part.Flags&syntax.FoldCase != 0 || r >= 0x80 {
				return nil, false
			}
			runs = append(runs, run{class: asciiRange(r, r), min: 1, max: 1})
		}
		return runs, true
	case syntax.OpCharClass:
		class, ok := asciiClass(part.Rune)
		return append(runs, run{class: class, min: 1, max: 1}), ok
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		class, ok := appendRuns(nil, part.Sub[0])
		if !ok || len(class) != 1 || class[0].min != 1 || class[0].max != 1 {
			return nil, false
		}
		r := run{class: class[0].class, min: part.Min, max: part.Max}
		switch part.Op {
		case syntax.OpStar:
			r.min, r.max = 0, -1
		case syntax.OpPlus:
			r.min, r.max = 1, -1
		case syntax.OpQuest:
			r.min, r.max = 0, 1
		}
		return append(runs, r), true
	}
	return nil, false
}

// asciiSet is a set of ASCII characters.
type asciiSet [2]uint64

func (a *asciiSet) has(c byte) bool { return c < 0x80 && a[c>>6]&(1<<(c&63)) != 0 }

func (a asciiSet) intersects(b asciiSet) bool { return a[0]&b[0]|a[1]&b[1] != 0 }

func asciiRange(low, high rune) (set asciiSet) {
	for c := low; c <= high; c++ {
		set[c>>6] |= 1 << (c & 63)
	}
	return set
}

// asciiClass unites the ranges that package syntax lists as pairs.
func asciiClass(pairs []rune) (set asciiSet, ok bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] >= 0x80 {
			return set, false
		}
		part := asciiRange(pairs[i], pairs[i+1])
		set[0], set[1] = set[0]|part[0], set[1]|part[1]
	}
	return set, true
}
