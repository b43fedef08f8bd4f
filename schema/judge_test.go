package schema_test

import (
	"bytes"
	"encoding/base64"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vade-go/vade/schema"
)

// subject is one Go type before two judges: ours, and an independent validator that knows only the emitted schema.
type subject struct {
	name  string
	typ   reflect.Type
	ours  *schema.Schema
	judge *jsonschema.Schema
	seeds []string
	apart bool // the library knows nothing of defaults, nor of a null in an Opt
}

func subjects(tb testing.TB) []subject {
	c := schema.NewCompiler()
	return []subject{
		newSubject[newOrder](tb, c, orderSeeds()), newSubject[numbers](tb, c, numberSeeds()),
		newSubject[texts](tb, c, textSeeds()), newSubject[moments](tb, c, momentSeeds()),
		newSubject[patch](tb, c, patchSeeds()), newSubject[tree](tb, c, treeSeeds()),
		newSubject[page[lineItem]](tb, c, pageSeeds()), newSubject[bill](tb, c, billSeeds()),
	}
}

func newSubject[T any](tb testing.TB, c *schema.Compiler, seeds []string) subject {
	tb.Helper()
	t := reflect.TypeFor[T]()
	s, err := c.Compile(t)
	if err != nil {
		tb.Fatal(err)
	}
	_, texts := reflect.Zero(t).Interface().(texts)
	_, patch := reflect.Zero(t).Interface().(patch)
	return subject{t.Name(), t, s, judgeOf(tb, s), seeds, texts || patch}
}

// judgeOf compiles the emitted schema as draft 2020-12 with formats and contents asserted.
func judgeOf(tb testing.TB, s *schema.Schema) *jsonschema.Schema {
	tb.Helper()
	var d schema.Definitions
	root := s.JSON(&d)
	text := fmt.Sprintf(`{"$schema":"https://json-schema.org/draft/2020-12/schema","allOf":[%s],"schemas":%s}`, root, d.JSON())
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	for _, f := range numberFormats() {
		c.RegisterFormat(f)
	}
	c.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: strictDateTime})
	c.RegisterContentEncoding(&jsonschema.Decoder{Name: "base64", Decode: strictBase64})
	if err := c.AddResource("memory:root", doc); err != nil {
		tb.Fatal(err)
	}
	compiled, err := c.Compile("memory:root")
	if err != nil {
		tb.Fatalf("the emitted schema does not compile: %v\n%s", err, text)
	}
	return compiled
}

// numberFormats are those of the OpenAPI format registry, which the judge does not know.
func numberFormats() []*jsonschema.Format {
	var formats []*jsonschema.Format
	for _, bits := range []int{8, 16, 32, 64} {
		integral := func(v any, parse func(string) error) error {
			n, ok := v.(stdjson.Number)
			if !ok {
				return nil
			}
			r, ok := parseRat(string(n))
			if !ok {
				return errors.New("not a number")
			}
			return parse(r)
		}
		formats = append(formats,
			&jsonschema.Format{Name: "int" + strconv.Itoa(bits), Validate: func(v any) error {
				return integral(v, func(s string) error { _, err := strconv.ParseInt(s, 10, bits); return err })
			}},
			&jsonschema.Format{Name: "uint" + strconv.Itoa(bits), Validate: func(v any) error {
				return integral(v, func(s string) error { _, err := strconv.ParseUint(s, 10, bits); return err })
			}})
	}
	for name, bits := range map[string]int{"float": 32, "double": 64} {
		formats = append(formats, &jsonschema.Format{Name: name, Validate: func(v any) error {
			n, ok := v.(stdjson.Number)
			if !ok {
				return nil
			}
			_, err := strconv.ParseFloat(string(n), bits)
			return err
		}})
	}
	return formats
}

var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

func strictDateTime(v any) error {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	if !dateTime.MatchString(s) {
		return errors.New("not RFC 3339")
	}
	_, err := time.Parse(time.RFC3339, s)
	return err
}

func strictBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("line break")
	}
	return base64.StdEncoding.DecodeString(s)
}

// beyond tells documents where the two may differ by design: a decimal is held to the rules as the float64 or
// duration that the Go type keeps.
var beyond = regexp.MustCompile(`[0-9.]{17,}[.eE]|[.][0-9]{15,}|[eE][+-]?[0-9]{3,}|[0-9]{5,}[.]?[0-9]*(ns|us|µs|ms|s|m|h)|\\u00[bB]5`)

// agree holds both judges to each other on one document, and a valid value to Check and to a round trip. It
// returns the verdict.
func agree(t *testing.T, s subject, data []byte) (valid bool) {
	t.Helper()
	v := reflect.New(s.typ)
	found, err := s.ours.Decode(data, v.Elem())
	if err != nil || beyond.Match(data) {
		return false
	}
	if slices.ContainsFunc(found, func(v schema.Violation) bool { return v.Code == schema.CodeDepth }) {
		return false // JSON Schema knows nothing of where a discriminator stands
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: we took %s for well-formed: %v", s.name, data, err)
	}
	verdict := s.judge.Validate(doc)
	if (verdict == nil) != (len(found) == 0) {
		t.Fatalf("%s: %s\nours: %v\njudge: %v", s.name, data, found, verdict)
	}
	if len(found) > 0 {
		return false
	}
	if found := s.ours.Check(v.Elem()); len(found) > 0 {
		t.Fatalf("%s: Check objects to what Decode accepts: %v\n%s", s.name, found, data)
	}
	written, err := json.Marshal(v.Interface(), schema.JSONOptions())
	if err != nil {
		t.Fatalf("%s: %v\n%s", s.name, err, data)
	}
	again := reflect.New(s.typ)
	if found, err := s.ours.Decode(written, again.Elem()); err != nil || len(found) > 0 {
		t.Fatalf("%s: round trip of %s gave %s: %v %v", s.name, data, written, found, err)
	}
	return true
}

func TestOurVerdictIsThatOfAnIndependentValidator(t *testing.T) {
	t.Parallel()
	for _, s := range subjects(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(len(s.name))))
			valid := 0
			for i, seed := range s.seeds { // the first one is valid, so changes of it are worth most
				agree(t, s, []byte(seed))
				for range 4000 / (i + 1) {
					if agree(t, s, mutate(t, r, seed)) {
						valid++
					}
				}
			}
			if valid < 50 {
				t.Errorf("only %d mutated documents were valid: the test proves little", valid)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	all := subjects(f)
	for i, s := range all {
		for _, seed := range s.seeds {
			f.Add(uint8(i), []byte(seed))
		}
	}
	f.Add(uint8(0), []byte("{\"note\":\"\xff\"}"))
	f.Add(uint8(3), []byte(strings.Repeat("[", 100)))
	f.Fuzz(func(t *testing.T, i uint8, data []byte) {
		agree(t, all[int(i)%len(all)], data)
	})
}

// mutate changes a few places of a document.
func mutate(t *testing.T, r *rand.Rand, seed string) []byte {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(seed))
	if err != nil {
		t.Fatal(err)
	}
	for range 1 + r.IntN(2)*r.IntN(3) {
		doc = change(r, doc)
	}
	data, err := stdjson.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// change walks to a random place and replaces, removes or adds something there.
func change(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		if len(names) == 0 || r.IntN(8) == 0 {
			v[pick(r, "a", "b", "extra", "name", "sku", "")] = scalar(r)
			return v
		}
		slices.Sort(names)
		name := names[r.IntN(len(names))]
		switch r.IntN(8) {
		case 0:
			delete(v, name)
		default:
			v[name] = change(r, v[name])
		}
		return v
	case []any:
		if len(v) == 0 || r.IntN(5) == 0 {
			return append(v, scalar(r))
		}
		i := r.IntN(len(v))
		switch r.IntN(5) {
		case 0:
			return append(v, v[i])
		case 1:
			return append(v[:i:i], v[i+1:]...)
		}
		v[i] = change(r, v[i])
		return v
	case string:
		switch r.IntN(5) {
		case 0:
			return v + pick(r, "a", "é", "1", "-", "=", "Z", "s", "\n")
		case 1:
			return strings.TrimSuffix(v, lastRune(v))
		case 2:
			return strings.ToUpper(v)
		}
	case stdjson.Number:
		if f, err := v.Float64(); err == nil && r.IntN(2) == 0 {
			return stdjson.Number(strconv.FormatFloat(f+pick(r, 1, -1, 0.5, 0.01, 5, -100), 'f', -1, 64))
		}
	}
	return scalar(r)
}

func scalar(r *rand.Rand) any {
	return pick[any](r, nil, true, false, "", "a", "one", "x", "1", "2024-01-01", "::", "1h", []any{}, map[string]any{},
		stdjson.Number("0"), stdjson.Number("1"), stdjson.Number("-1"), stdjson.Number("1.0"), stdjson.Number("2.5"), stdjson.Number("1e2"),
		stdjson.Number("300"), stdjson.Number("70000"), stdjson.Number("5000000000"), stdjson.Number("99999999999999999999"))
}

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

func lastRune(s string) string {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[len(s)-size:]
}

// parseRat writes a JSON number as plain digits if it is integral.
func parseRat(text string) (string, bool) {
	r, ok := new(big.Rat).SetString(text)
	if !ok || !r.IsInt() {
		return "", false
	}
	return r.Num().String(), true
}
