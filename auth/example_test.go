package auth_test

import (
	"errors"
	"fmt"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/manifest"
)

func ExampleRequire() {
	var op manifest.Operation
	for _, r := range []auth.Requirement{
		auth.Require(auth.OAuth2("airline")), // said on the group
		auth.Scopes("bookings:write"),        // said on the operation
	} {
		r.DescribeOperation(&op)
	}
	fmt.Printf("%+v\n", op.Security)
	// Output: {Public:false Schemes:[airline] Scopes:[bookings:write]}
}

func ExampleBearer() {
	token, err := auth.Bearer("Bearer mF_9.B5f-4.1JqM")
	fmt.Println(token, err)
	_, err = auth.Bearer("Basic YWxpY2U6c2VjcmV0")
	fmt.Println(errors.Is(err, auth.ErrNoToken))
	// Output:
	// mF_9.B5f-4.1JqM <nil>
	// true
}

func ExampleChallenge() {
	caller := auth.Principal{Subject: "alice", Scopes: []string{"bookings:read"}}
	required := []string{"bookings:read", "bookings:write"}
	err := caller.Allow(required)
	fmt.Println(err)
	fmt.Println(auth.Challenge(err, "", required))
	// Output:
	// auth: missing scope: bookings:write
	// Bearer error="insufficient_scope", error_description="a scope is missing", scope="bookings:read bookings:write"
}
