package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

func ExampleTelemetry_Work() {
	tel, err := telemetry.New(telemetry.Config{Service: "bookings", Output: os.Stderr})
	if err != nil {
		fmt.Println(err)
		return
	}
	work, err := tel.Work(telemetry.WorkConfig{
		Name:       "bookings get",
		Kind:       telemetry.Client,
		Metric:     "db.client.operation.duration",
		Attributes: []attribute.KeyValue{attribute.String("db.operation.name", "get")},
		Labels:     []string{"db.operation.name"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, run := work.Begin(context.Background())
	run.End("error", errors.New("disk on fire"))

	scrape := httptest.NewRecorder()
	tel.Metrics().ServeHTTP(scrape, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(scrape.Body.String()) {
		if strings.HasPrefix(line, "db_client_operation_duration_seconds_count") {
			fmt.Print(line)
		}
	}
	fmt.Println(tel.Stop(context.Background()))
	// Output:
	// db_client_operation_duration_seconds_count{db_operation_name="get",service="bookings",status="error"} 1
	// <nil>
}

func ExampleTelemetry_Logger() {
	tel, err := telemetry.New(telemetry.Config{Service: "bookings", Output: withoutTime{}, Format: telemetry.FormatText})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := telemetry.WithRequestID(context.Background(), "r-42")
	tel.Logger().InfoContext(ctx, "sold", slog.Int("seats", 2), slog.String("card_number", "4111111111111111"))
	// Output: level=INFO msg=sold service.name=bookings seats=2 card_number=[redacted] request_id=r-42
}

// withoutTime prints log lines without their first field, the time.
type withoutTime struct{}

func (withoutTime) Write(line []byte) (int, error) {
	_, rest, _ := strings.Cut(string(line), " ")
	fmt.Print(rest)
	return len(line), nil
}

func ExampleInject() {
	ctx := telemetry.Extract(context.Background(), http.Header{
		"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
	})
	outgoing := make(http.Header)
	telemetry.Inject(ctx, outgoing)
	fmt.Println(outgoing.Get("traceparent"))
	// Output: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
}
