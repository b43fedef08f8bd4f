package api_test

import (
	"context"
	"fmt"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func reserveBook(ctx context.Context, in FindBook) (string, error) {
	err := api.After(ctx, "remind", func(ctx context.Context) error {
		fmt.Println("a letter to", auth.PrincipalFromContext(ctx).Subject, "about", in.ISBN)
		return nil
	})
	return "reserved", err
}

func ExampleAfter() {
	svc := vade.NewService("library")
	api.Configure(svc, api.Background(api.BackgroundConfig{Max: 20}))
	api.Post(svc, "/books/{isbn}/reservations", reserveBook, auth.Public())
	_, err := vade.NewSystem("town", svc).Manifest()
	fmt.Println(err)

	// Outside of a call there is no answer to wait for.
	_, err = reserveBook(context.Background(), FindBook{ISBN: "9780134190440"})
	fmt.Println(err)
	// Output:
	// <nil>
	// api: after "remind": the context belongs to no operation of an API
}
