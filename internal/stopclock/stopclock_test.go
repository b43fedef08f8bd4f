package stopclock_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/internal/stopclock"
)

func TestAClockRingsWhenItWasNotWound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, rung := time.Now(), make(chan time.Duration, 2)
		c := stopclock.Start(time.Second, func() { rung <- time.Since(began) })
		for range 3 {
			<-time.After(900 * time.Millisecond)
			c.Wind()
		}
		if got := <-rung; got != 3700*time.Millisecond {
			t.Errorf("it rang after %s", got)
		}
	})
}

func TestAClockThatWasStoppedIsSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := stopclock.Start(time.Second, func() { t.Error("it rang") })
		c.Stop()
		c.Wind()
		c.Stop()
		<-time.After(time.Minute)
	})
	var none *stopclock.Clock
	none.Wind()
	none.Stop()
}

func Example() {
	rung := make(chan struct{})
	c := stopclock.Start(time.Millisecond, func() { close(rung) })
	defer c.Stop()
	<-rung
	fmt.Println("nothing happened for a millisecond")
	// Output: nothing happened for a millisecond
}
