package sqlitestore_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/store/driver"
)

func BenchmarkCommit(b *testing.B) {
	db := open(b, "sqlite:", b.TempDir())
	for i := 0; b.Loop(); i++ {
		if err := insert(b.Context(), db, strconv.Itoa(i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func BenchmarkCommitParallel(b *testing.B) {
	for _, writers := range []int{8, 64} {
		b.Run(strconv.Itoa(writers), func(b *testing.B) {
			db := open(b, "sqlite:", b.TempDir())
			var next atomic.Int64
			var all sync.WaitGroup
			for range writers {
				all.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						if err := insert(b.Context(), db, strconv.FormatInt(i, 10)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	db := filled(b)
	for i := 0; b.Loop(); i++ {
		if _, err := db.Get(b.Context(), key(strconv.Itoa(i%1000))); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "gets/s")
}

func BenchmarkGetParallel(b *testing.B) {
	db := filled(b)
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := db.Get(b.Context(), key(strconv.Itoa(i%1000))); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "gets/s")
}

func BenchmarkListByIndex(b *testing.B) {
	db := filled(b)
	q := driver.Query{Collection: "things", Partition: "p", Index: "by", Prefix: "5", Limit: 50}
	for b.Loop() {
		if docs, err := db.List(b.Context(), q); err != nil || len(docs) != 50 {
			b.Fatal(len(docs), err)
		}
	}
}

// filled returns a database with a thousand documents.
func filled(b *testing.B) driver.DB {
	db := open(b, "sqlite:", b.TempDir())
	for i := range 1000 {
		if err := insert(b.Context(), db, strconv.Itoa(i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	return db
}
