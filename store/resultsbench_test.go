package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/store"
)

// BenchmarkResults is what a request under a key costs on disk: two commits for the first, a read for a replay.
func BenchmarkResults(b *testing.B) {
	s := newService("shop")
	kept := store.Of(s).KeepResults(s)
	s.mustOpen(b, environment{url: "sqlite:", dir: b.TempDir()})
	first := func(key string) {
		if found, err := kept.Claim(b.Context(), key, claimOf("t")); found != nil || err != nil {
			b.Fatal(found, err)
		}
		if err := kept.Complete(b.Context(), key, "t", results.Result{Status: 201, Body: make([]byte, 500)}, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			first(fmt.Sprint(b.N, "-", i))
		}
	})
	first("replay")
	b.Run("replay", func(b *testing.B) {
		for b.Loop() {
			if found, err := kept.Claim(b.Context(), "replay", claimOf("t")); found == nil || err != nil {
				b.Fatal(found, err)
			}
		}
	})
}
