package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
)

type delivery struct {
	Body api.Parts
}

type received struct {
	Parts []string `json:"parts"`
}

// receive notes each part as it comes.
func receive(_ context.Context, in delivery) (received, error) {
	out := received{Parts: []string{}}
	for part, err := range in.Body.All() {
		if err != nil {
			return out, err
		}
		text, err := part.Text(20)
		if err != nil {
			return out, err
		}
		out.Parts = append(out.Parts, fmt.Sprintf("%s %s %s %s", part.Name, part.FileName, part.ContentType, text))
	}
	return out, nil
}

var uploading = api.Define[delivery, received]("POST", "/uploads", auth.Public(), api.MaxBody(1000))

func TestPartsArriveInTheirOrder(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Serve(s, uploading, receive)
	server := listen(t, s.open(t, io.Discard, nil))
	for place, conn := range map[string]*call.Conn{"remote": connect(t, server), "local": near(s)} {
		got, err := uploading.Call(t.Context(), conn, delivery{api.PartsOf(
			api.Part{Name: "note", Content: strings.NewReader("hello")},
			api.Part{Name: `li"st`, FileName: `a "b".csv`, ContentType: "text/csv", Content: strings.NewReader("ada,1")},
		)})
		if want := fmt.Sprint([]string{"note   hello", `li"st a "b".csv text/csv ada,1`}); err != nil ||
			fmt.Sprint(got.Parts) != want && fmt.Sprint(got.Parts) != strings.ReplaceAll(want, `"`, "%22") {
			t.Errorf("%s: %q, %v", place, got.Parts, err)
		}
	}
}

const partsType = "multipart/form-data; boundary=b"

func TestPartsThatCannotBeReadAreTheClientsFault(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Serve(s, uploading, receive)
	h := s.open(t, io.Discard, nil)
	part := func(text string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + text + "\r\n"
	}
	for _, tt := range []struct {
		name, mediaType, body string
		want                  int
	}{
		{"whole", partsType, part("x") + "--b--\r\n", 200},
		{"no parts", partsType, "--b--\r\n", 200},
		{"no end", partsType, part("x"), 400},
		{"ends within a part", partsType, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nxx", 400},
		{"ends within a header", partsType, "--b\r\nContent-Dispo", 400},
		{"ends behind a whole header", partsType, part("x") + "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n", 400},
		{"ends within the value of a header", partsType, part("x") + "--b\r\nContent-Disposition: form-data; name=\"a\"; filen", 400},
		{"ends before the content", partsType, part("x") + "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", 400},
		{"ends behind a boundary", partsType, part("x") + "--b\r\n", 400},
		{"ends within the closing boundary", partsType, part("x") + "--b-", 400},
		{"a boundary alone", partsType, "--b\r\n", 400},
		{"a boundary alone without an end of line", partsType, "--b", 400},
		{"closed in the name of a part", partsType, "--b\r\nContent-Disposition: form-data; name=\"--b--\"\r\n", 400},
		{"no end of the last line", partsType, part("x") + "--b--", 200},
		{"space behind the end", partsType, part("x") + "--b-- \t", 200},
		{"no parts and no end of the line", partsType, "--b--", 200},
		{"a preamble and an epilogue", partsType, "before\r\n" + part("x") + "--b--\r\nbehind\r\n--b\r\n", 200},
		{"bare line feeds", partsType, strings.ReplaceAll(part("x")+"--b--\r\n", "\r", ""), 200},
		{"bare line feeds without the last", partsType, strings.ReplaceAll(part("x")+"--b--", "\r", ""), 200},
		{"bare line feeds and no end", partsType, strings.ReplaceAll(part("x")+"--b\r\n", "\r", ""), 400},
		{"nothing", partsType, "nothing of the kind", 400},
		{"a text too long", partsType, part(strings.Repeat("x", 21)) + "--b--\r\n", 413},
		{"no UTF-8", partsType, part("\xff") + "--b--\r\n", 400},
		{"a name that is not UTF-8", partsType, strings.Replace(part("x"), `"a"`, "\"\xff\"", 1) + "--b--\r\n", 400},
		{"too much", partsType, strings.Repeat(part("x"), 30) + "--b--\r\n", 413},
		{"no boundary", "multipart/form-data", part("x"), 415},
		{"JSON", "application/json", "{}", 415},
		{"no type", "", "x", 415},
	} {
		res, body := send(t, h, "POST", "/uploads", tt.body, "Content-Type", tt.mediaType)
		if res.StatusCode != tt.want {
			t.Errorf("%s: %d %s, want %d", tt.name, res.StatusCode, body, tt.want)
		}
	}
}

func TestAnUploadTakesItsTimeAsLongAsItGoesOn(t *testing.T) {
	t.Parallel()
	const patience = 150 * time.Millisecond
	s, arrived := newService(), make(chan int)
	api.Post(s, "/uploads", func(ctx context.Context, in delivery) (received, error) {
		for part, err := range in.Body.All() {
			if err != nil {
				return received{}, err
			}
			if _, err := io.CopyBuffer(telling{arrived}, struct{ io.Reader }{part.Content}, make([]byte, 100)); err != nil {
				return received{}, err
			}
		}
		return received{Parts: []string{}}, ctx.Err()
	}, auth.Public(), api.Timeout(patience))
	server := listen(t, s.open(t, io.Discard, nil))
	for _, goesOn := range []bool{true, false} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, "POST /uploads HTTP/1.1\r\nHost: x\r\nContent-Type: "+partsType+"\r\nTransfer-Encoding: chunked\r\n\r\n")
		chunk := func(text string) { fmt.Fprintf(conn, "%x\r\n%s\r\n", len(text), text) }
		chunk("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n")
		began := time.Now()
		for pace := time.Tick(patience / 10); goesOn && time.Since(began) < 2*patience; <-pace {
			chunk(strings.Repeat("x", 100))
			for n := 0; n < 50; { // the reader keeps some back, in which the boundary may begin
				select {
				case m := <-arrived:
					n += m
				case <-time.After(20 * time.Second):
					t.Fatal("nobody reads on")
				}
			}
		}
		want := "HTTP/1.1 408 "
		if goesOn {
			want = "HTTP/1.1 200 "
			chunk("\r\n--b--\r\n")
			chunk("")
		}
		go func() {
			for range arrived { // what is left
			}
		}()
		answer := make([]byte, len(want))
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != want {
			t.Errorf("goes on: %v, got %q, %v", goesOn, answer, err)
		}
	}
	server.Close()
	close(arrived)
}

// telling says how much was written to it.
type telling struct{ to chan int }

func (w telling) Write(p []byte) (int, error) {
	w.to <- len(p)
	return len(p), nil
}

func TestABodyIsOneThing(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/a", func(context.Context, struct {
		Body api.Parts
		Name string `form:"name"`
	}) (api.None, error) {
		return api.None{}, nil
	}, auth.Public())
	api.Get(s, "/b", func(context.Context, delivery) (api.None, error) { return api.None{}, nil }, auth.Public())
	_, err := s.describe()
	if err == nil || !strings.Contains(err.Error(), "take the field Body") || !strings.Contains(err.Error(), "a GET takes no body") {
		t.Error(err)
	}
}
