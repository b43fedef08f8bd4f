package natsevents_test

import (
	"context"
	"log/slog"
	"net/url"
	"testing"

	"go.uber.org/goleak"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/drivertest"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/internal/natstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheEmbeddedServerKeepsTheContract(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, func(t *testing.T) drivertest.Server { return &embedded{dir: t.TempDir()} })
}

func TestAnExternalServerKeepsTheContract(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, func(t *testing.T) drivertest.Server { return &external{natstest.StartServer(t)} })
}

type embedded struct{ dir string }

func (e *embedded) Open(t *testing.T) driver.Broker { return open(t, "embedded:", e.dir) }
func (e *embedded) Kill(*testing.T) bool            { return false }
func (e *embedded) Restart(*testing.T)              {}

type external struct{ server *natstest.Server }

func (e *external) Open(t *testing.T) driver.Broker { return open(t, e.server.URL, "") }
func (e *external) Restart(*testing.T)              { e.server.Restart() }
func (e *external) Kill(*testing.T) bool {
	e.server.Kill()
	return true
}

func open(t testing.TB, rawURL, dir string) driver.Broker {
	t.Helper()
	b, err := tryOpen(t.Context(), rawURL, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func tryOpen(ctx context.Context, rawURL, dir string) (driver.Broker, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	return natsevents.Driver().Open(ctx, driver.Config{URL: u, System: "airline", DataDir: dir, Log: slog.New(slog.DiscardHandler)})
}
