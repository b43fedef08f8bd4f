package compress_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	stdgzip "compress/gzip"

	"github.com/andybalholm/brotli"
	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	"github.com/vade-go/vade/api/compress"
)

// document returns a list of flights as JSON, of about a size.
func document(size int) []byte {
	data, err := json.Marshal(flights(size / 170))
	if err != nil {
		panic(err)
	}
	return data
}

func decode(t testing.TB, coding string, data []byte) []byte {
	t.Helper()
	var r io.Reader
	var err error
	switch coding {
	case "gzip":
		r, err = stdgzip.NewReader(bytes.NewReader(data))
	case "br":
		r = brotli.NewReader(bytes.NewReader(data))
	case "zstd":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20)); err == nil {
			defer d.Close()
		}
		r = d
	default:
		t.Errorf("no coding %q", coding)
		return nil
	}
	if err != nil {
		t.Errorf("%s: %v", coding, err)
		return nil
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("%s: %v", coding, err)
	}
	return text
}

// FuzzRoundTrip: whatever is compressed comes back, behind what the buffer had, from an encoder that has seen other things.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte(""), uint16(0))
	f.Add([]byte("{}"), uint16(1))
	f.Add(document(3000), uint16(40))
	f.Add([]byte(strings.Repeat("ab", 2000)+"\x00\xff"), uint16(700))
	codings := compress.Auto()
	f.Fuzz(func(t *testing.T, data []byte, times uint16) {
		data = bytes.Repeat(data, 1+int(times)%1000)
		data = data[:min(len(data), 5<<18)] // more than a window
		for _, c := range codings {
			dst := bytes.NewBufferString("before")
			if err := c.Encode(dst, data); err != nil {
				t.Fatalf("%s: %v", c.Name(), err)
			}
			rest, ok := bytes.CutPrefix(dst.Bytes(), []byte("before"))
			if !ok || !bytes.Equal(decode(t, c.Name(), rest), data) {
				t.Errorf("%s: %d bytes did not come back", c.Name(), len(data))
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	data := document(100_000)
	for _, c := range compress.Auto() {
		b.Run(c.Name(), func(b *testing.B) {
			var out bytes.Buffer
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				out.Reset()
				if err := c.Encode(&out, data); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(data))/float64(out.Len()), "ratio")
		})
	}
}
