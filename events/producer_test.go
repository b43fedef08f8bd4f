package events_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/events"
)

func TestAnEventWhoseAttributesCannotBeSentIsRefusedBeforeItIsStored(t *testing.T) {
	t.Parallel()
	svc := newService("shop")
	keyed := events.Publisher(svc, events.Define("shop.keyed", events.Key(func(o Order) string { return o.ID })))
	embedded(t, svc)
	long := strings.Repeat("é", 128)
	options := func(o ...events.PublishOption) []events.PublishOption { return o }
	source := func(text string) []events.PublishOption { return options(func(m *events.Meta) { m.Source = text }) }
	for name, event := range map[string]struct {
		order Order
		opts  []events.PublishOption
		want  string
	}{
		"long key":         {Order{long, 1}, nil, "key has more than 255 bytes"},
		"line in key":      {Order{"a\r\nb", 1}, nil, "key has a control character"},
		"long id":          {Order{"a", 1}, options(events.ID(long)), "id has more than 255 bytes"},
		"line in id":       {Order{"a", 1}, options(events.ID("a\nb")), "id has a control character"},
		"NUL in id":        {Order{"a", 1}, options(events.ID("a\x00")), "id has a control character"},
		"id not UTF-8":     {Order{"a", 1}, options(events.ID("a\xff")), "id is not UTF-8"},
		"line in source":   {Order{"a", 1}, source("/a\nb"), "source has a control character"},
		"no source":        {Order{"a", 1}, source(""), "source is empty"},
		"long type":        {Order{"a", 1}, options(func(m *events.Meta) { m.Type = long }), "type has more than 255 bytes"},
		"year of 5 digits": {Order{"a", 1}, options(events.Time(time.Unix(1<<40, 0))), "time is not of the years 1 to 9999"},
	} {
		_, err := keyed.Encode(t.Context(), event.order, event.opts...)
		if !errors.Is(err, events.ErrAttribute) || !strings.Contains(err.Error(), event.want) {
			t.Errorf("%s: got %v, want %q", name, err, event.want)
		}
		if err := keyed.Publish(t.Context(), event.order, event.opts...); !errors.Is(err, events.ErrAttribute) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, id := range []string{long[:254], "a b", `50% "é"/\`} {
		if err := keyed.Publish(t.Context(), Order{id, 1}, events.ID(id)); err != nil {
			t.Errorf("%q: got %v", id, err)
		}
	}
}
