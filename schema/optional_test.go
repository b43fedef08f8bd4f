package schema_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/schema"
)

type amendment struct {
	Note schema.Opt[string]         `json:"note,omitzero"`
	Due  schema.Null[time.Duration] `json:"due,omitzero"`
}

func TestOptAndNullTellTheirStatesApart(t *testing.T) {
	t.Parallel()
	cases := []struct {
		data string
		want amendment
	}{
		{`{}`, amendment{}},
		{`{"note":""}`, amendment{Note: schema.Some("")}},
		{`{"due":null}`, amendment{Due: schema.ExplicitNull[time.Duration]()}},
		{`{"note":"x","due":"0s"}`, amendment{Note: schema.Some("x"), Due: schema.NotNull(time.Duration(0))}},
	}
	for _, c := range cases {
		if got, found := decode[amendment](t, c.data); got != c.want || found != nil {
			t.Errorf("Decode(%s) = %+v, %v", c.data, got, found)
		}
		var got amendment
		if err := json.Unmarshal([]byte(c.data), &got, schema.JSONOptions()); err != nil || got != c.want {
			t.Errorf("Unmarshal(%s) = %+v, %v", c.data, got, err)
		}
		written, err := json.Marshal(c.want, schema.JSONOptions())
		if err != nil || string(written) != c.data {
			t.Errorf("Marshal(%+v) = %s, %v; want %s", c.want, written, err, c.data)
		}
	}
}

func TestAnOptIsNotNullable(t *testing.T) {
	t.Parallel()
	if _, found := decode[amendment](t, `{"note":null}`); len(found) != 1 || found[0].Code != schema.CodeType {
		t.Errorf("%v", found)
	}
}

func TestGetAndOrTellWhetherThereIsAValue(t *testing.T) {
	t.Parallel()
	if v, ok := schema.Some(1).Get(); v != 1 || !ok {
		t.Error("Some(1) is absent")
	}
	if v, ok := schema.None[int]().Get(); v != 0 || ok {
		t.Error("None is present")
	}
	if schema.None[int]().Or(2) != 2 || schema.Some(1).Or(2) != 1 {
		t.Error("Opt.Or chooses wrongly")
	}
	null := schema.ExplicitNull[int]()
	if _, ok := null.Get(); ok || !null.IsNull() || null.IsZero() || null.Or(2) != 2 {
		t.Error("null counts as a value or as absent")
	}
	var absent schema.Null[int]
	if _, ok := absent.Get(); ok || absent.IsNull() || !absent.IsZero() {
		t.Error("the zero Null is not absent")
	}
	if one := schema.NotNull(1); one.Or(2) != 1 || one.IsNull() || one.IsZero() {
		t.Error("a value counts as null or absent")
	}
}

func TestAbsentValuesWithoutOmitzeroAreWrittenAsNull(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(struct {
		A schema.Opt[int]
		B schema.Null[int]
	}{})
	if err != nil || string(written) != `{"A":null,"B":null}` {
		t.Errorf("%s, %v", written, err)
	}
}
