package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/vade-go/vade/store"
)

func TestEveryCallIsAClientSpanAndRulesKeptAreNoFaults(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	svc := newService("test")
	db, texts := store.Of(svc), store.Collect[string](svc, "texts")
	svc.mustOpen(t, environment{spans: []sdktrace.SpanProcessor{spans}})
	ctx := t.Context()
	_, _ = texts.Get(ctx, key("p", "a"))
	_, _ = texts.Insert(ctx, key("p", "a"), "secret")
	_, _ = texts.Replace(ctx, key("p", "a"), "secret", 9)
	_ = texts.Delete(ctx, key("p", "\n"), 9)
	_, _ = texts.List(ctx, store.Query{Partition: "p"})
	_ = db.Do(ctx, "p", func(ctx context.Context, tx *store.Tx) error {
		_, err := texts.Put(ctx, key("p", "b"), "secret") // without With: a fault of the program
		return errors.Join(err)
	})
	var got []string
	for _, span := range spans.Ended() {
		text := span.Name() + ": " + span.Status().Code.String()
		for _, a := range span.Attributes() {
			if strings.Contains(a.Value.String(), "secret") {
				t.Errorf("%s: %v", span.Name(), a)
			}
		}
		if span.SpanKind() != trace.SpanKindClient {
			t.Errorf("%s is a %v", span.Name(), span.SpanKind())
		}
		got = append(got, text)
	}
	want := []string{
		"get texts: Unset", "insert texts: Unset", "replace texts: Unset", "delete texts: Unset", "list texts: Unset",
		"put texts: Error", "transaction: Unset",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	put, tx := spans.Ended()[5], spans.Ended()[6]
	if put.Parent().SpanID() != tx.SpanContext().SpanID() {
		t.Error("a call in a transaction is not inside its span")
	}
}

func TestAPanicEndsItsSpans(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	svc := newService("test")
	db := store.Of(svc)
	texts := store.Collect(svc, "texts", store.Index("i", func(string) string { panic("index") }))
	svc.mustOpen(t, environment{spans: []sdktrace.SpanProcessor{spans}})
	func() {
		defer func() {
			if r := recover(); r != "index" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
			_, err := texts.With(tx).Put(ctx, key("p", "a"), "a")
			return err
		})
	}()
	var got []string
	for _, span := range spans.Ended() {
		got = append(got, span.Name()+": "+span.Status().Code.String())
	}
	if want := []string{"put texts: Error", "transaction: Error"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := texts.Get(t.Context(), key("p", "a")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("left something: %v", err)
	}
}
