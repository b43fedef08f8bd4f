package lifecycletest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade/lifecycle"
)

// Rounds is how many components [Stress] wears out.
const Rounds = 20

// Stress starts and stops fresh components in a group from many goroutines at once, with contexts that end at any moment. The
// test fails when a call hangs for ten seconds; run it under the race detector and a check for leaked goroutines.
func Stress(t *testing.T, fresh func() lifecycle.Component) {
	t.Helper()
	for range Rounds {
		var g lifecycle.Group
		g.Add("component", fresh())
		finished := make(chan struct{})
		go func() {
			defer close(finished)
			hammer(t.Context(), &g)
		}()
		select {
		case <-finished:
		case <-time.After(10 * time.Second):
			t.Fatal("Start or Stop hangs")
		}
		if s := g.State(); s != lifecycle.Stopped {
			t.Fatalf("the group is %v after Stop", s)
		}
	}
}

func hammer(ctx context.Context, g *lifecycle.Group) {
	var wg sync.WaitGroup
	ended, cancel := context.WithCancel(ctx)
	cancel()
	for i := range 8 {
		wg.Go(func() {
			switch i % 4 {
			case 0:
				_ = g.Start(ctx)
			case 1:
				_ = g.Start(ended)
			case 2:
				_ = g.Stop(ctx)
			default:
				_ = g.Stop(ended)
			}
		})
	}
	wg.Wait()
	_ = g.Stop(ctx)
}
