package compress_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	stdgzip "compress/gzip"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/vade-go/vade/api/compress"
)

// level is a coding at a level.
type level struct {
	name   string
	encode func(dst *bytes.Buffer, data []byte) error
}

type resetter interface {
	io.WriteCloser
	Reset(w io.Writer)
}

// levels are those that doc.go compares: ours first, gzip before all.
func levels(b *testing.B) []level {
	b.Helper()
	var all []level
	auto := compress.Auto()
	for _, i := range []int{2, 0, 1} { // gzip is the unit
		all = append(all, level{auto[i].Name(), auto[i].Encode})
	}
	stream := func(name string, w resetter, err error) {
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, level{name, func(dst *bytes.Buffer, data []byte) error {
			w.Reset(dst)
			if _, err := w.Write(data); err != nil {
				return err
			}
			return w.Close()
		}})
	}
	for _, n := range []int{4, 6} {
		w, err := gzip.NewWriterLevel(io.Discard, n)
		stream(fmt.Sprint("gzip-", n), w, err)
	}
	for _, n := range []int{3, 5} {
		w, err := stdgzip.NewWriterLevel(io.Discard, n)
		stream(fmt.Sprint("gzip-of-the-standard-library-", n), w, err)
	}
	for _, n := range []int{3, 5} {
		stream(fmt.Sprint("br-", n), brotli.NewWriterV2(io.Discard, n), nil)
	}
	for _, n := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedBetterCompression} {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(n), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, level{fmt.Sprint("zstd-", int(n)), func(dst *bytes.Buffer, data []byte) error {
			dst.Write(e.EncodeAll(data, dst.AvailableBuffer()))
			return nil
		}})
	}
	return all
}

// BenchmarkLevels compares the levels by turns, so that a load of the machine falls on all of them alike, and each by its fastest turn. Its
// metrics are the time, in units of gzip's, and how many times smaller the answer is.
func BenchmarkLevels(b *testing.B) {
	for _, size := range []int{2_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(size/1000, "kB"), func(b *testing.B) { compareLevels(b, document(size)) })
	}
}

func compareLevels(b *testing.B, data []byte) {
	b.Helper()
	all := levels(b)
	fastest, sizes := make([]time.Duration, len(all)), make([]int, len(all))
	for i := range fastest {
		fastest[i] = math.MaxInt64
	}
	var out bytes.Buffer
	for b.Loop() {
		for i, l := range all {
			out.Reset()
			began := time.Now()
			if err := l.encode(&out, data); err != nil {
				b.Fatal(err)
			}
			fastest[i], sizes[i] = min(fastest[i], time.Since(began)), out.Len()
		}
	}
	for i, l := range all {
		b.ReportMetric(float64(fastest[i])/float64(fastest[0]), l.name+"-time")
		b.ReportMetric(float64(len(data))/float64(sizes[i]), l.name+"-smaller")
	}
}
