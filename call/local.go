package call

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/telemetry"
)

// DeadlineHeader carries the milliseconds that the caller still waits.
const DeadlineHeader = "Vade-Timeout-Ms"

// Target is the operation side of a local call.
type Target interface {
	// Invoke runs the plan of an operation on a typed input. The headers are what would travel with a request; of the context
	// only its end, its span and its request id count.
	Invoke(ctx context.Context, operation string, header http.Header, in any) (any, error)
}

// Local carries invocations to a service of the same process.
func Local(t Target) Transport { return local{t} }

type local struct{ target Target }

func (l local) Invoke(ctx context.Context, inv *Invocation) error {
	header := make(http.Header, 4)
	maps.Copy(header, inv.Header)
	Propagate(ctx, header)
	out, err := l.target.Invoke(ctx, inv.Operation, header, inv.In)
	switch {
	case err == nil:
		err = inv.Out(out)
	case ctx.Err() != nil:
		err = ended(ctx)
	}
	return failed(inv.Operation, err)
}

// Propagate writes what travels with every call into header: the bearer token, the trace, the request id and the time that
// is left.
func Propagate(ctx context.Context, header http.Header) {
	if token := auth.TokenFromContext(ctx); token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	if id := telemetry.RequestID(ctx); id != "" {
		header.Set("X-Request-Id", id)
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := max(time.Until(deadline).Milliseconds(), 0)
		header.Set(DeadlineHeader, strconv.FormatInt(left, 10))
	}
	telemetry.Inject(ctx, header)
}
