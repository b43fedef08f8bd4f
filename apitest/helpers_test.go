package apitest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Tenant is a dependency that asks what no test has.
type Tenant struct{ Name string }

// Resolve finds the tenant.
func (*Tenant) Resolve(context.Context, *operation.Call) error {
	return errors.New("the register of tenants is out of reach")
}

// acme is the tenant of tests.
var acme = apitestTenant("acme")

func apitestTenant(name string) func(context.Context, *operation.Call) (Tenant, error) {
	return func(context.Context, *operation.Call) (Tenant, error) { return Tenant{Name: name}, nil }
}

// Basket is a dependency that stands on another one.
type Basket struct {
	Tenant Tenant
	Label  string
}

// Resolve labels the basket.
func (b *Basket) Resolve(_ context.Context, c *operation.Call) error {
	b.Label = b.Tenant.Name + "/" + c.Principal().Subject
	return nil
}

// Order is what somebody buys.
type Order struct {
	Items []string `json:"items" minItems:"1"`
}

// Place orders for somebody.
type Place struct {
	Caller auth.Principal
	Basket Basket
	Body   Order
}

// Receipt says what was bought.
type Receipt struct {
	For   string   `json:"for"`
	Items []string `json:"items"`
}

var errSoldOut = problem.New(http.StatusConflict, "sold-out", "Sold out")

// place is the contract of the shop.
var place = api.Define[Place, api.Created[Receipt]]("POST", "/orders", auth.Require(auth.OAuth2("shop"), "orders:write"), api.Fails(errSoldOut))

// shop sells; what it has sold it keeps in memory, as the tests about sharing need it.
func shop() *vade.Service {
	svc := vade.NewService("shop", vade.Version("1.2.0"))
	api.Serve(svc, place, func(ctx context.Context, in Place) (api.Created[Receipt], error) {
		if err := ctx.Err(); err != nil {
			return api.Created[Receipt]{}, err
		}
		if in.Body.Items[0] == "gold" {
			return api.Created[Receipt]{}, errSoldOut.WithDetail("There was never any.")
		}
		return api.Created[Receipt]{Location: "/orders/1", Value: Receipt{For: in.Basket.Label, Items: in.Body.Items}}, nil
	})
	api.Get(svc, "/whoami", func(_ context.Context, in struct{ Caller auth.Principal }) (string, error) {
		return in.Caller.Subject, nil
	}, auth.Require(auth.OAuth2("shop")))
	return svc
}

var ada = auth.Principal{Subject: "ada", Scopes: []string{"orders:write"}}

// witness is a test that is seen to fail.
type witness struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (w *witness) say(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, text)
}

func (w *witness) Errorf(format string, args ...any) { w.say(fmt.Sprintf(format, args...)) }

func (w *witness) Fatal(args ...any) {
	w.say(fmt.Sprint(args...))
	runtime.Goexit()
}

func (w *witness) Fatalf(format string, args ...any) {
	w.say(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// failing runs f as a test and returns what it has to complain about.
func failing(t *testing.T, f func(t testing.TB)) string {
	t.Helper()
	w := &witness{TB: t}
	var done sync.WaitGroup
	done.Go(func() { f(w) })
	done.Wait()
	return strings.Join(w.said, "\n")
}
