package operation

import (
	"context"
	"io"
	"log/slog"
	"net/url"
	"path"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/telemetry"
)

// Scope is what declarations are made on. A service is one; so is a group of operations inside a service.
//
// Declaring does no I/O and reports nothing: mistakes come back, all at once, when the system is described or opened.
type Scope interface {
	// Name is the name of the service.
	Name() string
	// Declare returns the part that the service has under key, made by make at the first call. Capabilities use keys of
	// unexported types, so that one capability never meets the parts of another. Not safe for concurrent use:
	// a service is declared by one goroutine.
	Declare(key any, make func() Part) Part
}

// Part is one declared thing of a service: its operations, a topic, a subscription, a collection.
//
// A part that is also a lifecycle.Component is started after every part of every service has been opened, and stopped
// before any is closed. A part that is also an io.Closer is closed at the very end.
type Part interface {
	// Describe writes the part into the manifest and checks it. It does no I/O and runs once.
	Describe(d *Description) error
	// Open binds the part to what it runs on. It runs once, after Describe of every part.
	Open(ctx context.Context, env *Env) error
}

// Checker is a [Part] that can tell whether it can do its work right now: a database that answers. Readiness probes ask it.
type Checker interface {
	// Check returns nil, or the reason for the log. It returns soon after ctx ends.
	Check(ctx context.Context) error
}

// Description is what parts write themselves into.
type Description struct {
	Service     *manifest.Service
	Compiler    *schema.Compiler
	Definitions *schema.Definitions
}

// Env is what a part finds around it when it is opened. It is safe for concurrent use.
type Env struct {
	System    string               // name of the system
	Service   string               // name of the service
	DataDir   string               // folder for everything that is kept on this machine
	Compiler  *schema.Compiler     // the one that Describe used: compiled types are found again
	Telemetry *telemetry.Telemetry // of this service
	Log       *slog.Logger         // of this service
	Verifier  auth.Verifier        // of bearer tokens; nil when no operation of this process needs one
	Peers     Peers                // the other services
	Engines   Engines              // what was chosen for each capability
	Shared    *Shared              // what services of one process have in common
	Results   results.Store        // of idempotent operations; nil: the service has nothing that outlives the process
	Overrides *Overrides           // dependencies that a test replaces; usually nil
}

// ResultKeeper is a [Part] that can keep the results of a service's idempotent operations: its database.
type ResultKeeper interface {
	// KeepResults declares on s what that needs and returns where results are kept once the service has been opened. It is called
	// before anything is described.
	KeepResults(s Scope) results.Store
}

// Peers finds the way to another service: a function call in this process, or HTTP.
type Peers interface {
	Transport(service string) (call.Transport, error)
}

// Driver is an engine that a program links: a plain value in the program's list of drivers. A capability asserts it to the
// driver interface of its own.
type Driver interface {
	// Capability is what the driver is for: "store", "events".
	Capability() string
	// Schemes are the URL schemes that the driver answers to: "sqlite", "nats".
	Schemes() []string
}

// Engine is the driver chosen for a capability, and the URL that chose it.
type Engine struct {
	Driver  Driver
	URL     *url.URL
	Setting string // where the URL comes from, for error texts: "VADE_EVENTS"; empty: from nowhere that people would know
}

// Engines maps a capability to the engine in force.
type Engines map[string]Engine

// Shared keeps what the services of one process share, such as one connection to a broker. Its zero value is empty and
// ready to use; it is safe for concurrent use.
type Shared struct {
	mu      sync.Mutex
	values  map[any]any
	closers []io.Closer
}

// Once returns the value under key, opened at the first call. A value that is an [io.Closer] is closed by [Shared.Close].
// An open that fails is tried again at the next call.
func (s *Shared) Once(key any, open func() (any, error)) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.values[key]; ok {
		return v, nil
	}
	v, err := open()
	if err != nil {
		return nil, err
	}
	if s.values == nil {
		s.values = make(map[any]any)
	}
	s.values[key] = v
	if c, ok := v.(io.Closer); ok {
		s.closers = append(s.closers, c)
	}
	return v, nil
}

// Close closes what was opened, last first, and joins the errors. A second Close does nothing.
func (s *Shared) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs errorList
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs.add(s.closers[i].Close())
	}
	s.closers, s.values = nil, nil
	return errs.join()
}

// Source names the place of a declaration as "import/path/file.go:12": skip 0 is the caller of Source. It holds no folder of
// the machine that built the program.
func Source(skip int) string {
	var pc [1]uintptr
	if runtime.Callers(skip+2, pc[:]) == 0 {
		return ""
	}
	frame, _ := runtime.CallersFrames(pc[:]).Next()
	dir, last := path.Split(frame.Function) // "host/mod/pkg.(*T).method" or "main.main"
	pkg, _, _ := strings.Cut(last, ".")
	pkg = dir + pkg
	if pkg == "main" {
		pkg = mainPath()
	}
	return pkg + "/" + path.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
}

// mainPath is the import path of the program's main package, where the build recorded it.
var mainPath = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Path == "" || info.Path == "command-line-arguments" {
		return "main"
	}
	return info.Path
})
