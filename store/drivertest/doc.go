// Package drivertest proves that an engine keeps documents as store/driver says.
//
// # Usage
//
// An engine's test hands over the driver and where a fresh database may be made:
//
//	func TestConformance(t *testing.T) {
//		drivertest.Run(t, drivertest.Harness{
//			Driver: sqlitestore.Driver(),
//			Config: func(t *testing.T) driver.Config {
//				return driver.Config{URL: &url.URL{Scheme: "sqlite"}, Service: "test", DataDir: t.TempDir()}
//			},
//		})
//	}
//
// Every case states the rule that it checks as a sentence, which is printed when the engine breaks it.
package drivertest
