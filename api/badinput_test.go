package api_test

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const urlEncoded = "application/x-www-form-urlencoded"

// badInput is a body, and what becomes of it.
type badInput struct {
	target, mediaType, body string
	status                  int
	want                    string // in the answer
}

// refused sends each of the inputs.
func refused(t *testing.T, inputs map[string]badInput) {
	t.Helper()
	h := hostileApp(t)
	for name, in := range inputs {
		req := httptest.NewRequest(http.MethodPost, in.target, strings.NewReader(in.body))
		req.Header.Set("Content-Type", in.mediaType)
		if rec := serve(h, req); rec.Code != in.status || !strings.Contains(rec.Body.String(), in.want) {
			t.Errorf("%s: %d %.300s, want %d %s", name, rec.Code, rec.Body, in.status, in.want)
		}
	}
}

func TestABodyIsInUTF8AndSaysNothingElse(t *testing.T) {
	t.Parallel()
	const json, form = "application/json", partsType
	part := func(header, text string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n" + header + "\r\n" + text + "\r\n--b--\r\n"
	}
	refused(t, map[string]badInput{
		"UTF-8":                    {"/anything", json + "; charset=UTF-8", `{"text":"ü"}`, 200, `"ü"`},
		"UTF-8 in quotes":          {"/anything", json + `; charset="utf-8"`, `{}`, 200, ""},
		"ISO 8859-1":               {"/anything", json + "; charset=iso-8859-1", `{}`, 415, "UTF-8"},
		"UTF-16":                   {"/anything", json + "; charset=utf-16", `{}`, 415, "UTF-8"},
		"UTF-7":                    {"/anything", json + "; charset=utf-7", `{}`, 415, "UTF-8"},
		"two of them":              {"/anything", json + "; charset=utf-8; charset=utf-16", `{}`, 415, "UTF-8"},
		"one in an extension":      {"/anything", json + "; charset*=utf-8''utf-16", `{}`, 415, "UTF-8"},
		"of a type like JSON":      {"/anything", "application/merge-patch+json; charset=ascii", `{}`, 415, "UTF-8"},
		"ISO 8859-1, not said":     {"/anything", json, "{\"text\":\"\xfc\"}", 400, "UTF-8"},
		"a mark of UTF-8":          {"/anything", json, "\xef\xbb\xbf{}", 400, "malformed"},
		"a mark of UTF-16":         {"/anything", json, "\xff\xfe{\x00}\x00", 400, "malformed"},
		"a mark of UTF-16, big":    {"/anything", json, "\xfe\xff\x00{\x00}", 400, "malformed"},
		"UTF-16 without a mark":    {"/anything", json, "{\x00}\x00", 400, "malformed"},
		"UTF-32":                   {"/anything", json, "\xff\xfe\x00\x00{\x00\x00\x00}\x00\x00\x00", 400, "malformed"},
		"overlong":                 {"/anything", json, "{\"text\":\"\xc0\xaf\"}", 400, "UTF-8"},
		"a surrogate":              {"/anything", json, "{\"text\":\"\xed\xa0\x80\"}", 400, "UTF-8"},
		"a surrogate, escaped":     {"/anything", json, `{"text":"\ud800"}`, 400, "malformed"},
		"beyond Unicode":           {"/anything", json, "{\"text\":\"\xf4\x90\x80\x80\"}", 400, "UTF-8"},
		"cut off":                  {"/anything", json, "{\"text\":\"\xe2\x82", 400, "malformed"},
		"in a name":                {"/anything", json, "{\"\xff\":1}", 400, "UTF-8"},
		"in any":                   {"/any", json, "[\"\xff\"]", 400, "UTF-8"},
		"a zero byte":              {"/anything", json, "{\"text\":\"a\x00b\"}", 400, "malformed"},
		"a zero byte, escaped":     {"/anything", json, `{"text":"a\u0000b"}`, 200, `\u0000`},
		"form: ISO 8859-1":         {"/forms", urlEncoded + "; charset=iso-8859-1", "text=a", 415, "UTF-8"},
		"form: not said":           {"/forms", urlEncoded, "text=%fc", 422, "encoding"},
		"form: not even escaped":   {"/forms", urlEncoded, "text=\xfc", 422, "encoding"},
		"form: in a name":          {"/forms", urlEncoded, "\xfc=a", 422, "unknown"},
		"form: UTF-16":             {"/forms", urlEncoded, "\xff\xfet\x00e\x00", 422, "unknown"},
		"multipart: UTF-16":        {"/files", form + "; charset=utf-16", part("", "a"), 415, "UTF-8"},
		"multipart: not said":      {"/files", form, part("", "\xfc"), 422, "encoding"},
		"multipart: of a part":     {"/files", form, part("Content-Type: text/plain; charset=iso-8859-1\r\n", "\xfc"), 422, "encoding"},
		"parts: UTF-16":            {"/parts", form + "; charset=utf-16", part("", "a"), 415, "UTF-8"},
		"parts: not said":          {"/parts", form, part("", "\xfc"), 400, "UTF-8"},
		"CBOR: not UTF-8":          {"/anything", "application/cbor", "\xa1\x64text\x61\xff", 400, "malformed"},
		"CBOR: a surrogate":        {"/anything", "application/cbor", "\xa1\x64text\x63\xed\xa0\x80", 400, "malformed"},
		"CBOR: a character in two": {"/anything", "application/cbor", "\xa1\x64text\x7f\x61\xc3\x61\xbc\xff", 400, "malformed"},
	})
}

func TestAMemberIsThereOnceWhereverItStands(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	refused(t, map[string]badInput{
		"twice":            {"/anything", json, `{"int":1,"int":1}`, 400, "duplicate"},
		"by an escape":     {"/anything", json, `{"int":1,"\u0069nt":2}`, 400, "duplicate"},
		"in any":           {"/any", json, `[{"a":[{"b":1,"b":2}]}]`, 400, "duplicate"},
		"in a map":         {"/anything", json, `{"counts":{"a":1,"a":2}}`, 400, "duplicate"},
		"in a deep one":    {"/anything", json, `{"within":[{"named":{"x":{"int":1,"int":2}}}]}`, 400, "duplicate"},
		"in an unknown":    {"/anything", json, `{"x":{"y":1,"y":2}}`, 400, "duplicate"},
		"in a wrong type":  {"/anything", json, `{"int":{"y":1,"y":2}}`, 400, "duplicate"},
		"the kind":         {"/tool", json, `{"kind":"hammer","Weight":1,"kind":"box"}`, 400, "duplicate"},
		"the kind, behind": {"/tool", json, `{"Weight":1,"kind":"hammer","kind":"hammer"}`, 400, "duplicate"},
		"in a kind":        {"/tool", json, `{"kind":"hammer","Weight":1,"Weight":2}`, 400, "duplicate"},
		"in another case":  {"/anything", json, `{"int":1,"INT":2}`, 422, "unknown"},
		"in CBOR":          {"/anything", "application/cbor", "\xa2\x63int\x01\x63int\x01", 400, "malformed"},
		"in CBOR, pieces":  {"/anything", "application/cbor", "\xa2\x63int\x01\x7f\x61i\x62nt\xff\x01", 400, "malformed"},
		"in a form":        {"/forms", urlEncoded, "text=a&text=b", 422, "repeated"},
	})
}

func TestANumberFitsItsTypeOrIsRefused(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	inputs := map[string]badInput{
		"the largest":           {"/anything", json, `{"int":9223372036854775807}`, 200, "9223372036854775807"},
		"one more":              {"/anything", json, `{"int":9223372036854775808}`, 422, "range"},
		"an unsigned":           {"/anything", json, `{"small":-1}`, 422, "/small"},
		"too small a type":      {"/anything", json, `{"small":256}`, 422, "range"},
		"of many digits":        {"/anything", json, `{"int":1` + strings.Repeat("0", 500_000) + `}`, 422, "range"},
		"of many zeros":         {"/anything", json, `{"float":0.` + strings.Repeat("0", 500_000) + `1}`, 200, ""},
		"of many nines":         {"/anything", json, `{"float":` + strings.Repeat("9", 500_000) + `}`, 422, "range"},
		"an exponent, integer":  {"/anything", json, `{"int":1e999999999}`, 422, "/int"},
		"an exponent, float":    {"/anything", json, `{"float":1e999999999}`, 422, "range"},
		"an exponent, single":   {"/anything", json, `{"single":1e39}`, 422, "range"},
		"an exponent, negative": {"/anything", json, `{"float":1e-999999999}`, 200, ""},
		"an endless exponent":   {"/anything", json, `{"float":1e` + strings.Repeat("9", 500_000) + `}`, 422, "range"},
		"negative, endless":     {"/anything", json, `{"int":1e-` + strings.Repeat("9", 500_000) + `}`, 422, "/int"},
		"for a map":             {"/anything", json, `{"counts":{"a":1e999999999}}`, 422, "/counts/a"},
		"for a union":           {"/tool", json, `{"kind":"hammer","Weight":-1e999999999}`, 422, "/Weight"},
		"for a union, before":   {"/tool", json, `{"Weight":1e999999999,"kind":"hammer"}`, 422, "/Weight"},
		"form: NaN":             {"/forms", urlEncoded, "float=NaN", 422, "type"},
		"form: infinity":        {"/forms", urlEncoded, "float=-Infinity", 422, "type"},
		"form: an exponent":     {"/forms", urlEncoded, "float=1e999999999", 422, "range"},
		"form: hexadecimal":     {"/forms", urlEncoded, "float=0x1p-2", 422, "type"},
		"CBOR: NaN":             {"/anything", "application/cbor", "\xa1\x65float\xf9\x7e\x00", 400, "malformed"},
		"CBOR: infinity":        {"/anything", "application/cbor", "\xa1\x65float\xf9\x7c\x00", 400, "malformed"},
		"CBOR: a bignum":        {"/anything", "application/cbor", "\xa1\x63int\xc2\x49\x01" + strings.Repeat("\x00", 8), 422, "range"},
		"CBOR: a long bignum":   {"/anything", "application/cbor", "\xa1\x63int\xc2\x5a\x00\x08\x00\x00" + strings.Repeat("\xff", 0x80000), 400, "malformed"},
		"CBOR: a decimal":       {"/any", "application/cbor", "\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01", 400, "malformed"},
		"CBOR: a time too late": {"/any", "application/cbor", "\xc1\x1b\xff\xff\xff\xff\xff\xff\xff\xff", 400, "malformed"},
	}
	for _, text := range []string{"NaN", "nan", "Infinity", "-Infinity", "inf", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "0x10", "1_000", "1,5", "١", "--1", "-"} {
		inputs["no number: "+text] = badInput{"/anything", json, `{"float":` + text + `}`, 400, "malformed"}
		inputs["no number for any: "+text] = badInput{"/any", json, `[` + text + `,]`, 400, "malformed"}
	}
	refused(t, inputs)
}

// TestANumberThatNothingHoldsGoesThroughAnyOrNot: what any cannot hold is refused, and what it holds can be written again.
func TestANumberThatNothingHoldsGoesThroughAnyOrNot(t *testing.T) {
	t.Parallel()
	h := hostileApp(t)
	for _, number := range []string{"1e999999999", "-1e999999999", "1e-999999999", strings.Repeat("9", 100_000), "0." + strings.Repeat("0", 100_000) + "1", "-0", "1e308", "18446744073709551616"} {
		for _, accept := range []string{"application/json", "application/cbor"} {
			req := httptest.NewRequest(http.MethodPost, "/any", strings.NewReader(`{"a":[`+number+`]}`))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Accept", accept)
			if rec := serve(h, req); rec.Code != 200 && rec.Code != 422 && rec.Code != 400 {
				t.Errorf("%.30s as %s: %d %.300s", number, accept, rec.Code, rec.Body)
			}
		}
	}
}

func TestNestingHasAnEnd(t *testing.T) {
	t.Parallel()
	const json, levels = "application/json", 20_000
	deep := func(before, inner, after string, n int) string {
		return strings.Repeat(before, n) + inner + strings.Repeat(after, n)
	}
	brackets := func(name string) string { return name + strings.Repeat("[a]", levels) + "=1" }
	mixed := "--b\r\nContent-Disposition: form-data; name=\"text\"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n" +
		strings.Repeat("--c\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n", 10_000) + "\r\n--b--\r\n"
	cborIn := func(prefix, before string, n int) string {
		data, err := hex.DecodeString(prefix + strings.Repeat(before, n) + "01")
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	refused(t, map[string]badInput{
		"arrays for any":           {"/any", json, deep("[", "", "]", levels), 400, "deeper than 64"},
		"objects for any":          {"/any", json, deep(`{"a":`, "1", "}", levels), 400, "deeper than 64"},
		"without an end":           {"/any", json, strings.Repeat("[", levels), 400, "deeper than 64"},
		"64 levels":                {"/any", json, deep("[", "", "]", 64), 200, ""},
		"65 levels":                {"/any", json, deep("[", "", "]", 65), 400, "deeper than 64"},
		"of its own type":          {"/anything", json, deep(`{"within":[`, "", "]}", levels), 400, "deeper than 64"},
		"of its own type, named":   {"/anything", json, deep(`{"named":{"a":`, "{}", "}}", levels), 400, "deeper than 64"},
		"in an unknown":            {"/anything", json, `{"x":` + deep("[", "", "]", levels) + "}", 400, "deeper than 64"},
		"in a wrong type":          {"/anything", json, `{"int":` + deep("[", "", "]", levels) + "}", 400, "deeper than 64"},
		"a union":                  {"/tool", json, deep(`{"kind":"box","Inner":`, "1", "}", levels), 400, "deeper than 64"},
		"a union, the kind behind": {"/tool", json, deep(`{"Inner":`, "1", `,"kind":"box"}`, levels), 400, "deeper than 64"},
		"a union, no kind":         {"/tool", json, deep(`{"Inner":`, "1", `}`, 64), 422, ""},
		"unions in turn":           {"/tool", json, deep(`{"Inner":{"kind":"box","Inner":`, "1", `},"kind":"box"}`, 31), 422, ""},
		"CBOR arrays":              {"/any", "application/cbor", cborIn("", "81", levels), 400, "malformed"},
		"CBOR maps":                {"/any", "application/cbor", cborIn("", "a16161", levels), 400, "malformed"},
		"CBOR without lengths":     {"/any", "application/cbor", cborIn("", "9f", levels), 400, "malformed"},
		"CBOR tags":                {"/any", "application/cbor", cborIn("", "d9d9f7", levels), 400, "malformed"},
		"CBOR arrays of tags":      {"/any", "application/cbor", cborIn("", "81d9d9f7", levels), 400, "malformed"},
		"a form":                   {"/forms", urlEncoded, brackets("text"), 422, "unknown"},
		"a form, open":             {"/forms", urlEncoded, "text" + strings.Repeat("[", levels) + "=1", 422, "unknown"},
		"a form, of dots":          {"/forms", urlEncoded, "text" + strings.Repeat(".a", levels) + "=1", 422, "unknown"},
		"multipart in multipart":   {"/files", partsType, mixed, 200, ""},
		"multipart, parts":         {"/parts", partsType, mixed, 413, "20 bytes"},
	})
}
