package apitest_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
)

// greeter is the service under test.
func greeter() *vade.Service {
	svc := vade.NewService("greeter")
	api.Get(svc, "/hello", func(_ context.Context, in struct{ Caller auth.Principal }) (string, error) {
		return "Hello, " + in.Caller.Subject, nil
	}, auth.Require(auth.OAuth2("house")))
	return svc
}

// TestGreeting is what a user writes.
func TestGreeting(t *testing.T) {
	t.Parallel()
	tt := apitest.New(t, greeter())
	var got string
	tt.Do("GET", "/hello", nil, apitest.As(auth.Principal{Subject: "ada"})).JSON(&got)
	if got != "Hello, ada" {
		t.Errorf("got %q", got)
	}
	tt.Do("GET", "/hello", nil).Want(http.StatusUnauthorized)
}

func ExampleNew() {
	fmt.Printf("%T", TestGreeting)
	// Output: func(*testing.T)
}
