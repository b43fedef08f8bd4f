package schema_test

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/schema"
)

type visit struct {
	Host  string        `json:"host"`
	Nick  string        `json:"nick,omitempty" minLength:"2"`
	Tags  []string      `json:"tags,omitempty" minItems:"1"`
	Stay  time.Duration `json:"stay,omitzero"`
	Since time.Time     `json:"since,omitzero"`
	Guest *lineItem     `json:"guest,omitzero"`
	Rooms int           `json:"rooms,omitzero" minimum:"1"`
}

func TestWhatIsLeftOutWhenWrittenMayBeAbsentWhenRead(t *testing.T) {
	t.Parallel()
	s := compile[visit](t)
	written, err := json.Marshal(visit{Host: "h"}, schema.JSONOptions())
	if err != nil || string(written) != `{"host":"h"}` {
		t.Fatalf("%s, %v", written, err)
	}
	if got, found := decode[visit](t, string(written)); found != nil || !reflect.DeepEqual(got, visit{Host: "h"}) {
		t.Errorf("%+v, %v", got, found)
	}
	if found := s.Check(reflect.ValueOf(visit{Host: "h"})); found != nil {
		t.Errorf("Check holds what is left out to its rules: %v", found)
	}
	value := visit{Host: "h", Nick: "n", Tags: []string{}, Rooms: -1}
	if got, want := codes(s.Check(reflect.ValueOf(value))), []string{"/nick min-length", "/rooms minimum"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var d schema.Definitions
	s.JSON(&d)
	var described struct {
		Visit struct {
			Required []string `json:"required"`
		} `json:"visit"`
	}
	if err := json.Unmarshal(d.JSON(), &described); err != nil || !slices.Equal(described.Visit.Required, []string{"host"}) {
		t.Errorf("described as %s, %v", d.JSON(), err)
	}
}

// size is zero when it says so.
type size string

func (s *size) IsZero() bool { return *s == "none" }

func TestCheckHoldsNoRuleAgainstWhatIsNotWritten(t *testing.T) {
	t.Parallel()
	type parcel struct {
		Note  *string    `json:"note,omitempty" minLength:"1"`
		Codes *[]string  `json:"codes,omitempty" minItems:"1"`
		From  netip.Addr `json:"from,omitempty" pattern:"^10"`
		Size  size       `json:"size,omitzero" maxLength:"3"`
		Limit *size      `json:"limit,omitzero" maxLength:"3"`
		Tags  []string   `json:"tags,omitzero,omitempty" minItems:"1"`
	}
	none := size("none")
	value := parcel{Note: new(string), Codes: &[]string{}, Size: none, Limit: &none, Tags: []string{}}
	written, err := json.Marshal(value, schema.JSONOptions())
	if err != nil || string(written) != "{}" {
		t.Fatalf("%s, %v", written, err)
	}
	s := compile[parcel](t)
	for name, v := range map[string]reflect.Value{"addressable": reflect.ValueOf(&value).Elem(), "copied": reflect.ValueOf(value)} {
		if found := s.Check(v); found != nil {
			t.Errorf("%s: %v", name, found)
		}
	}
	long := parcel{Size: "long", Tags: []string{"a"}, From: netip.MustParseAddr("::1")}
	if got, want := codes(s.Check(reflect.ValueOf(long))), []string{"/from pattern", "/size max-length"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
