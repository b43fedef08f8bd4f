package telemetry

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// access writes the access records that are alike: of runs that went well and set no attributes of their own. They are what the slog
// handler would write, to the byte, with everything prepared that is the same in each.
type access struct {
	out  io.Writer     // takes a record at a time; nil: the records have another format than JSON
	head func() string // from the level to the last attribute of the work
}

func newAccess(t *Telemetry, cfg *WorkConfig) access {
	if t.shared.cfg.Format != FormatJSON {
		return access{}
	}
	return access{t.shared.cfg.Output, sync.OnceValue(func() string { // not before a first one is written
		var line bytes.Buffer
		handler := newHandler(&line, FormatJSON, slog.LevelInfo).WithAttrs(t.attrs()).WithAttrs(logAttrs(cfg.Attributes))
		untimed := slog.NewRecord(time.Time{}, slog.LevelInfo, cfg.Message, 0)
		_ = handler.Handle(context.Background(), untimed) // a buffer takes everything
		return string(bytes.TrimSuffix(bytes.TrimPrefix(line.Bytes(), []byte("{")), []byte("}\n")))
	})}
}

// lines keeps the memory in which records are written.
var lines = sync.Pool{New: func() any { return new(make([]byte, 0, 512)) }}

// write writes the record of a run that ended with a status that needs no quoting.
func (a *access) write(ctx context.Context, end time.Time, took time.Duration, status string) {
	line := lines.Get().(*[]byte)
	b := append((*line)[:0], `{"time":"`...)
	b = end.AppendFormat(b, time.RFC3339Nano)
	b = append(append(b, `",`...), a.head()...)
	b = append(append(b, `,"status":"`...), status...)
	b = strconv.AppendFloat(append(b, `","duration_ms":`...), inMilliseconds(took), 'f', -1, 64)
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		traceID, spanID := sc.TraceID(), sc.SpanID()
		b = hex.AppendEncode(append(b, `,"trace_id":"`...), traceID[:])
		b = append(hex.AppendEncode(append(b, `","span_id":"`...), spanID[:]), '"')
	}
	if id := RequestID(ctx); id != "" {
		b = append(append(append(b, `,"request_id":"`...), id...), '"')
	}
	b = append(b, "}\n"...)
	_, _ = a.out.Write(b) // nobody is left to tell
	*line = b
	lines.Put(line)
}
