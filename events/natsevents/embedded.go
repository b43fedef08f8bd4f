package natsevents

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/vade-go/vade/events/driver"
)

// The bounds of the embedded server. Beyond MaxStore a publish is refused, and nothing that was stored is lost.
const (
	maxStore   = 16 << 30
	maxMemory  = 64 << 20 // no stream of ours lives in memory
	maxPayload = 1 << 20
)

// ErrLocked says that another broker, in this process or another one, has the folder of the embedded server.
var ErrLocked = errors.New("the folder belongs to a running process; " +
	"give this one another data folder, or share an external NATS server")

// embedded is a server in this process and the lock on its folder.
type embedded struct {
	server *server.Server
	lock   io.Closer
	once   sync.Once
}

func startEmbedded(dir string, cfg driver.Config) (*embedded, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	srv, err := server.NewServer(&server.Options{
		ServerName: "vade-" + cfg.System, DontListen: true, NoSigs: true,
		JetStream: true, StoreDir: dir, SyncAlways: true,
		JetStreamMaxStore: maxStore, JetStreamMaxMemory: maxMemory, MaxPayload: maxPayload,
	})
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	srv.SetLoggerV2(serverLog{cfg.Log}, false, false, false)
	e := &embedded{server: srv, lock: lock}
	srv.Start() // returns when everything is up, since nothing listens
	if !srv.Running() || !srv.JetStreamEnabled() {
		e.stop()
		return nil, fmt.Errorf("the server could not open its store in %s; its reason is in the log", dir)
	}
	return e, nil
}

// stop returns when the server has written everything and its folder is free. A second stop does nothing.
func (e *embedded) stop() {
	e.once.Do(func() {
		e.server.Shutdown()
		e.server.WaitForShutdown()
		_ = e.lock.Close() // gives the lock back
	})
}
