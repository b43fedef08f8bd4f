package results_test

import (
	"context"
	"fmt"
	"time"

	"github.com/vade-go/vade/operation/results"
)

func ExampleMemory() {
	ctx, kept := context.Background(), results.NewMemory(0, 0)
	claim := results.Claim{Token: "first", Fingerprint: "order of two seats", Lease: time.Minute}
	found, err := kept.Claim(ctx, "key", claim)
	fmt.Println(found, err)

	err = kept.Complete(ctx, "key", "first", results.Result{Status: 201, Body: []byte(`{"id":"42"}`)}, 24*time.Hour)
	fmt.Println(err)

	found, err = kept.Claim(ctx, "key", results.Claim{Token: "second", Fingerprint: "order of two seats", Lease: time.Minute})
	fmt.Println(found.Result.Status, string(found.Result.Body), err)
	// Output:
	// <nil> <nil>
	// <nil>
	// 201 {"id":"42"} <nil>
}
