package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

var ErrUnknownBook = problem.New(http.StatusNotFound, "unknown-book", "No book has this ISBN")

type FindBook struct {
	ISBN string         `path:"isbn" pattern:"^[0-9]{13}$"`
	Full api.Opt[bool]  `query:"full" doc:"With its table of contents."`
	User auth.Principal // resolves itself
}

type Book struct {
	ISBN  string `json:"isbn"`
	Title string `json:"title"`
}

func findBook(_ context.Context, in FindBook) (Book, error) {
	if in.ISBN != "9780134190440" {
		return Book{}, ErrUnknownBook
	}
	return Book{ISBN: in.ISBN, Title: "The Go Programming Language"}, nil
}

func Example() {
	svc := vade.NewService("library")
	books := api.Group(svc, "/books", auth.Require(auth.OAuth2("library")))
	api.Get(books, "/{isbn}", findBook, auth.Scopes("books:read"), api.Fails(ErrUnknownBook))

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	op := m.Services[0].Operations[0]
	fmt.Println(op.ID, op.Method, op.Path, op.Security.Scopes)
	for _, p := range op.Parameters {
		fmt.Println(p.In, p.Name, p.Required)
	}

	// A handler is a function: a unit test calls it without any server.
	book, err := findBook(context.Background(), FindBook{ISBN: "9780134190440"})
	fmt.Println(book.Title, err)
	// Output:
	// library.findBook GET /books/{isbn} [books:read]
	// path isbn true
	// query full false
	// The Go Programming Language <nil>
}

func Example_undecided() {
	svc := vade.NewService("library")
	api.Get(svc, "/books/{isbn}", findBook) // nobody said who may call it

	_, err := vade.NewSystem("town", svc).Manifest()
	fmt.Println(err)
	// Output:
	// github.com/vade-go/vade/api_test/example_test.go:63: GET /books/{isbn}: nothing says who may call this operation: add auth.Require(...) to the operation or its group, or auth.Public()
}

type SearchBooks struct {
	Filter map[string]string `query:"filter" doc:"By member of a book: filter[author]=Kernighan."`
}

func searchBooks(_ context.Context, in SearchBooks) ([]Book, error) { return []Book{}, nil }

func ExampleStrictQuery() {
	svc := vade.NewService("library")
	books := api.Group(svc, "/books", auth.Public(), api.StrictQuery())
	api.Get(books, "", searchBooks)

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	op := m.Services[0].Operations[0]
	fmt.Println(op.Parameters[0].Name, op.Parameters[0].Style, op.StrictQuery)
	for _, step := range op.Plan {
		if step.Stage == "bind" {
			fmt.Println(step.Detail)
		}
	}
	// Output:
	// filter deepObject true
	// 1 parameter, no others in the query
}

type AddCover struct {
	ISBN  string   `path:"isbn"`
	Title string   `form:"title" minLength:"1"`
	Photo api.File `form:"photo"`
}

func addCover(_ context.Context, in AddCover) (string, error) {
	content, err := in.Photo.Open()
	if err != nil {
		return "", err
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	return fmt.Sprintf("%s: %s, %s, %q", in.ISBN, in.Title, in.Photo.ContentType, data), err
}

func ExampleFile() {
	svc := vade.NewService("library")
	api.Put(svc, "/books/{isbn}/cover", addCover, auth.Public(), api.MaxBody(10<<20))
	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Services[0].Operations[0].Body.MediaType)

	// In a unit test, and in a typed call, a file is made of bytes.
	fmt.Println(addCover(context.Background(), AddCover{
		ISBN: "9780134190440", Title: "Front", Photo: api.FileOf("front.png", "image/png", []byte("PNG")),
	}))
	// Output:
	// multipart/form-data
	// 9780134190440: Front, image/png, "PNG" <nil>
}

func ExampleIntercept() {
	svc := vade.NewService("library")
	hide := func(ctx context.Context, in *FindBook, next func(context.Context) (Book, error)) (Book, error) {
		book, err := next(ctx)
		if in.User.Subject == "" {
			book.Title = "?"
		}
		return book, err
	}
	noStore := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			next.ServeHTTP(w, r)
		})
	}
	books := api.Group(svc, "/books", auth.Public(), api.Middleware(noStore))
	api.Get(books, "/{isbn}", findBook, api.Intercept(hide), api.Fails(ErrUnknownBook))

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range m.Services[0].Operations[0].Plan {
		fmt.Print(step.Stage, " ")
	}
	// Output:
	// middleware recover trace deadline bind validate dependencies intercept handler
}

type Lend struct {
	Key  api.IdempotencyKey
	Body struct {
		ISBN string `json:"isbn"`
	}
}

// lend calls the loan by the key of the request, so that it is one loan however often it is asked for.
func lend(_ context.Context, in Lend) (api.Created[Book], error) {
	id, _ := in.Key.ID()
	return api.Created[Book]{Location: "/loans/" + id, Value: Book{ISBN: in.Body.ISBN}}, nil
}

func ExampleIdempotent() {
	svc := vade.NewService("library")
	api.Post(svc, "/loans", lend, auth.Require(auth.OAuth2("library")), api.Idempotent(api.KeyRequired()))

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	op := m.Services[0].Operations[0]
	fmt.Println(op.Parameters[0].Name, "required:", op.Parameters[0].Required)
	for _, p := range op.Problems {
		fmt.Println(p.Status, p.Code)
	}

	// In a unit test the key is made of the id that it has for the handler.
	loan, err := lend(context.Background(), Lend{Key: api.IdempotencyKeyOf("42")})
	fmt.Println(loan.Location, err)
	// Output:
	// Idempotency-Key required: true
	// 400 idempotency-key-missing
	// 409 idempotency-key-in-use
	// 409 idempotency-result-omitted
	// 422 idempotency-key-reused
	// /loans/42 <nil>
}
