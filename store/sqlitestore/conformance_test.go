package sqlitestore_test

import (
	"net/url"
	"testing"

	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/drivertest"
	"github.com/vade-go/vade/store/sqlitestore"
)

func TestAFileKeepsTheRulesOfAStore(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, drivertest.Harness{Driver: sqlitestore.Driver(), Config: inFolder})
}

func TestADatabaseInMemoryKeepsTheRulesOfAStore(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, drivertest.Harness{
		Driver: sqlitestore.Driver(),
		Config: func(t *testing.T) driver.Config {
			return driver.Config{URL: &url.URL{Scheme: "sqlite", Opaque: ":memory:"}, Service: "bookings"}
		},
	})
}

// inFolder configures a database in a folder of the test.
func inFolder(t *testing.T) driver.Config {
	return driver.Config{URL: &url.URL{Scheme: "sqlite"}, Service: "bookings", DataDir: t.TempDir()}
}
