package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing/fstest"
	"time"

	"github.com/coder/websocket"
	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

// openLibrary serves a service on a free port until it is closed. A program has program.Main for that, and a test package apitest.
func openLibrary(svc *vade.Service) (address string, closing func(), err error) {
	tel, err := telemetry.New(telemetry.Config{Service: "library", Output: io.Discard})
	if err != nil {
		return "", nil, err
	}
	in, err := vade.NewSystem("town", svc).Open(context.Background(), vade.Config{Telemetry: tel})
	if err != nil {
		return "", nil, err
	}
	h, _ := in.Handler("library")
	server := httptest.NewServer(h)
	return server.URL, func() { server.Close(); _ = in.Close() }, nil
}

// answerOf sends a request and returns the status and the body of its answer.
func answerOf(method, url, body string, header ...string) (status int, answer string, err error) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	return res.StatusCode, string(data), err
}

// listBooks sends a long list as it is read. Nothing of it piles up.
func listBooks(_ context.Context, _ api.None) (api.Stream[Book], error) {
	return func(yield func(Book, error) bool) {
		for _, title := range []string{"Emma", "Persuasion"} {
			if !yield(Book{ISBN: "0", Title: title}, nil) {
				return // nobody is there any more
			}
		}
	}, nil
}

func ExampleStream() {
	svc := vade.NewService("library")
	api.Get(svc, "/books", listBooks, auth.Public())
	address, closing, err := openLibrary(svc)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closing()
	_, answer, err := answerOf("GET", address+"/books", "")
	fmt.Print(answer)
	fmt.Println(err)
	// Output:
	// {"isbn":"0","title":"Emma"}
	// {"isbn":"0","title":"Persuasion"}
	// <nil>
}

type WatchLoans struct {
	api.Resume // the client says which event it got last
}

type Loan struct {
	Title string `json:"title"`
}

// watchLoans sends the loans behind the one that the client has seen.
func watchLoans(_ context.Context, in WatchLoans) (api.SSE[Loan], error) {
	return func(yield func(api.Event[Loan], error) bool) {
		for i, title := range []string{"Emma", "Persuasion", "Sanditon"} {
			id := fmt.Sprint(i + 1)
			if id > in.LastEventID.Or("0") && !yield(api.Event[Loan]{ID: id, Type: "loan", Data: Loan{title}}, nil) {
				return
			}
		}
	}, nil
}

func ExampleSSE() {
	svc := vade.NewService("library")
	api.Get(svc, "/loans", watchLoans, auth.Public(), api.KeepAlive(10*time.Second))
	address, closing, err := openLibrary(svc)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closing()
	_, answer, _ := answerOf("GET", address+"/loans", "", "Last-Event-ID", "1") // as a browser does that connects anew
	fmt.Print(strings.ReplaceAll(answer, "\n\n", "\n"))
	// Output:
	// event: loan
	// id: 2
	// data: {"title":"Persuasion"}
	// event: loan
	// id: 3
	// data: {"title":"Sanditon"}
}

type Question struct {
	Text string `json:"text" minLength:"1"`
}

type Answer struct {
	Text string `json:"text"`
}

// askLibrarian answers one question after the other, and goes on behind one that breaks the rules.
func askLibrarian(_ context.Context, _ api.None) (api.WebSocket[Question, Answer], error) {
	return func(ctx context.Context, conn *api.Conn[Question, Answer]) error {
		for q, err := range conn.Messages(ctx) {
			answer := Answer{Text: "About " + q.Text + "? Second floor."}
			if errors.Is(err, problem.Invalid()) {
				answer.Text = "Pardon?"
			} else if err != nil {
				return err
			}
			if err := conn.Send(ctx, answer); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func ExampleWebSocket() {
	svc := vade.NewService("library")
	api.Get(svc, "/desk", askLibrarian, auth.Public(), api.MaxBody(4<<10))
	address, closing, err := openLibrary(svc)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closing()
	ctx := context.Background()
	ws, _, err := websocket.Dial(ctx, address+"/desk", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, question := range []string{`{"text":"Go"}`, `{"text":""}`} {
		if err := ws.Write(ctx, websocket.MessageText, []byte(question)); err != nil {
			fmt.Println(err)
		}
		_, answer, err := ws.Read(ctx)
		fmt.Println(string(answer), err)
	}
	fmt.Println(ws.Close(websocket.StatusNormalClosure, ""))
	// Output:
	// {"text":"About Go? Second floor."} <nil>
	// {"text":"Pardon?"} <nil>
	// <nil>
}

// scans are the files of the library; os.DirFS makes such a thing of a folder.
var scans = fstest.MapFS{"emma.txt": {Data: []byte("Emma Woodhouse, handsome, clever, and rich")}}

func readScan(_ context.Context, in struct {
	Name string `path:"name"`
}) (api.Blob, error) {
	return api.OpenBlob(scans, in.Name)
}

func ExampleBlob() {
	svc := vade.NewService("library")
	api.Get(svc, "/scans/{name}", readScan, auth.Public())
	address, closing, err := openLibrary(svc)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closing()
	fmt.Println(answerOf("GET", address+"/scans/emma.txt", "", "Range", "bytes=0-13")) // a download goes on where it broke off
	status, _, err := answerOf("GET", address+"/scans/sanditon.txt", "")
	fmt.Println(status, err)
	// Output:
	// 206 Emma Woodhouse <nil>
	// 404 <nil>
}

type AddScans struct {
	Body api.Parts
}

// addScans counts bytes while they arrive. However large a file is, it takes no memory and no disk.
func addScans(_ context.Context, in AddScans) ([]string, error) {
	var seen []string
	for part, err := range in.Body.All() {
		if err != nil {
			return nil, err // a problem fit for the client
		}
		n, err := io.Copy(io.Discard, part.Content)
		if err != nil {
			return nil, err
		}
		seen = append(seen, fmt.Sprintf("%s: %d bytes", part.FileName, n))
	}
	return seen, nil
}

func ExampleParts() {
	svc := vade.NewService("library")
	api.Post(svc, "/scans", addScans, auth.Public(), api.MaxBody(1<<30))
	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	op := m.Services[0].Operations[0]
	fmt.Println(op.Body.MediaType, op.Streams.Request)

	// In a unit test, and in a typed call, parts are made of readers.
	fmt.Println(addScans(context.Background(), AddScans{Body: api.PartsOf(
		api.Part{Name: "scan", FileName: "emma.txt", Content: bytes.NewReader(make([]byte, 3<<20))},
	)}))
	// Output:
	// multipart/form-data true
	// [emma.txt: 3145728 bytes] <nil>
}
