package call

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

// HTTPConfig sets how services are called over HTTP. Its zero value is ready to use.
type HTTPConfig struct {
	// RoundTripper performs the requests. Default: [NewTransport].
	RoundTripper http.RoundTripper
	// Telemetry measures the calls. Required.
	Telemetry *telemetry.Telemetry
}

// IdleTimeout is how long a connection between services is kept without a request. It is shorter than a listener keeps it, so
// that no request is sent while the other side closes the connection.
const IdleTimeout = 45 * time.Second

// NewTransport returns an HTTP transport for calls between services: many kept connections for each host, a dial that gives
// up after two seconds, and no proxy of the environment in between.
func NewTransport() *http.Transport {
	return &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConns:          1024,
		MaxIdleConnsPerHost:   256,
		IdleConnTimeout:       IdleTimeout,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
	}
}

// HTTP carries invocations to the service at base.
func HTTP(base *url.URL, cfg HTTPConfig) (Transport, error) {
	if base == nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("call: %v is not an http address of a service", base)
	}
	if cfg.RoundTripper == nil {
		cfg.RoundTripper = NewTransport()
	}
	work, err := cfg.Telemetry.Work(telemetry.WorkConfig{
		Name: "call", Kind: telemetry.Client, Metric: "http.client.request.duration",
		Attributes: []attribute.KeyValue{attribute.String("server.address", base.Host)},
		Labels:     []string{"server.address"},
	})
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Transport:     cfg.RoundTripper,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &remote{base: base, client: client, work: work}, nil
}

type remote struct {
	base   *url.URL
	client *http.Client
	work   *telemetry.Work
}

func (r *remote) Invoke(ctx context.Context, inv *Invocation) error {
	ctx, run := r.work.Begin(ctx)
	run.Set(attribute.String("vade.operation", inv.Operation), attribute.String("http.request.method", inv.Method))
	status, err := r.exchange(ctx, inv)
	run.End(status, err)
	return failed(inv.Operation, err)
}

func (r *remote) exchange(ctx context.Context, inv *Invocation) (status string, err error) {
	req, err := inv.Encode(ctx, r.base)
	if err != nil {
		return "encode", err
	}
	maps.Copy(req.Header, inv.Header)
	Propagate(ctx, req.Header)
	res, err := r.client.Do(req)
	if err != nil {
		return "unreachable", unreachable(ctx, err)
	}
	defer func() {
		// What is left of a body is read, within reason, so that the connection can serve the next call.
		_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
		_ = res.Body.Close()
	}()
	status = strconv.Itoa(res.StatusCode)
	switch {
	case res.StatusCode >= 400:
		p, err := problem.Read(res)
		if err != nil {
			return status, unusable(ctx, err)
		}
		return status, p
	case res.StatusCode < 200 || res.StatusCode > 299:
		return status, unusable(ctx, fmt.Errorf("unexpected status %d", res.StatusCode))
	}
	if err := inv.Decode(res); err != nil {
		return status, unusable(ctx, err)
	}
	return status, nil
}

// unreachable is the error of a request that got no answer.
func unreachable(ctx context.Context, err error) error {
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case ctx.Err() != nil:
		return ended(ctx)
	case ok && timeout.Timeout():
		return fmt.Errorf("%w: %w", problem.Timeout(), err)
	}
	return fmt.Errorf("%w: %w", problem.Unavailable(), err)
}

// unusable is the error of an answer that cannot be read.
func unusable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	return fmt.Errorf("%w: %w", problem.BadGateway(), err)
}
