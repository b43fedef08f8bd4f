package lifecycle_test

import (
	"context"
	"fmt"

	"github.com/vade-go/vade/lifecycle"
)

func Example() {
	say := func(text string) func(context.Context) error {
		return func(context.Context) error { fmt.Println(text); return nil }
	}
	var group lifecycle.Group
	group.Add("database", lifecycle.Func{OnStart: say("open database"), OnStop: say("close database")})
	group.Add("listener", lifecycle.Func{OnStart: say("listen"), OnStop: say("drain requests")})

	ctx, cancel := context.WithCancel(context.Background())
	err := lifecycle.Run(ctx, &group, lifecycle.RunOptions{OnReady: func() { fmt.Println("ready"); cancel() }})
	fmt.Println(err)
	// Output:
	// open database
	// listen
	// ready
	// drain requests
	// close database
	// <nil>
}
