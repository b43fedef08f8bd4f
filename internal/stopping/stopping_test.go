package stopping_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/vade-go/vade/internal/stopping"
)

func TestAContextEndsWhenTheStopBegins(t *testing.T) {
	t.Parallel()
	begun, begin := context.WithCancel(t.Context())
	base := stopping.With(t.Context(), begun)
	ctx, cancel := stopping.Context(base)
	defer cancel()
	other, cancelOther := stopping.Context(base)
	cancelOther()
	if ctx.Err() != nil || other.Err() == nil {
		t.Errorf("before: %v, %v", ctx.Err(), other.Err())
	}
	begin()
	<-ctx.Done()
	if base.Err() != nil {
		t.Error("all the others have ended, too")
	}
}

func TestWhoeverHasNoListenerIsNotTold(t *testing.T) {
	t.Parallel()
	ctx, cancel := stopping.Context(t.Context())
	cancel()
	if ctx.Err() != nil {
		t.Error("it has ended")
	}
}

func Example() {
	begun, begin := context.WithCancel(context.Background())
	ctx, cancel := stopping.Context(stopping.With(context.Background(), begun))
	defer cancel()
	begin()
	<-ctx.Done()
	fmt.Println(ctx.Err())
	// Output: context canceled
}
