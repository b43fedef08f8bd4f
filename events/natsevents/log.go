package natsevents

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// serverLog writes what the embedded server says to slog. Its notices are details of ours, so they are debug records. It also
// listens for what the server tells nobody else: why it does not start, and that it cannot write any more.
type serverLog struct {
	log    *slog.Logger
	broken chan struct{} // has a value when a write failed

	mu    sync.Mutex
	first string // error since the last start
	fatal bool   // it did not start
}

func newServerLog(log *slog.Logger) *serverLog {
	return &serverLog{log: log, broken: make(chan struct{}, 1)}
}

// fault takes in an error or warning.
func (l *serverLog) fault(level slog.Level, format string, args []any) {
	l.write(level, format, args)
	given := givenUp(format)
	l.mu.Lock()
	if l.first == "" && (given || level == slog.LevelError) {
		l.first = fmt.Sprintf(format, args...)
	}
	l.mu.Unlock()
	if given {
		select {
		case l.broken <- struct{}{}:
		default:
		}
	}
}

// givenUp reports whether the server says that it will not write any more, to one stream or at all.
func givenUp(format string) bool {
	for _, words := range []string{"critical write error", "will be DISABLED", "disabling JetStream"} {
		if strings.Contains(format, words) {
			return true
		}
	}
	return false
}

// Fatalf is what the server says before it would end the process.
func (l *serverLog) Fatalf(format string, args ...any) {
	l.fault(slog.LevelError, format, args)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fatal = true
}

func (l *serverLog) died() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

// reason is the first error that the server has reported since it was started.
func (l *serverLog) reason() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == "" {
		return "the server does not say why"
	}
	return l.first
}

// forget is called before another start.
func (l *serverLog) forget() {
	l.mu.Lock()
	l.first, l.fatal = "", false
	l.mu.Unlock()
	select {
	case <-l.broken:
	default:
	}
}

func (l *serverLog) write(level slog.Level, format string, args []any) {
	if ctx := context.Background(); l.log.Enabled(ctx, level) {
		l.log.Log(ctx, level, "nats server", "text", fmt.Sprintf(format, args...))
	}
}

func (l *serverLog) Noticef(format string, args ...any) { l.write(slog.LevelDebug, format, args) }
func (l *serverLog) Warnf(format string, args ...any)   { l.fault(slog.LevelWarn, format, args) }
func (l *serverLog) Errorf(format string, args ...any)  { l.fault(slog.LevelError, format, args) }
func (l *serverLog) Debugf(format string, args ...any)  { l.write(slog.LevelDebug, format, args) }
func (l *serverLog) Tracef(format string, args ...any)  { l.write(slog.LevelDebug, format, args) }
