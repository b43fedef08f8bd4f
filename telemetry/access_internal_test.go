package telemetry

import (
	"bytes"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

func TestAPreparedRecordIsWhatSlogWrites(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	tel, err := New(Config{Service: `a "service"`, Output: &out})
	if err != nil {
		t.Fatal(err)
	}
	for _, attrs := range [][]attribute.KeyValue{
		nil,
		{attribute.String("http.route", "/a<b>&\u2028\xff"), attribute.Int("n", 7), attribute.String("api.token", "secret"), attribute.Bool("b", true)},
		{attribute.Float64("f", 1e21), attribute.StringSlice("s", []string{"a", "b"})},
	} {
		work, err := tel.Work(WorkConfig{Name: "w\n", Log: true, Attributes: attrs})
		if err != nil {
			t.Fatal(err)
		}
		prepared := work.access
		if prepared.out == nil {
			t.Fatal("nothing is prepared")
		}
		for _, took := range []time.Duration{0, 1, 999, time.Microsecond, 1234567 * time.Nanosecond, time.Hour, 1<<63 - 1, -time.Second} {
			for _, status := range []string{"200", "ack", "in_doubt-1.2", "", "a b", "é"} {
				for _, id := range []string{"", "r-1"} {
					ctx := t.Context()
					if id != "" {
						ctx = WithRequestID(ctx, id)
					}
					_, run := work.Begin(ctx)
					end := time.Date(2026, 1, 2, 3, 4, 5, int(took&0xffff), time.FixedZone("", 3600))
					run.began = end.Add(-took)
					var lines [2]string
					for i, access := range []access{prepared, {}} {
						out.Reset()
						work.access = access
						run.log(level(false, nil), status, end, nil)
						lines[i] = out.String()
					}
					if lines[0] != lines[1] || lines[0] == "" {
						t.Errorf("prepared: %sby slog: %s", lines[0], lines[1])
					}
				}
			}
		}
	}
}
