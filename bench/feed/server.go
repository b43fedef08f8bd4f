package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/telemetry"
)

// news is one event and the way to the next. Everybody reads the same list: nobody has a queue.
type news struct {
	n    int
	next *news
	here chan struct{} // closed when next is set
}

// Feed is the service.
type Feed struct {
	mu      sync.Mutex
	last    *news
	open    atomic.Int64
	handler http.Handler
}

// Stats is what the server knows of itself.
type Stats struct {
	Open       int64   `json:"open"`
	HeapMB     float64 `json:"heap_mb"`  // live objects
	StackMB    float64 `json:"stack_mb"` // of goroutines
	RSSMB      float64 `json:"rss_mb"`   // of the process
	Goroutines int     `json:"goroutines"`
}

// Tick is one event.
type Tick struct {
	N int `json:"n"`
}

// New opens the service.
func New(ctx context.Context) (*Feed, error) {
	f := &Feed{last: &news{here: make(chan struct{})}}
	svc := vade.NewService("feed")
	api.Get(svc, "/events", f.events, auth.Public())
	tel, err := telemetry.New(telemetry.Config{Service: "feed", Output: io.Discard})
	if err != nil {
		return nil, err
	}
	instance, err := vade.NewSystem("feed", svc).Open(ctx, vade.Config{Telemetry: tel})
	if err != nil {
		return nil, err
	}
	app, _ := instance.Handler("feed")
	mux := http.NewServeMux()
	mux.Handle("GET /events", app)
	mux.HandleFunc("POST /publish", func(http.ResponseWriter, *http.Request) { f.publish() })
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(f.stats()) })
	f.handler = mux
	return f, nil
}

func (f *Feed) events(ctx context.Context, _ api.None) (api.SSE[Tick], error) {
	f.mu.Lock()
	at := f.last
	f.mu.Unlock()
	return func(yield func(api.Event[Tick], error) bool) {
		f.open.Add(1)
		defer f.open.Add(-1)
		for {
			select {
			case <-ctx.Done():
				return
			case <-at.here:
			}
			at = at.next
			if !yield(api.Event[Tick]{ID: strconv.Itoa(at.n), Data: Tick{at.n}}, nil) {
				return
			}
		}
	}, nil
}

func (f *Feed) publish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.last
	f.last = &news{n: before.n + 1, here: make(chan struct{})}
	before.next = f.last
	close(before.here)
}

func (f *Feed) stats() Stats {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Stats{
		Open: f.open.Load(), HeapMB: float64(m.HeapAlloc) / 1e6, StackMB: float64(m.StackInuse) / 1e6, RSSMB: rss(), Goroutines: runtime.NumGoroutine(),
	}
}

// rss is the resident memory of this process as Linux counts it, in megabytes; 0 elsewhere.
func rss() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		var kB float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kB); n == 1 {
			return kB / 1e3
		}
	}
	return 0
}

// Serve answers on a listener until ctx ends, in HTTP/1.1 and, without TLS, in HTTP/2.
func (f *Feed) Serve(ctx context.Context, l net.Listener) error {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: f.handler, Protocols: protocols}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	return server.Serve(l)
}
