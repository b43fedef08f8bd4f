// Package natstest runs real nats-server processes for tests.
//
// # Usage
//
//	url := natstest.Start(t)          // a server for this test, gone when it ends
//
//	s := natstest.StartServer(t)      // one that the test kills
//	s.Kill()
//	s.Restart()
//
// The server is built from the module that go.mod names, once for a machine and version, and kept in the user's cache
// folder. Every server has JetStream on, a free port of the loopback interface, and a folder of its own under
// [testing.TB.TempDir]. On Linux it ends with the test's process, even if that panics or runs out of time.
package natstest
