package api_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

var errNoBook = errors.New("library: no such book") // of a package that knows nothing of HTTP

func lendBook(_ context.Context, in FindBook) (string, error) {
	return "", fmt.Errorf("lend %s: %w", in.ISBN, errNoBook)
}

func ExampleConfigure() {
	svc := vade.NewService("library")
	api.Post(svc, "/books/{isbn}/loans", lendBook)
	api.Configure(svc, auth.Public(), api.Translate(errNoBook, ErrUnknownBook))

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	op := m.Services[0].Operations[0]
	fmt.Println(op.Security.Public, op.Problems[0].Status, op.Problems[0].Code)
	// Output: true 404 unknown-book
}
