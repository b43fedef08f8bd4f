package natsevents

import (
	"context"
	"fmt"
	"log/slog"
)

// serverLog writes what the embedded server says to slog. Its notices are details of ours, so they are debug records.
type serverLog struct{ log *slog.Logger }

func (l serverLog) write(level slog.Level, format string, args []any) {
	if ctx := context.Background(); l.log.Enabled(ctx, level) {
		l.log.Log(ctx, level, "nats server", "text", fmt.Sprintf(format, args...))
	}
}

func (l serverLog) Noticef(format string, args ...any) { l.write(slog.LevelDebug, format, args) }
func (l serverLog) Warnf(format string, args ...any)   { l.write(slog.LevelWarn, format, args) }
func (l serverLog) Errorf(format string, args ...any)  { l.write(slog.LevelError, format, args) }
func (l serverLog) Fatalf(format string, args ...any)  { l.write(slog.LevelError, format, args) }
func (l serverLog) Debugf(format string, args ...any)  { l.write(slog.LevelDebug, format, args) }
func (l serverLog) Tracef(format string, args ...any)  { l.write(slog.LevelDebug, format, args) }
