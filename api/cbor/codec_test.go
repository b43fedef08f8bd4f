package cbor_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/vade-go/vade/api/cbor"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The examples of RFC 8949, appendix A, that JSON has a word for. Those with back are the deterministic ones.
var examples = []struct {
	cbor, json string
	back       bool
}{
	{"00", "0", true}, {"01", "1", true}, {"17", "23", true}, {"1818", "24", true}, {"1903e8", "1000", true}, {"1a000f4240", "1000000", true},
	{"1b000000e8d4a51000", "1000000000000", true}, {"1bffffffffffffffff", "18446744073709551615", true},
	{"c249010000000000000000", "18446744073709551616", true}, {"3bffffffffffffffff", "-18446744073709551616", true},
	{"c349010000000000000000", "-18446744073709551617", true}, {"20", "-1", true}, {"3863", "-100", true}, {"3903e7", "-1000", true},
	{"f90000", "0", false}, {"f98000", "-0", true}, {"f93c00", "1", false}, {"fb3ff199999999999a", "1.1", true}, {"f93e00", "1.5", true},
	{"f97bff", "65504", false}, {"fa47c35000", "100000", false}, {"fa7f7fffff", "3.4028234663852886e+38", true},
	{"fb7e37e43c8800759c", "1e+300", true}, {"f90001", "5.960464477539063e-8", true}, {"fbc010666666666666", "-4.1", true},
	{"f4", "false", true}, {"f5", "true", true}, {"f6", "null", true},
	{"c074323031332d30332d32315432303a30343a30305a", `"2013-03-21T20:04:00Z"`, false}, {"c11a514b67b0", `"2013-03-21T20:04:00Z"`, false},
	{"c1fb41d452d9ec200000", `"2013-03-21T20:04:00.5Z"`, false},
	{"d82076687474703a2f2f7777772e6578616d706c652e636f6d", `"http://www.example.com"`, false},
	{"40", `""`, false}, {"4401020304", `"AQIDBA=="`, false}, {"60", `""`, true}, {"6161", `"a"`, true}, {"6449455446", `"IETF"`, true},
	{"62225c", `"\"\\"`, true}, {"62c3bc", `"ü"`, true}, {"63e6b0b4", `"水"`, true}, {"64f0908591", `"𐅑"`, true}, {"80", "[]", true},
	{"83010203", "[1,2,3]", true}, {"8301820203820405", "[1,[2,3],[4,5]]", true}, {"a0", "{}", true},
	{"a26161016162820203", `{"a":1,"b":[2,3]}`, true}, {"826161a161626163", `["a",{"b":"c"}]`, true},
	{"5f42010243030405ff", `"AQIDBAU="`, false}, {"7f657374726561646d696e67ff", `"streaming"`, false}, {"9fff", "[]", false},
	{"9f018202039f0405ffff", "[1,[2,3],[4,5]]", false}, {"bf61610161629f0203ffff", `{"a":1,"b":[2,3]}`, false},
	{"bf6346756ef563416d7421ff", `{"Fun":true,"Amt":-2}`, false},
	{"d9d9f7a0", "{}", false}, {"d82550000102030405060708090a0b0c0d0e0f", `"00010203-0405-0607-0809-0a0b0c0d0e0f"`, false},
}

func TestTheExamplesOfTheRFCAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for _, c := range examples {
		got, err := cbor.Codec{}.ToJSON(unhex(t, c.cbor))
		if err != nil || string(got) != c.json {
			t.Errorf("%s is %s, %v; want %s", c.cbor, got, err, c.json)
		}
		if !c.back {
			continue
		}
		if got, err := (cbor.Codec{}).FromJSON([]byte(c.json)); err != nil || hex.EncodeToString(got) != c.cbor {
			t.Errorf("%s is written as %x, %v; want %s", c.json, got, err, c.cbor)
		}
	}
}

func TestWhatJSONCannotSayIsRefused(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"nothing": "", "undefined": "f7", "a simple value": "f0", "another": "f8ff", "NaN": "f97e00", "infinity": "fb7ff0000000000000",
		"NaN as a time": "c1f97e00", "an integer as a key": "a10102", "bytes as a key": "a1416101", "a duplicate key": "a2616101616102",
		"text that is not UTF-8": "61ff", "data after the value": "0000", "a tag of its own": "d903e800", "a UUID that is short": "d8254100",
		"a URI of bytes": "d8204100", "a length that is not there": "9b7fffffffffffffff", "a map that is not there": "ba7fffffff",
		"text that is cut off": "6261", "a break alone": "ff", "an array without its end": "9f01",
		"a large bignum":   "c25881" + strings.Repeat("ff", 129),
		"a level too many": strings.Repeat("81", 65) + "00",
	} {
		if got, err := (cbor.Codec{}).ToJSON(unhex(t, document)); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, document := range []string{"", "{", "1 2", `{"a":1,"a":2}`, "1e999", "NaN", "\"\xff\"", strings.Repeat("9", 400), "[1,]", nested(65), nested(100_000),
		strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), strings.Repeat("[", 100_000)} {
		if got, err := (cbor.Codec{}).FromJSON([]byte(document)); err == nil {
			t.Errorf("%s is written as %x", document, got)
		}
	}
	if _, err := (cbor.Codec{}).ToJSON(unhex(t, strings.Repeat("81", 64)+"00")); err != nil {
		t.Errorf("64 levels: %v", err)
	}
	if _, err := (cbor.Codec{}).FromJSON([]byte(nested(64))); err != nil {
		t.Errorf("64 levels of JSON: %v", err)
	}
}

// nested is so many arrays in one another.
func nested(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }

// A body of 256 KiB in its most wasteful forms. The race detector doubles some of it. Not parallel: it counts what the process allocates.
func TestADocumentCostsAMultipleOfItsLengthAtMost(t *testing.T) { //nolint:paralleltest // see above
	for name, c := range map[string]struct {
		item string
		most uint64 // bytes for each
	}{
		"arrays": {"80", 32}, "maps": {"a0", 32}, "byte strings": {"40", 32}, "texts": {"60", 32}, "integers": {"00", 32}, "false": {"f4", 48},
		"endless arrays": {"9fff", 32}, "endless maps": {"bfff", 32}, "endless texts": {"7fff", 32}, "floats": {"f90001", 100},
		"maps of one": {"a16000", 32}, "control characters": {"6100", 48}, "integers as bignums": {"c24101", 40}, "times": {"c100", 150},
		"UUIDs": {"d82550" + strings.Repeat("00", 16), 40},
	} {
		item := unhex(t, c.item)
		n := 1 << 18 / len(item)
		data := append(append([]byte{0x9f}, bytes.Repeat(item, n)...), 0xff)
		costs(t, name, data, c.most)
	}
	names := []byte{0xbf}
	for i := range 1 << 16 {
		names = append(names, 0x63, 0x21+byte(i>>12), 0x21+byte(i>>6&0x3f), 0x21+byte(i&0x3f), 0)
	}
	costs(t, "members", append(names, 0xff), 100)
}

// costs fails for a document that takes more memory than most bytes for each of its own.
func costs(t *testing.T, name string, document []byte, most uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := (cbor.Codec{}).ToJSON(document); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	runtime.ReadMemStats(&after)
	times := (after.TotalAlloc - before.TotalAlloc) / uint64(len(document))
	t.Logf("%s: %d bytes for each", name, times)
	if times > most {
		t.Errorf("%s: a document costs %d times its length, of at most %d", name, times, most)
	}
}

// FuzzToJSON: what is read is JSON, and what the library reads.
func FuzzToJSON(f *testing.F) {
	for _, c := range examples {
		f.Add(unhex(f, c.cbor))
	}
	for _, hostile := range []string{
		"5f5f40ffff", "bf7f6161ff01ff", "a1d9d9f7616101", "c25f4101ff", "d9d9f7c24101", "c0c06161", "c11bffffffffffffffff", "7f61ff61ffff", "f97c01", "f818",
	} {
		f.Add(unhex(f, hostile))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := cbor.Codec{}.ToJSON(data)
		if err != nil {
			return
		}
		if !json.Valid(out) {
			t.Fatalf("%x is %q, which is not JSON", data, out)
		}
		if theirs, err := byTheLibrary(data); err != nil || !same(t, out, theirs) {
			t.Errorf("%x is %s, and by the library %s, %v", data, out, theirs, err)
		}
	})
}

// What was written from JSON is read as equal values.
func FuzzFromJSON(f *testing.F) {
	for _, c := range examples {
		f.Add([]byte(c.json))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		document, err := cbor.Codec{}.FromJSON(data)
		if err != nil {
			return
		}
		out, err := cbor.Codec{}.ToJSON(document)
		if err != nil {
			t.Fatalf("%q as %x: %v", data, document, err)
		}
		if !same(t, data, out) {
			t.Errorf("%q comes back as %q", data, out)
		}
	})
}
