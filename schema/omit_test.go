package schema_test

import (
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
