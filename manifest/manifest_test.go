package manifest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/vade-go/vade/manifest"
)

func airline() *manifest.System {
	return &manifest.System{
		Name: "airline",
		Services: []manifest.Service{
			{
				Name: "flights", Calls: []string{"b", "a", "b"}, Tags: []manifest.Tag{{Name: "skies"}, {Name: "news"}},
				Webhooks: []manifest.Notification{{Name: "moved"}, {Name: "cancelled"}},
			},
			{Name: "bookings", Operations: []manifest.Operation{
				{ID: "bookings.list", Method: "GET", Path: "/bookings", Security: manifest.Security{Public: true}},
				{ID: "bookings.book", Method: "POST", Path: "/bookings", Problems: []manifest.Problem{
					{Status: 422, Code: "invalid"}, {Status: 409, Code: "sold-out"}, {Status: 409, Code: "closed"},
				}},
				{ID: "bookings.cancel", Method: "DELETE", Path: "/bookings/{id}", Callbacks: []manifest.Notification{{Name: "refunded"}, {Name: "cancelled"}}},
			}},
		},
		Schemas: map[string]json.RawMessage{"Booking": json.RawMessage(`{"type":"object"}`)},
	}
}

func TestTheSameDeclarationsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := airline(), airline()
	slices.Reverse(b.Services[0].Tags)
	slices.Reverse(b.Services[0].Webhooks)
	slices.Reverse(b.Services[1].Operations[2].Callbacks)
	b.Services[0], b.Services[1] = b.Services[1], b.Services[0]
	one, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	two, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Errorf("the order of declaration shows:\n%s\n%s", one, two)
	}
}

func TestADecodedManifestEqualsTheEncodedOne(t *testing.T) {
	t.Parallel()
	s := airline()
	data, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := manifest.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	more, err := again.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, more) {
		t.Errorf("got\n%s\nwant\n%s", more, data)
	}
}

func TestListsWithoutMeaningInTheirOrderAreSorted(t *testing.T) {
	t.Parallel()
	s := airline()
	s.Normalize()
	book, _ := s.Service("bookings")
	var got []string
	for _, op := range book.Operations {
		got = append(got, op.Method+" "+op.Path)
	}
	if want := []string{"GET /bookings", "POST /bookings", "DELETE /bookings/{id}"}; !reflect.DeepEqual(got, want) {
		t.Errorf("operations: %v, want %v", got, want)
	}
	flights, _ := s.Service("flights")
	if want := []string{"a", "b"}; !reflect.DeepEqual(flights.Calls, want) {
		t.Errorf("calls: %v, want %v", flights.Calls, want)
	}
	if first := book.Operations[1].Problems[0].Code; first != "closed" {
		t.Errorf("first problem: %s, want closed", first)
	}
}

func TestEncodingChangesNothingThatOthersMayBeReading(t *testing.T) {
	t.Parallel()
	s := airline()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := s.Encode(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if !reflect.DeepEqual(s, airline()) {
		t.Errorf("it was changed to %+v", s)
	}
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{"format":99,"name":"x"}`, `{"name":"x"}`, `{`, ``} {
		if _, err := manifest.Decode([]byte(data)); err == nil {
			t.Errorf("%q was accepted", data)
		}
	}
}

func TestSecurityIsUndecidedUntilSomebodySaysWho(t *testing.T) {
	t.Parallel()
	var s manifest.Security
	if s.Decided() {
		t.Error("nothing was said")
	}
	s.Require(nil, []string{"a"})
	if s.Decided() {
		t.Error("a scope alone does not say who identifies the caller")
	}
	s.Require([]string{"airline"}, []string{"a", "b"})
	if !s.Decided() || len(s.Scopes) != 2 {
		t.Errorf("got %+v", s)
	}
}

func FuzzDecode(f *testing.F) {
	data, _ := airline().Encode()
	f.Add(data)
	f.Add([]byte(`{"format":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := manifest.Decode(data)
		if err != nil {
			return
		}
		if _, err := s.Encode(); err != nil {
			t.Errorf("decoded but does not encode: %v", err)
		}
	})
}

func Example() {
	system := &manifest.System{Name: "hello", Services: []manifest.Service{{Name: "greeter"}}}
	data, err := system.Encode()
	fmt.Printf("%s%v", data, err)
	// Output:
	// {
	//   "format": 1,
	//   "name": "hello",
	//   "services": [
	//     {
	//       "name": "greeter"
	//     }
	//   ]
	// }
	// <nil>
}
