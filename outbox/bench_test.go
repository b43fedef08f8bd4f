package outbox_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkRelay measures events from the beginning of their transaction to the handler of a subscriber.
func BenchmarkRelay(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(strconv.Itoa(writers), func(b *testing.B) {
			c := newCounting()
			c.mustRun(b, b.TempDir(), newBroker())
			b.ResetTimer()
			var next atomic.Int64
			var all sync.WaitGroup
			for w := range writers {
				all.Go(func() {
					for next.Add(1) <= int64(b.N) {
						if err := c.count(b.Context(), strconv.Itoa(w), nil); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			for range b.N {
				c.next(b)
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
