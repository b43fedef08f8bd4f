package schema_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade/schema"
)

type badTags struct {
	Pattern  string            `pattern:"["`
	Format   string            `format:"postcode"`
	Text     string            `minimum:"1"`
	Number   int               `minLength:"1" minimum:"x" maximum:"1.5"`
	Small    int8              `maximum:"1000"`
	Crossed  int               `minimum:"5" maximum:"4"`
	Lengths  string            `minLength:"-1" maxLength:"many"`
	Order    string            `minLength:"5" maxLength:"4"`
	Multiple float64           `multipleOf:"0"`
	Typo     string            `min_length:"1" maxlength:"2"`
	Default  int               `default:"ten"`
	Broken   int               `default:"5" maximum:"4"`
	Example  string            `example:"x" minLength:"2"`
	Flag     string            `deprecated:"yes"`
	Twice    string            `enum:"a,b,a"`
	Unique   []lineItem        `uniqueItems:"true"`
	Bool     bool              `enum:"true"`
	Time     time.Time         `format:"date"`
	Map      map[string]string `minItems:"1"`
	Struct   lineItem          `minProperties:"1"`
}

type Start struct{}

func (Start) Validate(context.Context) error { return nil }

type Finish struct{}

func (Finish) Validate(context.Context) error { return nil }

type race struct {
	Start
	Finish
	Name string `json:"name"`
}

type refereed struct {
	Start
	Finish
	Name string `json:"name"`
}

func (refereed) Validate(context.Context) error { return nil }

func TestRulesThatWouldBeLostAreMistakes(t *testing.T) {
	t.Parallel()
	type written struct {
		Note schema.Opt[string]  `json:"note"`
		Seat schema.Null[string] `json:"seat,omitempty"`
	}
	type started struct {
		Start Start  `json:",embed"`
		Name  string `json:"name"`
	}
	for typ, wants := range map[reflect.Type][]string{
		reflect.TypeFor[started]():  {"started.Start: Go does not promote the Validate method of schema_test.Start"},
		reflect.TypeFor[written]():  {"written.Note: add the json option omitzero", "written.Seat: add the json option omitzero"},
		reflect.TypeFor[race]():     {"race embeds several types with a Validate method", "Start and Finish"},
		reflect.TypeFor[refereed](): nil,
	} {
		_, err := schema.NewCompiler().Compile(typ)
		if (err == nil) != (wants == nil) {
			t.Errorf("%s: %v", typ, err)
		}
		for _, want := range wants {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is missing in: %v", typ, want, err)
			}
		}
	}
}

func TestBadTagsAreAllReportedWithTypeAndField(t *testing.T) {
	t.Parallel()
	_, err := schema.NewCompiler().Compile(reflect.TypeFor[badTags]())
	if err == nil {
		t.Fatal("bad tags passed")
	}
	for _, want := range []string{
		"badTags.Pattern: pattern: ", `badTags.Format: format: there is no format "postcode"`, "badTags.Text: minimum: does not apply to string",
		"badTags.Number: minLength: does not apply to int", `badTags.Number: minimum: "x" is not a value of the type`,
		`badTags.Number: maximum: "1.5" is not`, `badTags.Small: maximum: "1000" is not`, "badTags.Crossed: minimum: 5 is more than maximum 4",
		`badTags.Lengths: minLength: "-1" is not`, `badTags.Lengths: maxLength: "many"`, "badTags.Order: minLength: 5 is more than",
		"badTags.Multiple: multipleOf: must be greater than 0", "badTags.Typo: tag min_length: write minLength",
		"badTags.Typo: tag maxlength: write maxLength", `badTags.Flag: deprecated: "yes"`, `badTags.Twice: enum: "a" is listed twice`,
		"badTags.Unique: uniqueItems: ", "badTags.Bool: enum: does not apply to bool", "badTags.Time: format: does not apply to time.Time",
		"badTags.Map: minItems: does not apply", "badTags.Struct: minProperties: does not apply",
	} {
		if !strings.Contains(err.Error(), "schema: schema_test."+want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
	var one *schema.DeclarationError
	if !errors.As(err, &one) || one.Where == "" {
		t.Errorf("%T is no DeclarationError", err)
	}
}

func TestDefaultsAndExamplesKeepTheirOwnRules(t *testing.T) {
	t.Parallel()
	type bad struct {
		Default int    `default:"ten"`
		Broken  int    `default:"5" maximum:"4"`
		Example string `example:"x" minLength:"2"`
		Struct  base   `default:"{}"`
	}
	_, err := schema.NewCompiler().Compile(reflect.TypeFor[bad]())
	for _, want := range []string{"bad.Default: default: ", "bad.Broken: default: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

type (
	loop     []loop
	loopMap  map[string]loopMap
	optional = schema.Opt[int]

	// Embedded and Embedded2 write themselves; embedding both promotes neither method.
	Embedded  struct{}
	Embedded2 struct{}
)

func (Embedded) MarshalJSON() ([]byte, error)  { return []byte("{}"), nil }
func (Embedded2) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func TestJSONTagsThatCannotBeWrittenAreMistakes(t *testing.T) {
	t.Parallel()
	type bad struct {
		Case   int `json:"case,omitZero"`
		Typo   int `json:"typo,omitzeros"`
		Comma  int `json:"comma,"`
		Quoted int `json:"'quoted'"`
		First  int `json:"Second"`
		Second int
	}
	_, err := schema.NewCompiler().Compile(reflect.TypeFor[bad]())
	for _, want := range []string{
		"bad.Case: json option omitZero is not supported", "bad.Typo: json option omitzeros is not supported",
		`bad.Comma: json option "" is not supported`,
		`bad.Quoted: json name "'quoted'" has a backslash or a quote`, `bad.Second: another field has the JSON name "Second" too`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

// What is left out would be something else for whoever reads it, and for a call in the same process something else again.
func TestADefaultAndBeingAbsentContradictEachOther(t *testing.T) {
	t.Parallel()
	type bad struct {
		Opt   schema.Opt[int]  `json:"opt,omitzero" default:"1"`
		Null  schema.Null[int] `json:"null,omitzero" default:"1"`
		Zero  int              `json:"zero,omitzero" default:"1"`
		Empty string           `json:"empty,omitempty" default:"x"`
	}
	_, err := schema.NewCompiler().Compile(reflect.TypeFor[bad]())
	for _, want := range []string{
		"bad.Opt: default: a value with a default is never absent", "bad.Null: default: a value with a default is never absent",
		"bad.Zero: default: a value that is not written", "bad.Empty: default: a value that is not written",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

func TestTypesWithoutAJSONFormAreNamed(t *testing.T) {
	t.Parallel()
	type bad struct {
		Chan     chan int
		Func     func() `json:"f"`
		Complex  []complex128
		Deep     map[string][]chan int
		Keys     map[int]string
		Iface    error
		Loop     loop
		LoopMap  loopMap
		Items    []optional
		Mutex    sync.Mutex
		Stringed int `json:",string"`
		time.Month
		Embedded
		Embedded2
	}
	_, err := schema.NewCompiler().Compile(reflect.TypeFor[bad]())
	if err == nil {
		t.Fatal("all types passed")
	}
	for _, want := range []string{
		"bad.Chan: chan int has no JSON form", "bad.Func: func() has", "bad.Complex[]: complex128 has", "bad.Deep{}[]: chan int has",
		"bad.Keys: map[int]string has keys other than plain strings", "bad.Iface: error has", "bad.Loop[]: schema_test.loop contains itself",
		"bad.LoopMap{}: schema_test.loopMap contains itself", "bad.Items[]: schema.Opt[int] can only be a field",
		"sync.Mutex: sync.Mutex has no exported fields", "bad.Stringed: json option string is not supported",
		"bad.Month: only structs can be embedded", "bad.Embedded: schema_test.Embedded has its own JSON form",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestAFailedCompileLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	type inner struct{ Bad chan int }
	type outer struct{ Inner inner }
	c := schema.NewCompiler()
	for range 2 {
		if _, err := c.Compile(reflect.TypeFor[outer]()); err == nil {
			t.Error("outer passed")
		}
		if _, err := c.Compile(reflect.TypeFor[inner]()); err == nil {
			t.Error("inner passed")
		}
	}
}

func TestACompilerServesManyGoroutines(t *testing.T) {
	t.Parallel()
	c := schema.NewCompiler()
	var wg sync.WaitGroup
	results := make([]*schema.Schema, 8)
	for i := range results {
		wg.Go(func() {
			s, err := c.Compile(reflect.TypeFor[tree]())
			if err != nil {
				t.Error(err)
				return
			}
			results[i] = s
			for range 50 {
				var v tree
				if _, err := s.Decode([]byte(treeSeeds()[0]), reflect.ValueOf(&v).Elem()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, s := range results {
		if s != results[0] {
			t.Error("the same type has two schemas")
		}
	}
}

func TestEmbeddedFieldsFollowTheRulesOfJSON(t *testing.T) {
	t.Parallel()
	type Deep struct {
		ID   int `json:"id"`
		Both int `json:"both"`
	}
	type Left struct {
		Deep
		Name string `json:"name"`
		Same int
	}
	type Right struct {
		Same int
		Both string `json:"both"`
	}
	type outer struct {
		*Left
		Right Right `json:",embed"`
		Name  int   `json:"name"`
	}
	got, found := decode[outer](t, `{"id":1,"both":"x","name":2}`)
	if found != nil || got.ID != 1 || got.Right.Both != "x" || got.Name != 2 {
		t.Errorf("%+v, %v", got, found)
	}
	if found := compile[outer](t).Check(reflect.ValueOf(outer{Left: &Left{}})); found != nil {
		t.Errorf("what JSON does not see is held to rules: %v", found)
	}
}
