package api

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

// readEvents reads a whole stream in one notation.
func readEvents(in string) (string, error) {
	r := newEventReader(iotest.OneByteReader(strings.NewReader(in)))
	var all []string
	for {
		e, err := r.next()
		if err != nil || e == nil {
			return strings.Join(all, " "), err
		}
		all = append(all, fmt.Sprintf("%s/%s/%d/%q", e.id, e.name, e.retry.Milliseconds(), e.data))
	}
}

// The cases are those that the standard explains, in words of our own.
func TestAStreamOfEventsIsReadAsTheStandardSays(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"data: a\n\n":                                  `//0/"a"`,
		"data:a\r\rdata: b\r\n\r\n":                    `//0/"a" //0/"b"`,
		"data:  a\n\n":                                 `//0/" a"`,
		"data: a\ndata: b\n\n":                         `//0/"a\nb"`,
		"data\n\ndata\ndata\n\n":                       `//0/"" //0/"\n"`,
		": comment\n\nevent: x\n\ndata: a\n\n":         `//0/"a"`,
		"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n": `1//0/"a" 1//0/"b" //0/"c"`,
		"id: 1\n\ndata: a\n\n":                         `1//0/"a"`,
		"id: 1\x002\ndata: a\n\n":                      `//0/"a"`,
		"retry: 5\ndata: a\n\nretry: +7\nretry: x\nretry:\ndata: b\n\n": `//5/"a" //5/"b"`,
		"event: e\nunknown: x\nevent:f\ndata: a\n\n":                    `/f/0/"a"`,
		"\uFEFFdata: a\n\n\uFEFFdata: b\n\n":                            `//0/"a"`,
		"data: a\n":                                                     ``,
		"":                                                              ``,
	} {
		if got, err := readEvents(in); got != want || err != nil {
			t.Errorf("%q: got %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"data: \xff\n\n", "data: " + strings.Repeat("a", maxEvent) + "\n\n", strings.Repeat("data: aaaaaaaa\n", maxEvent/10)} {
		if got, err := readEvents(in); err == nil {
			t.Errorf("%.20q is read as %.20s", in, got)
		}
	}
}

// FuzzEvents holds what is read of any stream to what is written of it again.
func FuzzEvents(f *testing.F) {
	f.Add([]byte("id: 1\nevent: e\nretry: 5\ndata: a\ndata: b\r\n\r\n: c\n\ndata\n\n"))
	f.Add([]byte("\uFEFFdata: a\r\rdata:b\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := newEventReader(bytes.NewReader(in))
		for n := 0; ; n++ {
			e, err := r.next()
			if err != nil || e == nil {
				return
			}
			if n > len(in) {
				t.Fatal("more events than bytes")
			}
			var again bytes.Buffer
			fmt.Fprintf(&again, "id: %s\nevent: %s\nretry: %d\n", e.id, e.name, e.retry.Milliseconds())
			for line := range bytes.SplitSeq(e.data, []byte("\n")) {
				fmt.Fprintf(&again, "data: %s\n", line)
			}
			again.WriteString("\n")
			b, err := newEventReader(&again).next()
			if err != nil || b == nil || b.id != e.id || b.name != e.name || b.retry != e.retry || !bytes.Equal(b.data, e.data) {
				t.Fatalf("%+v became %+v, %v", e, b, err)
			}
		}
	})
}
