package api_test

import (
	"bytes"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vade-go/vade/problem"
)

// The memory that a request may take: so much, which is that of an encoder of zstd and more, and so many times its length. An item of one byte, which an empty map of CBOR is, becomes a
// struct of 200, in a list that is made anew while it grows.
const (
	memoryOfARequest = 4 << 20
	memoryOfAByte    = 1000
)

// fuzzHostile fails for an answer that blames the service or cannot be read, and for memory beyond all measure.
func fuzzHostile(t *testing.T, h http.Handler, req *http.Request, length int) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	took := allocated(func() { h.ServeHTTP(rec, req) })
	if took > memoryOfARequest+memoryOfAByte*uint64(length) {
		t.Errorf("%d bytes for a request of %d", took, length)
	}
	switch {
	case rec.Code >= 500:
		t.Errorf("status %d: %s", rec.Code, rec.Body)
	case rec.Code >= 400 && !strings.HasSuffix(rec.Header().Get("Content-Type"), "+cbor"):
		if p, err := problem.Parse(rec.Body.Bytes()); err != nil || p.Status != rec.Code {
			t.Errorf("status %d with %s", rec.Code, rec.Body)
		}
	}
	return rec
}

// FuzzBody: whatever body comes to whatever takes bodies, JSON, CBOR, forms, files, parts and bytes, it is read or refused, in
// memory that its length bounds.
func FuzzBody(f *testing.F) {
	const json, cbor = "application/json", "application/cbor"
	unhex := func(text string) []byte {
		data, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	multipart := func(header, content string) []byte {
		return []byte("--b\r\nContent-Disposition: form-data; " + header + "\r\n\r\n" + content + "\r\n--b--\r\n")
	}
	for i := range hostileTargets {
		for _, seed := range []struct {
			mediaType string
			body      []byte
		}{
			{json, []byte(`{"text":"ü","int":1,"float":-1.5e3,"bytes":"AQI=","any":[{}],"within":[{}],"named":{"a":{}},"tool":{"kind":"hammer","Weight":1}}`)},
			{json, []byte(`{"kind":"box","Inner":{"Inner":{"Weight":1e999,"kind":"hammer"},"kind":"box"}}`)},
			{json, []byte(`[{"tools":[{"kind":"hammer","Weight":1},{"kind":"saw"},{}]},{"int":1,"int":2}]`)},
			{json, []byte("[" + strings.Repeat("{},", 5000) + "{}]")},
			{json, []byte("[" + strings.Repeat("[],", 5000) + "[]]")},
			{json, []byte(strings.Repeat(`{"within":[`, 40))},
			{json + "; charset=utf-16", []byte("\xff\xfe{\x00}\x00")},
			{"application/problem+json", []byte(`{"small":1e2,"single":1e39}`)},
			{cbor, unhex("a26474657874617863696e7401")},
			{cbor, append([]byte{0x9f}, append(bytes.Repeat([]byte{0xa0}, 10_000), 0xff)...)},
			{cbor, append([]byte{0x9f}, append(bytes.Repeat([]byte{0x80}, 10_000), 0xff)...)},
			{cbor, unhex("a1646b696e6466" + strings.Repeat("81", 70))},
			{cbor, unhex("9bffffffffffffffff")},
			{urlEncoded, []byte("text=a&list=b&list=c&float=1")},
			{urlEncoded, []byte("text[a][b]=%ff&float=NaN&%zz;")},
			{urlEncoded, bytes.Repeat([]byte("list=&"), 5000)},
			{partsType, multipart(`name="text"`, "a")},
			{partsType, multipart(`name="file"; filename="a.txt"`, strings.Repeat("x", 2000))},
			{partsType, multipart(`name="files"; filename*=utf-8''%ff`, "x")},
			{partsType, bytes.Repeat([]byte("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\n\r\n"), 1100)},
			{partsType, []byte("--b\r\n" + strings.Repeat("X-A: b\r\n", 10_001) + "\r\n\r\n--b--")},
			{partsType, []byte("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=zz")},
			{`multipart/form-data; boundary="` + strings.Repeat("b", 70) + `"`, []byte("--" + strings.Repeat("b", 70) + "--")},
			{"multipart/mixed; boundary=b", multipart("", "")},
			{"", []byte("x")},
			{"application/octet-stream", []byte{0}},
		} {
			f.Add(uint8(i), seed.mediaType, seed.body)
		}
	}
	h := hostileApp(f)
	f.Fuzz(func(t *testing.T, target uint8, mediaType string, body []byte) {
		to := hostileTargets[int(target)%len(hostileTargets)]
		req := httptest.NewRequest(http.MethodPost, to, bytes.NewReader(body))
		req.Header.Set("Content-Type", mediaType)
		switch rec := fuzzHostile(t, h, req, len(mediaType)+len(body)); rec.Code {
		case 200, 400, 413, 415, 422:
		default:
			t.Errorf("%s: %d %s", to, rec.Code, rec.Body)
		}
	})
}
