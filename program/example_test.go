package program_test

import (
	"context"
	"fmt"
	"os"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/program"
)

func Example() {
	svc := vade.NewService("greeter")
	api.Get(svc, "/hello/{name}", hello, auth.Public())
	system := vade.NewSystem("house", svc)

	code := program.Run(context.Background(), system, nil, program.IO{
		Args: []string{"explain", "GET /hello/Ada"}, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	fmt.Println("exit code", code)
	// Output:
	// GET /hello/{name}
	// greeter.hello, declared at github.com/vade-go/vade/program_test/example_test.go:16
	//
	// STAGE     WHAT           WHERE
	// recover                  default
	// trace                    default
	// deadline  30s            default
	// bind      1 parameter    default
	// validate                 default
	// handler   greeter.hello  github.com/vade-go/vade/program_test/example_test.go:16
	// exit code 0
}
