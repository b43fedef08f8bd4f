package orders

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/telemetry"
)

// VadeSystem is the endpoint as a Vade system, ready for program.Main.
func VadeSystem(who auth.Requirement) *vade.System {
	svc, d := vade.NewService("shop"), new(Desk)
	api.Post(svc, Path, func(_ context.Context, in Order) (api.Created[Receipt], error) {
		return api.Created[Receipt]{Value: d.Place(in)}, nil
	}, who, api.Name("place"))
	return vade.NewSystem("shop", svc)
}

// silent is above every level that is logged.
const silent = slog.Level(127)

// vadeBare is Vade with nothing on that can be turned off: no access record, no span, no caller to identify. What stays is part of
// every operation: the request id, a trace id that is passed on, the histogram and the gauge, the deadline, the barrier for panics.
func vadeBare() (http.Handler, func(), error) {
	return openVade(nothingOn(), nil, auth.Public())
}

func nothingOn() telemetry.Config {
	return telemetry.Config{Service: "shop", Output: io.Discard, Level: silent, Sample: -1}
}

// vadeFull is Vade with everything on: every request traced and its span exported in batches to spans, measured, logged as JSON to
// nowhere, and its RS256 token verified by Vade's own verifier, which has seen it before. Vade has no rate limit yet.
func vadeFull(spans *Spans) (http.Handler, func(), error) {
	keys, err := auth.StaticKeys(jwks())
	if err != nil {
		return nil, nil, err
	}
	verifier, err := auth.NewVerifier(keys, auth.VerifierConfig{
		Scheme: "shop", Issuer: issuer, Audience: audience, Algorithms: []string{"RS256"},
	})
	if err != nil {
		return nil, nil, err
	}
	return openVade(telemetry.Config{
		Service: "shop", Output: io.Discard, SpanProcessors: []sdktrace.SpanProcessor{spans.processor()},
	}, verifier, auth.Require(auth.OAuth2("shop"), scope))
}

// openVade returns the handler of the service and what closes it.
func openVade(cfg telemetry.Config, verifier auth.Verifier, who auth.Requirement) (http.Handler, func(), error) {
	return openSystem(VadeSystem(who), cfg, verifier)
}

func openSystem(system *vade.System, cfg telemetry.Config, verifier auth.Verifier) (http.Handler, func(), error) {
	tel, err := telemetry.New(cfg)
	if err != nil {
		return nil, nil, err
	}
	instance, err := system.Open(context.Background(), vade.Config{Telemetry: tel, Verifier: verifier})
	if err != nil {
		return nil, nil, err
	}
	h, ok := instance.Handler("shop")
	if !ok {
		return nil, nil, fmt.Errorf("orders: the service has no operations")
	}
	return h, func() {
		_ = tel.Stop(context.Background())
		_ = instance.Close()
	}, nil
}
