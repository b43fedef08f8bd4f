package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/internal/natstest"
)

// fleet is the airline as one process for each service and one for the gateway, on one external broker.
type fleet struct {
	t        *testing.T
	data     string
	nats     string
	services map[string]*process
	env      map[string]settings // by which a service is started again at the same address
	gateway  *process
}

// order of the start: a service is started before those that call it.
var fleetOrder = []string{"airports", "flights", "bookings", "payments", "notify"}

func startFleet(t *testing.T, more settings) *fleet {
	t.Helper()
	f := &fleet{
		t: t, data: filepath.Join(t.TempDir(), "data"), nats: natstest.Start(t),
		services: make(map[string]*process), env: make(map[string]settings),
	}
	for _, name := range fleetOrder {
		env := settings{
			"VADE_DATA": f.data, "VADE_EVENTS": f.nats, "VADE_LISTEN": "127.0.0.1:0", "VADE_UPSTREAMS": f.upstreams(),
			"VADE_PAYMENTS_LATENCY": "5ms",
		}
		for k, v := range more {
			env[k] = v
		}
		f.services[name] = start(t, "airline", env, "serve", name)
		env["VADE_LISTEN"] = f.services[name].address
		f.env[name] = env
	}
	f.gateway = start(t, "airline", settings{
		"VADE_DATA": f.data, "VADE_GATEWAY": "127.0.0.1:0", "VADE_CONSOLE": "127.0.0.1:0", "VADE_UPSTREAMS": f.upstreams(),
	}, "gateway")
	return f
}

func (f *fleet) upstreams() string {
	var list []string
	for _, name := range fleetOrder {
		if p, ok := f.services[name]; ok {
			list = append(list, fmt.Sprintf("%s=http://%s", name, p.address))
		}
	}
	return strings.Join(list, ",")
}

// restart kills a service the hard way and starts it again where it was.
func (f *fleet) restart(name string) {
	f.t.Helper()
	f.services[name].kill()
	f.services[name] = start(f.t, "airline", f.env[name], "serve", name)
}

func (f *fleet) airline() *airline { return newAirline(f.t, f.gateway.address, f.data) }

func TestInSixProcessesOnAnExternalBroker(t *testing.T) {
	t.Parallel()
	f := startFleet(t, nil)
	theAirlineWorks(t, f.airline())
	a := f.airline()
	_, rest := a.fares(a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 5))[0].ID)
	for _, name := range append(fleetOrder, "gateway") {
		p := f.gateway
		if name != "gateway" {
			p = f.services[name]
		}
		p.signal(os.Interrupt)
		if code := p.exit(time.Minute); code != 0 {
			t.Errorf("%s: exit code %d", name, code)
		}
	}
	if err := rest(); err != nil {
		t.Errorf("the fares were cut off: %v", err)
	}
}

func TestServicesKilledOneByOneLoseNothing(t *testing.T) {
	t.Parallel()
	f := startFleet(t, settings{"VADE_PAYMENTS_LATENCY": "20ms"})
	a := f.airline()
	token := a.token("storm", everyScope)
	day := time.Now().AddDate(0, 0, 21)
	flights := append(a.flights("ZRH", "LHR", day), a.flights("LHR", "ZRH", day)...)
	known := newClients()
	for _, name := range []string{"flights", "payments", "notify", "bookings"} {
		before, stop := known.count(), make(chan struct{})
		buyers := a.buy(token, flights, known, stop)
		within(t, time.Minute, "some bookings were taken", func() bool { return known.count() >= before+10 })
		f.restart(name)
		close(stop)
		buyers.Wait()
	}
	a.everythingAddsUp(token, flights, known)
}
