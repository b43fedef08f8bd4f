package compress

import (
	"bytes"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/vade-go/vade/api"
)

// The levels; doc.go has what was measured.
const (
	gzipLevel   = 5
	brotliLevel = 1
	zstdLevel   = zstd.SpeedDefault
	zstdWindow  = 1 << 20 // bytes
)

// Auto returns the codings for clients of every kind, the best first: zstd, br, gzip.
func Auto() []api.Coding { return []api.Coding{Zstd(), Brotli(), Gzip()} }

// Gzip returns the coding "gzip" (RFC 1952), which every client has.
func Gzip() api.Coding {
	return newStreamed("gzip", func() (encoder, error) { return gzip.NewWriterLevel(io.Discard, gzipLevel) })
}

// Brotli returns the coding "br" (RFC 7932).
func Brotli() api.Coding {
	return newStreamed("br", func() (encoder, error) { return brotli.NewWriterV2(io.Discard, brotliLevel), nil })
}

// encoder is what the libraries have for one answer after another.
type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// streamed is a coding whose encoders write to a stream.
type streamed struct {
	name string
	make func() (encoder, error)
	idle sync.Pool // of encoder
}

func newStreamed(name string, make func() (encoder, error)) *streamed {
	return &streamed{name: name, make: make}
}

func (s *streamed) Name() string { return s.name }

func (s *streamed) Encode(dst *bytes.Buffer, data []byte) (err error) {
	e, ok := s.idle.Get().(encoder)
	if !ok {
		if e, err = s.make(); err != nil {
			return err
		}
	}
	e.Reset(dst)
	if _, err = e.Write(data); err != nil {
		return err
	}
	if err = e.Close(); err != nil {
		return err
	}
	e.Reset(io.Discard) // dst belongs to the next answer
	s.idle.Put(e)
	return nil
}

// Zstd returns the coding "zstd" (RFC 8878).
func Zstd() api.Coding { return new(zstandard) }

// zstandard has encoders of one answer at a time: one of more keeps callers waiting for each other.
type zstandard struct{ idle sync.Pool } // of *zstd.Encoder

func (*zstandard) Name() string { return "zstd" }

func (z *zstandard) Encode(dst *bytes.Buffer, data []byte) (err error) {
	e, ok := z.idle.Get().(*zstd.Encoder)
	if !ok {
		e, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstdLevel), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow),
			zstd.WithLowerEncoderMem(true))
		if err != nil {
			return err
		}
	}
	dst.Write(e.EncodeAll(data, dst.AvailableBuffer()))
	z.idle.Put(e)
	return nil
}
