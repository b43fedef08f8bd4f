package natsevents

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/vade-go/vade/events/driver"
)

// The bounds of the embedded server. Beyond MaxStore a publish is refused, and nothing that was stored is lost.
const (
	maxStore   = 16 << 30
	maxMemory  = 64 << 20 // no stream of ours lives in memory
	maxPayload = 1 << 20
)

// restartPause is between the starts of a server that cannot write, because the disk is full.
const restartPause = time.Second

// ErrLocked says that another broker, in this process or another one, has the folder of the embedded server.
var ErrLocked = errors.New("the folder belongs to a running process; " +
	"give this one another data folder, or share an external NATS server")

var errRestarting = errors.New("the embedded server is being started")

// embedded is a server in this process and the lock on its folder. A server that could not write once never writes to that stream
// again, nor does it answer who publishes; so it is started anew, until there is room on the disk.
type embedded struct {
	dir    string
	cfg    driver.Config
	lock   io.Closer
	log    *serverLog
	life   context.Context
	cancel context.CancelFunc
	tended sync.WaitGroup

	mu     sync.Mutex
	server *server.Server // nil: it is being started anew
}

func startEmbedded(dir string, cfg driver.Config) (*embedded, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, err)
	}
	lock, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	e := &embedded{dir: dir, cfg: cfg, lock: lock, log: newServerLog(cfg.Log)}
	e.life, e.cancel = context.WithCancel(context.Background())
	if e.server, err = e.start(); err != nil {
		e.stop()
		return nil, err
	}
	e.tended.Go(e.tend)
	return e, nil
}

// start returns a server that runs.
func (e *embedded) start() (*server.Server, error) {
	srv, err := server.NewServer(&server.Options{
		ServerName: "vade-" + e.cfg.System, DontListen: true, NoSigs: true,
		JetStream: true, StoreDir: e.dir, SyncAlways: true,
		JetStreamMaxStore: maxStore, JetStreamMaxMemory: maxMemory, MaxPayload: maxPayload,
	})
	if err != nil {
		return nil, fmt.Errorf("store in %s: %w", e.dir, err)
	}
	srv.SetLoggerV2(e.log, false, false, false)
	srv.Start() // returns when everything is up, since nothing listens
	if e.log.died() || !srv.Running() || !srv.JetStreamEnabled() {
		shutDown(srv)
		return nil, fmt.Errorf("store in %s: %s", e.dir, e.log.reason())
	}
	return srv, nil
}

// tend starts the server anew whenever it could not write.
func (e *embedded) tend() {
	for {
		select {
		case <-e.life.Done():
			return
		case <-e.log.broken:
		}
		e.cfg.Log.Error("the embedded server could not write and is started anew", "folder", e.dir, "reason", e.log.reason())
		shutDown(e.replace(nil))
		for e.current() == nil && e.life.Err() == nil {
			pause(e.life, restartPause)
			e.log.forget()
			srv, err := e.start()
			if err != nil {
				e.cfg.Log.Error("the embedded server does not start", "error", err.Error())
				continue
			}
			e.replace(srv)
		}
	}
}

func (e *embedded) replace(srv *server.Server) (old *server.Server) {
	e.mu.Lock()
	defer e.mu.Unlock()
	old, e.server = e.server, srv
	return old
}

func (e *embedded) current() *server.Server {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.server
}

// InProcessConn connects to the server of the moment. It makes embedded a [nats.InProcessConnProvider].
func (e *embedded) InProcessConn() (net.Conn, error) {
	srv := e.current()
	if srv == nil {
		return nil, errRestarting
	}
	return srv.InProcessConn()
}

// stop returns when the server has written everything and its folder is free. It is called once.
func (e *embedded) stop() {
	e.cancel()
	e.tended.Wait()
	if srv := e.replace(nil); srv != nil {
		shutDown(srv)
	}
	_ = e.lock.Close() // gives the lock back
}

func shutDown(srv *server.Server) {
	srv.Shutdown()
	srv.WaitForShutdown()
}
