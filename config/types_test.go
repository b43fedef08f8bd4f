package config_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vade-go/vade/config"
)

func TestSizesAreWrittenWithUnits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "512": 512, "1B": 1, "1KB": 1000, "64KiB": 65536, "10MB": 10_000_000, "1MiB": 1 << 20, "2GB": 2e9, "1GiB": 1 << 30,
		"1TB": 1e12, "1TiB": 1 << 40, " 3 MiB ": 3 << 20, "9223372036854775807": 9223372036854775807, "8388607TiB": 8388607 << 40,
	} {
		var s config.Size
		if err := s.UnmarshalText([]byte(text)); err != nil || int64(s) != want {
			t.Errorf("%q is %d, not %d (%v)", text, int64(s), want, err)
		}
	}
	for _, text := range []string{"", "B", "MiB", "-1", "1.5MiB", "1mib", "1 M", "1MiBB", "0x10", "8388608TiB", "9223372036854775808", "9223372036854775807KB"} {
		s := config.Size(7)
		if err := s.UnmarshalText([]byte(text)); err == nil || s != 7 {
			t.Errorf("%q is %d", text, int64(s))
		}
	}
	for s, want := range map[config.Size]string{0: "0", 1: "1", 1000: "1000", 1024: "1KiB", 1 << 20: "1MiB", 3 << 30: "3GiB", 1 << 50: "1024TiB", -5: "-5"} {
		if got := s.String(); got != want {
			t.Errorf("%d is %s, not %s", int64(s), got, want)
		}
	}
}

// FuzzSize: what is read is not negative, and what is written is read as the same.
func FuzzSize(f *testing.F) {
	for _, seed := range []string{"512", "1MiB", "64KB", "9223372036854775807", "8388608TiB", "-1", " 1 KiB "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a, b config.Size
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := b.UnmarshalText([]byte(a.String())); err != nil || a != b || a < 0 {
			t.Errorf("%q is %d, written %s and read as %d, %v", text, int64(a), a, int64(b), err)
		}
	})
}

// FuzzDuration: a duration from the outside is the one package time reads, or a mistake that leaves the default; what Values
// writes is read as the same.
func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"30s", "1h2m3.5s", "-1ns", "1", "", "soon", "9223372036854775807ns", "2562048h", "µs", "+5us"} {
		f.Add(seed)
	}
	read := func(text string) (time.Duration, string, error) {
		s := struct{ Wait time.Duration }{time.Second}
		set := config.New(config.Source{Environ: []string{}, Overrides: map[string]string{"wait": text}})
		set.Bind("", &s)
		err := set.Load()
		return s.Wait, set.Values()[0].Value, err
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, wrong := time.ParseDuration(text)
		got, written, err := read(text)
		switch {
		case (err == nil) != (wrong == nil):
			t.Errorf("%q: %v, but %v", text, err, wrong)
		case err != nil && got != time.Second:
			t.Errorf("%q, which is wrong, became %v", text, got)
		case err == nil && got != want:
			t.Errorf("%q is %v, not %v", text, got, want)
		}
		if again, _, err := read(written); err != nil || again != got {
			t.Errorf("%v, written %s, is read as %v, %v", got, written, again, err)
		}
	})
}

func Example() {
	settings := struct {
		Listen string        `doc:"where to listen"`
		Grace  time.Duration `doc:"how long a stop may take"`
		Key    config.Secret
	}{Listen: "127.0.0.1:8080", Grace: 30 * time.Second}

	set := config.New(config.Source{Prefix: "APP_", Environ: []string{"APP_GRACE=5s", "APP_KEY=hush"}})
	set.Bind("", &settings)
	fmt.Println(set.Load(), settings.Listen, settings.Grace, settings.Key)

	wrong := config.New(config.Source{Prefix: "APP_", Environ: []string{"APP_GRAVE=5s"}})
	wrong.Bind("", &settings)
	fmt.Println(wrong.Load())
	// Output:
	// <nil> 127.0.0.1:8080 5s •••
	// environment APP_GRAVE: unknown setting; did you mean APP_GRACE?
}
