package api

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// MaxConcurrent lets n calls run at a time, from every placement, and answers all beyond at once with 503 and Retry-After: what cannot
// be done soon is better refused than queued. Given to a group or a service, its operations and mounts share the n; given to each of
// them, each has its own.
//
// It stands in the stage shed, before callers are identified, so that refusing costs next to nothing. It is per process.
func MaxConcurrent(n int) Option { return &concurrency{source: operation.Source(1), limit: int64(n)} }

type concurrency struct {
	source string
	limit  int64
	active atomic.Int64
}

// DescribeOperation declares how calls are refused.
func (l *concurrency) DescribeOperation(op *manifest.Operation) {
	fails{problem.Unavailable()}.DescribeOperation(op)
}

// Validate reports a limit that lets nobody in.
func (l *concurrency) Validate() error {
	if l.limit < 1 {
		return fmt.Errorf("api.MaxConcurrent at %s: %d calls at a time are none", l.source, l.limit)
	}
	return nil
}

// Steps counts the calls that run.
func (l *concurrency) Steps(operation.Signature) ([]operation.Step, error) {
	return []operation.Step{{Stage: operation.StageShed, Detail: fmt.Sprint(l.limit, " at a time"), Origin: l.source, Wrap: l.wrap}}, nil
}

func (l *concurrency) wrap(next operation.Handler) operation.Handler {
	return func(ctx context.Context, c *operation.Call) error {
		defer l.active.Add(-1)
		if l.active.Add(1) > l.limit {
			c.SetHeader("Retry-After", "1")
			return problem.Unavailable()
		}
		return next(ctx, c)
	}
}
