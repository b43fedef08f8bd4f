package results_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/operation/results/resultstest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	resultstest.Run(t, resultstest.Harness{Open: func(*testing.T) results.Store { return results.NewMemory(0, 0) }})
}

func claim(t *testing.T, m *results.Memory, key string) *results.Found {
	t.Helper()
	found, err := m.Claim(t.Context(), key, results.Claim{Token: "t", Fingerprint: "p", Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAFullMemoryForgetsTheOldestResult(t *testing.T) {
	t.Parallel()
	m := results.NewMemory(3, 0)
	for i := range 4 {
		key := fmt.Sprint(i)
		if claim(t, m, key) != nil {
			t.Fatalf("%s is taken", key)
		}
		if err := m.Complete(t.Context(), key, "t", results.Result{Status: 200}, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if found := claim(t, m, "3"); found == nil {
		t.Error("the newest result is forgotten")
	}
	if found := claim(t, m, "0"); found != nil {
		t.Error("the oldest result is still there")
	}
}

func TestRunningClaimsAreNeverForgotten(t *testing.T) {
	t.Parallel()
	m := results.NewMemory(2, 0)
	claim(t, m, "1")
	claim(t, m, "2")
	if _, err := m.Claim(t.Context(), "3", results.Claim{Token: "t", Fingerprint: "p", Lease: time.Minute}); !errors.Is(err, results.ErrFull) {
		t.Errorf("got %v", err)
	}
	if claim(t, m, "1") == nil || claim(t, m, "2") == nil {
		t.Error("a running claim was forgotten")
	}
	if err := m.Release(t.Context(), "1", "t"); err != nil {
		t.Fatal(err)
	}
	if claim(t, m, "3") != nil {
		t.Error("what was released still takes room")
	}
}

func TestTheBytesOfResultsAreBounded(t *testing.T) {
	t.Parallel()
	m := results.NewMemory(0, 1000)
	for i := range 5 {
		key := fmt.Sprint(i)
		claim(t, m, key)
		if err := m.Complete(t.Context(), key, "t", results.Result{Status: 200, Body: make([]byte, 400)}, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for i := range 5 {
		if claim(t, m, fmt.Sprint(i)) != nil {
			kept++
		}
	}
	if kept != 2 {
		t.Errorf("%d results of 400 bytes are kept in 1000", kept)
	}
}
