package schema

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
)

// number is the widest Go type of each family; narrower ones only narrow the range.
type number interface{ int64 | uint64 | float64 }

// numberRules are the constraints of a number. They hold for the value that the Go type keeps.
type numberRules[T number] struct {
	min, max, above, below *T
	multiple               *T
	divides                func(n, multiple T) bool
	enum                   []T
	listed                 string // the values of enum, as a message says them
}

func (n *numberRules[T]) check(r *report, value T) {
	if n.min != nil && value < *n.min {
		r.add(CodeMinimum, "must be at least %v", *n.min)
	}
	if n.max != nil && value > *n.max {
		r.add(CodeMaximum, "must be at most %v", *n.max)
	}
	if n.above != nil && value <= *n.above {
		r.add(CodeExclusiveMinimum, "must be greater than %v", *n.above)
	}
	if n.below != nil && value >= *n.below {
		r.add(CodeExclusiveMaximum, "must be less than %v", *n.below)
	}
	if n.multiple != nil && !n.divides(value, *n.multiple) {
		r.add(CodeMultipleOf, "must be a multiple of %v", *n.multiple)
	}
	if n.enum != nil && !slices.Contains(n.enum, value) {
		r.add(CodeEnum, "must be one of %s", n.listed)
	}
}

func (n *numberRules[T]) describe(k keywords) keywords {
	for _, bound := range []struct {
		name  string
		value *T
	}{
		{"minimum", n.min}, {"maximum", n.max}, {"exclusiveMinimum", n.above},
		{"exclusiveMaximum", n.below}, {"multipleOf", n.multiple},
	} {
		if bound.value != nil {
			k = k.with(bound.name, *bound.value)
		}
	}
	if n.enum != nil {
		k = k.with("enum", n.enum)
	}
	return k
}

// numberNode is the schema of a Go number. Its closures know the Go kind.
type numberNode[T number] struct {
	want  string                    // completes "must be …"
	form  func(k keywords) keywords // adds the schema of the Go type, without the rules
	rules numberRules[T]
	parse func(text []byte) (T, error) // of a JSON number
	get   func(reflect.Value) (T, error)
	set   func(reflect.Value, T) error
}

func (n *numberNode[T]) decode(d *decoder, v reflect.Value) error {
	if c := d.peek(); c != '-' && !isDigit(c) {
		return d.mismatch(n.want)
	}
	if value, ok := d.small(); ok {
		n.keep(&d.report, T(value), v)
		return nil
	}
	raw, err := d.number()
	if err != nil {
		return err
	}
	n.store(&d.report, raw, v)
	return nil
}

func (n *numberNode[T]) store(r *report, text []byte, v reflect.Value) {
	value, err := n.parse(text)
	switch {
	case err == nil:
		n.keep(r, value, v)
	case errors.Is(err, errOutOfRange):
		r.add(CodeRange, "must fit %s", v.Kind())
	default:
		r.add(CodeType, "must be %s", n.want)
	}
}

// keep sets v to a value and holds it to the rules.
func (n *numberNode[T]) keep(r *report, value T, v reflect.Value) {
	if err := n.set(v, value); err != nil {
		r.add(CodeRange, "must fit %s", v.Kind())
		return
	}
	found := len(r.found)
	n.rules.check(r, value)
	if v.Kind() == reflect.Float32 && len(r.found) == found {
		n.check(r, v) // it may have been rounded beyond a bound
	}
}

func (n *numberNode[T]) check(r *report, v reflect.Value) {
	value, err := n.get(v)
	if err != nil {
		r.add(CodeType, "must be %s", n.want)
		return
	}
	n.rules.check(r, value)
}

func (n *numberNode[T]) describe(_ *Definitions, k keywords) keywords {
	return n.rules.describe(n.form(k))
}

func (n *numberNode[T]) textual() bool    { return true }
func (n *numberNode[T]) repeatable() bool { return false }

func (n *numberNode[T]) encodeText(values []string, v reflect.Value) ([]string, error) {
	switch {
	case v.CanInt():
		return append(values, strconv.FormatInt(v.Int(), 10)), nil
	case v.CanUint():
		return append(values, strconv.FormatUint(v.Uint(), 10)), nil
	}
	if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errNoText
	}
	return append(values, strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())), nil
}

func (n *numberNode[T]) decodeText(r *report, values []string, v reflect.Value) {
	text, ok := single(r, values)
	if !ok {
		return
	}
	if !isNumber(text) {
		r.add(CodeType, "must be %s", n.want)
		return
	}
	n.store(r, []byte(text), v)
}

// isMultiple compares decimal values, because 0.3 is a multiple of 0.1 to everyone but binary arithmetic.
func isMultiple(n, multiple float64) bool {
	quotient := new(big.Rat).Quo(decimal(n), decimal(multiple))
	return quotient.IsInt()
}

// decimal returns the shortest decimal that stands for f; its exponent is small, as that of every float64 is.
func decimal(f float64) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	return r
}

// boolNode is the schema of a Go bool.
type boolNode struct{}

const wantBool = "true or false"

func (n boolNode) decode(d *decoder, v reflect.Value) error {
	switch d.peek() {
	case 't':
		v.SetBool(true)
		return d.literal("true")
	case 'f':
		v.SetBool(false)
		return d.literal("false")
	}
	return d.mismatch(wantBool)
}

func (n boolNode) check(*report, reflect.Value) {}

func (n boolNode) describe(_ *Definitions, k keywords) keywords { return k.set("type", `"boolean"`) }

func (n boolNode) textual() bool    { return true }
func (n boolNode) repeatable() bool { return false }

func (n boolNode) encodeText(values []string, v reflect.Value) ([]string, error) {
	return append(values, strconv.FormatBool(v.Bool())), nil
}

func (n boolNode) decodeText(r *report, values []string, v reflect.Value) {
	text, ok := single(r, values)
	switch {
	case !ok:
	case text == "true" || text == "false":
		v.SetBool(text == "true")
	default:
		r.add(CodeType, "must be %s", wantBool)
	}
}
