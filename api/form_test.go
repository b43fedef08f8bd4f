package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/problem"
)

type signUp struct {
	Name   string       `form:"name" minLength:"2"`
	Age    api.Opt[int] `form:"age" json:",omitzero" minimum:"18"`
	Topics []string     `form:"topic" maxItems:"2"`
	Source string       `form:"source" default:"web"`
	List   string       `query:"list"`
}

type upload struct {
	Title string            `form:"title" maxLength:"10"`
	Photo api.File          `form:"photo"`
	Cover api.Opt[api.File] `form:"cover"`
	Pages []api.File        `form:"page" maxItems:"2"`
}

// uploaded is an upload as it arrived, with the content of the files.
type uploaded struct {
	Title, Photo, Cover string
	Pages               []string
}

func arrived(_ context.Context, in upload) (uploaded, error) {
	out := uploaded{Title: in.Title, Photo: contentOf(in.Photo), Pages: []string{}}
	if cover, ok := in.Cover.Get(); ok {
		out.Cover = contentOf(cover)
	}
	for _, p := range in.Pages {
		out.Pages = append(out.Pages, contentOf(p))
	}
	return out, nil
}

func contentOf(f api.File) string {
	content, err := f.Open()
	if err != nil {
		return err.Error()
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	if err != nil || int64(len(data)) != f.Size {
		return fmt.Sprint("broken: ", err)
	}
	return fmt.Sprintf("%s (%s): %d %.10s", f.Name, f.ContentType, f.Size, data)
}

func forms(t testing.TB) http.Handler {
	s := newService()
	api.Post(s, "/sign-up", func(_ context.Context, in signUp) (signUp, error) { return in, nil }, auth.Public(), api.MaxBody(500))
	api.Put(s, "/upload", arrived, auth.Public(), api.MaxBody(4<<20))
	return s.open(t, io.Discard, nil)
}

// parts writes a multipart form: "name=text" or "name@file=content".
func parts(t testing.TB, list ...string) (body, contentType string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, p := range list {
		name, content, _ := strings.Cut(p, "=")
		field, file, isFile := strings.Cut(name, "@")
		create := w.CreateFormField
		if isFile {
			create = func(field string) (io.Writer, error) { return w.CreateFormFile(field, file) }
		}
		part, err := create(field)
		if err == nil {
			_, err = io.WriteString(part, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String(), w.FormDataContentType()
}

func TestAFormMayComeInEitherCoding(t *testing.T) {
	t.Parallel()
	h := forms(t)
	multi, multiType := parts(t, "name=Ada L&", "topic=a,b", "topic=")
	for contentType, body := range map[string]string{
		"application/x-www-form-urlencoded":                "name=Ada+L%26&topic=a,b&topic=",
		"application/x-www-form-urlencoded; charset=utf-8": "topic=a%2Cb&name=Ada%20L%26&topic",
		multiType: multi,
	} {
		res, got := send(t, h, "POST", "/sign-up?list=x", body, "Content-Type", contentType)
		want := signUp{Name: "Ada L&", Topics: []string{"a,b", ""}, Source: "web", List: "x"}
		if res.StatusCode != 200 || fmt.Sprint(decode[signUp](t, got)) != fmt.Sprint(want) {
			t.Errorf("%s: %d %s", contentType, res.StatusCode, got)
		}
	}
}

func TestTheRulesOfAFormAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	h := forms(t)
	for body, want := range map[string]string{
		"":                                    "name required, list required",
		"age=17&topic=a&topic=b&topic=c":      "name required, age minimum, topic max-items, list required",
		"name=A&name=B&source=&extra=1&%ff=2": "name repeated, list required, extra unknown, \uFFFD unknown",
		"name=%ff%fe&age=":                    "name encoding, age type, list required",
		"name=Ada&list=x":                     "list required, list unknown",
	} {
		res, got := send(t, h, "POST", "/sign-up", body, "Content-Type", "application/x-www-form-urlencoded")
		if list := listed(t, got); res.StatusCode != 422 || list != want {
			t.Errorf("%s: %d %s, want %s", body, res.StatusCode, list, want)
		}
	}
}

func TestFilesArriveWhole(t *testing.T) {
	t.Parallel()
	h := forms(t)
	large := strings.Repeat("0123456789", 300_000) // more than is kept in memory
	body, contentType := parts(t, "title=Holiday", "photo@../a/b.png=png", "page@1.txt=one", "page@2.txt="+large, "cover=")
	res, got := send(t, h, "PUT", "/upload", body, "Content-Type", contentType)
	want := uploaded{
		Title: "Holiday", Photo: "b.png (application/octet-stream): 3 png",
		Pages: []string{"1.txt (application/octet-stream): 3 one", "2.txt (application/octet-stream): 3000000 0123456789"},
	}
	if res.StatusCode != 200 || !reflect.DeepEqual(decode[uploaded](t, got), want) {
		t.Errorf("%d %s", res.StatusCode, got)
	}
}

func TestTheRulesOfFilesAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	h := forms(t)
	for want, list := range map[string][]string{
		"title required, photo required":                   {},
		"title max-length, photo repeated, page max-items": {"title=0123456789a", "photo@a=", "photo@b=", "page@1=", "page@2=", "page@3="},
		"title required, photo type, cover repeated":       {"photo=text", "cover@a=", "cover@b="},
		"photo required, extra unknown, more unknown":      {"title=x", "photo=", "extra=1", "more@file="},
		"title required, photo required, title type":       {"title@file=x"},
	} {
		body, contentType := parts(t, list...)
		res, got := send(t, h, "PUT", "/upload", body, "Content-Type", contentType)
		if list := listed(t, got); res.StatusCode != 422 || list != want {
			t.Errorf("%d %s, want %s", res.StatusCode, list, want)
		}
	}
}

func TestABodyThatIsNoFormIsRefused(t *testing.T) {
	t.Parallel()
	h := forms(t)
	good, multi := parts(t, "title=x", "photo@a=x")
	many := make([]string, 2000)
	for i := range many {
		many[i] = "topic=a"
	}
	crowd, crowdType := parts(t, many...)
	for name, tt := range map[string]struct {
		path, contentType, body string
		status                  int
		says                    string
	}{
		"JSON":                {"/sign-up", "application/json", `{"name":"Ada"}`, 415, "multipart/form-data"},
		"no type":             {"/sign-up", "", "name=Ada", 415, "x-www-form-urlencoded"},
		"another charset":     {"/sign-up", "application/x-www-form-urlencoded; charset=latin1", "name=Ada", 415, "UTF-8"},
		"no boundary":         {"/sign-up", "multipart/form-data", good, 415, "multipart"},
		"files without parts": {"/upload", "application/x-www-form-urlencoded", "title=x", 415, "must be multipart/form-data, in"},
		"bad escape":          {"/sign-up", "application/x-www-form-urlencoded", "name=%zz", 400, "form"},
		"semicolon":           {"/sign-up", "application/x-www-form-urlencoded", "name=a;b=c", 400, "form"},
		"cut short":           {"/upload", multi, good[:len(good)-30], 400, "ended early"},
		"other boundary":      {"/upload", "multipart/form-data; boundary=x", good, 400, "form"},
		"too large":           {"/sign-up", "application/x-www-form-urlencoded", "name=" + strings.Repeat("a", 500), 413, "500 bytes"},
		"too large in parts":  {"/upload", multi, good[:len(good)-30] + strings.Repeat("a", 5<<20), 413, "4194304 bytes"},
		"too many parts":      {"/upload", crowdType, crowd, 413, "too many fields"},
	} {
		for _, framed := range []bool{true, false} { // with its length, and without
			req := httptest.NewRequest("POST", tt.path+"?list=x", strings.NewReader(tt.body))
			if tt.path == "/upload" {
				req.Method = "PUT"
			}
			req.Header.Set("Content-Type", tt.contentType)
			if !framed {
				req.ContentLength = -1
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			p, err := problem.Parse(rec.Body.Bytes())
			if rec.Code != tt.status || err != nil || !strings.Contains(p.Detail, tt.says) {
				t.Errorf("%s: %d %s, want %d %q", name, rec.Code, rec.Body, tt.status, tt.says)
			}
		}
	}
	if res, got := send(t, h, "POST", "/sign-up", "x", "Content-Type", "application/x-www-form-urlencoded", "Content-Encoding", "gzip"); res.StatusCode != 415 {
		t.Errorf("compressed: %d %s", res.StatusCode, got)
	}
}

func TestAFormInPartsIsWholeOnlyWithItsClosingBoundary(t *testing.T) {
	t.Parallel()
	h := forms(t)
	const title = "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nFront\r\n"
	const photo = "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\nx\r\n"
	whole := title + photo + "--b--\r\n"
	end := len(whole) - len("\r\n")
	for n := 1; n <= len(whole); n++ { // as if the client had sent no more, and said so
		for chunk, body := range map[string]io.Reader{"at once": strings.NewReader(whole[:n]), "in bytes": iotest.OneByteReader(strings.NewReader(whole[:n]))} {
			req := httptest.NewRequest("PUT", "/upload", body)
			req.ContentLength = int64(n)
			req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			if n == end+1 { // half an end of a line
				continue
			}
			if n >= end && rec.Code != 200 || n < end && (rec.Code != 400 || !strings.Contains(rec.Body.String(), "The form is not well formed or ended early.")) {
				t.Errorf("%s, %q: %d %s", chunk, whole[:n], rec.Code, rec.Body)
			}
		}
	}
}

func TestAFormHasNoMoreFieldsThanAreWorthTheirMemory(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/form", inputs[struct {
		Note []string `form:"n"`
	}], auth.Public(), api.Name("form"))
	h := s.open(t, io.Discard, nil)
	for fields, want := range map[int]int{10_000: 204, 10_001: 413} {
		body := strings.TrimPrefix(strings.Repeat("&n", fields), "&")
		if res, got := send(t, h, "POST", "/form", body, "Content-Type", "application/x-www-form-urlencoded"); res.StatusCode != want {
			t.Errorf("%d fields: %d %s", fields, res.StatusCode, got)
		}
	}
}

func TestAFormOfUnknownLengthMayBeAbsent(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/form", inputs[struct {
		Note string `form:"note" default:"none"`
	}], auth.Public(), api.Name("form"))
	api.Post(s, "/files", inputs[struct {
		Cover api.Opt[api.File] `form:"cover"`
	}], auth.Public(), api.Name("files"))
	h := s.open(t, io.Discard, nil)
	for _, path := range []string{"/form", "/files"} {
		for body, want := range map[string]int{"": 204, "x": 415} {
			req := httptest.NewRequest("POST", path, strings.NewReader(body))
			req.ContentLength = -1
			rec := httptest.NewRecorder()
			if h.ServeHTTP(rec, req); rec.Code != want {
				t.Errorf("%s with %q: %d %s", path, body, rec.Code, rec.Body)
			}
		}
	}
}

// Not parallel: it looks at the folder of temporary files.
func TestNothingOfAFormIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	h := forms(t)
	large := strings.Repeat("x", 3<<20)
	for _, list := range [][]string{
		{"title=ok", "photo@a=" + large}, {"title=refused, it is too long", "photo@a=" + large}, {"title=too large", "photo@a=" + large, "page@b=" + large},
	} {
		body, contentType := parts(t, list...)
		send(t, h, "PUT", "/upload", body, "Content-Type", contentType)
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v", list[0], left, err)
		}
	}
}

// cutting is a writer that cuts the connection off.
type cutting struct{ http.ResponseWriter }

func (cutting) Write([]byte) (int, error) { panic(http.ErrAbortHandler) }

// Not parallel: it looks at the folder of temporary files.
func TestNothingOfAFormIsLeftBehindByAWriterThatPanics(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := newService()
	api.Put(s, "/upload", arrived, auth.Public(), api.MaxBody(4<<20), api.Middleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(cutting{w}, r) })
	}))
	h := s.open(t, io.Discard, nil)
	body, contentType := parts(t, "title=ok", "photo@a="+strings.Repeat("x", 3<<20))
	defer func() {
		if left, err := os.ReadDir(dir); recover() == nil || err != nil || len(left) > 0 {
			t.Errorf("got %v, %v", left, err)
		}
	}()
	send(t, h, "PUT", "/upload", body, "Content-Type", contentType)
}

func TestAFileHasNoOtherForm(t *testing.T) {
	t.Parallel()
	if _, err := (api.File{}).Open(); err == nil {
		t.Error("an empty File was opened")
	}
	s := newService()
	api.Put(s, "/json", func(_ context.Context, in struct{ Body struct{ F api.File } }) (api.None, error) {
		return api.None{}, nil
	}, auth.Public())
	api.Get(s, "/out", func(context.Context, api.None) (api.File, error) { return api.FileOf("a", "", nil), nil }, auth.Public(), api.Name("out"))
	h := s.open(t, io.Discard, nil)
	if res, body := send(t, h, "PUT", "/json", `{"F":"x"}`); res.StatusCode != 422 {
		t.Errorf("read from JSON: %d %s", res.StatusCode, body)
	}
	if res, body := send(t, h, "GET", "/out", ""); res.StatusCode != 500 {
		t.Errorf("written as JSON: %d %s", res.StatusCode, body)
	}
}

var (
	sendForm = api.Define[signUp, signUp]("POST", "/sign-up", auth.Public())
	sendFile = api.Define[upload, uploaded]("PUT", "/upload", auth.Public())
)

func TestAFormArrivesWholeWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		for name, in := range map[string]signUp{
			"all of it": {Name: "Ä d=&+;\r\na", Age: api.Some(18), Topics: []string{"", "a,b"}, Source: "s", List: "l"},
			"defaults":  {Name: "Ada", Topics: []string{}, Source: "web", List: ""},
		} {
			if got, err := sendForm.Call(t.Context(), conn, in); err != nil || fmt.Sprint(got) != fmt.Sprint(in) {
				t.Errorf("%s: sent %+v, got %+v, %v", name, in, got, err)
			}
		}
		got, err := sendFile.Call(t.Context(), conn, upload{
			Title: "x", Photo: api.FileOf(`a "b".png`, "image/png", []byte("png\r\n--")), Pages: []api.File{api.FileOf("ü", "", nil)},
		})
		if want := (uploaded{Title: "x", Photo: "a \"b\".png (image/png): 7 png\r\n--", Pages: []string{"ü (): 0 "}}); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
		for want, in := range map[string]upload{
			"form photo": {Title: "x"},
			"form cover": {Title: "x", Photo: api.FileOf("a", "", nil), Cover: api.Some(api.FileOf("a", "text/plain\r\nX-Admin: yes", nil))},
			"form page":  {Title: "x", Photo: api.FileOf("a", "", nil), Pages: []api.File{api.FileOf("a\nb", "", nil)}},
		} {
			_, err := sendFile.Call(t.Context(), conn, in)
			if p, ok := problem.From(err); !ok || len(p.Errors) != 1 || p.Errors[0].In+" "+p.Errors[0].Name != want {
				t.Errorf("%s: %v", want, err)
			}
		}
	})
}

func TestTheNameOfAFileIsUTF8(t *testing.T) {
	t.Parallel()
	h := forms(t)
	for _, list := range [][]string{{"title=x", "photo@\xff=x"}, {"title=x", "photo@a=x", "page@\xff.png=x"}} {
		body, contentType := parts(t, list...)
		if res, body := send(t, h, "PUT", "/upload", body, "Content-Type", contentType); res.StatusCode != 422 || !strings.HasSuffix(listed(t, body), " encoding") {
			t.Errorf("%q: %d %s", list, res.StatusCode, body)
		}
	}
}

func TestAFileThatWouldArriveAsAnotherIsRefusedWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		for _, f := range []api.File{
			api.FileOf("a/b.txt", "", nil), api.FileOf("a/", "", nil), api.FileOf("a", "text/plain\r\n", nil),
			api.FileOf("a", "text/plain;\r\n\r\nb=c", nil), api.FileOf("a", " text/plain", nil), api.FileOf("\xff", "", nil),
		} {
			got, err := sendFile.Call(t.Context(), conn, upload{Title: "x", Photo: f})
			if p, ok := problem.From(err); !ok || len(p.Errors) != 1 || p.Errors[0].Name != "photo" {
				t.Errorf("%q %q: %+v, %v", f.Name, f.ContentType, got, err)
			}
		}
	})
}

// FuzzForm: whatever comes as a form is read or refused for what it is.
func FuzzForm(f *testing.F) {
	body, contentType := parts(f, "title=x", "photo@a=x", "page@b=y", "name=Ada", "topic=a")
	f.Add(contentType, body)
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"title\"; filename*=UTF-8''%ff\r\n\r\n\r\n--x--")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=title\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=zz\r\n--x--")
	f.Add("application/x-www-form-urlencoded", "name=%41da&topic&topic=&=&&age=1e1")
	h := forms(f)
	f.Fuzz(func(t *testing.T, contentType, body string) {
		for path, method := range map[string]string{"/sign-up?list=x": "POST", "/upload": "PUT"} {
			req := httptest.NewRequest(method, path, strings.NewReader(body))
			req.Header.Set("Content-Type", contentType)
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			switch rec.Code {
			case 200, 400, 413, 415, 422:
			default:
				t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
			}
		}
	})
}
