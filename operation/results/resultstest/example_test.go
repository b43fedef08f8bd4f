package resultstest_test

import (
	"fmt"
	"testing"

	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/operation/results/resultstest"
)

// conformance is the whole test of an implementation. In its package it is called TestConformance.
func conformance(t *testing.T) {
	resultstest.Run(t, resultstest.Harness{Open: func(*testing.T) results.Store { return results.NewMemory(0, 0) }})
}

func ExampleRun() {
	fmt.Printf("%T", conformance)
	// Output: func(*testing.T)
}
