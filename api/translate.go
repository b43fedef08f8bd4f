package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Translate makes the problem p of every error that is target, in the sense of [errors.Is]: an error of a domain that knows nothing of
// HTTP, of a store, or a problem of another service. It declares p, as [Fails] does. The error goes on inside, for interceptors around
// and for the log.
//
// It is an option of a service, a group or an operation. Of several the last is asked first, those of the operation before those of its
// group and of the service, until one knows the error. They see the errors of the handler, of interceptors and request dependencies, and
// the problems of reading the request, whatever the placement, but no panics.
func Translate(target error, p *problem.Problem) Option {
	t := &translation{source: operation.Source(1), problems: fails{p}, name: "api.Translate"}
	if target != nil && p != nil {
		t.f = func(_ context.Context, err error) error {
			if errors.Is(err, target) {
				return p
			}
			return nil
		}
	}
	return t
}

// TranslateFunc is [Translate] by a function, for errors that a type or a value tells apart. F returns the problem that the error
// becomes, perhaps with a detail of its own, or nil to leave the error as it is. The problems that it may return are declared beside
// it; others end as an opaque 500, as everywhere.
func TranslateFunc(f func(ctx context.Context, err error) *problem.Problem, problems ...*problem.Problem) Option {
	t := &translation{source: operation.Source(1), problems: problems, name: "api.TranslateFunc"}
	if f != nil {
		t.function = functionName(reflect.ValueOf(f))
		t.f = func(ctx context.Context, err error) error {
			if p := f(ctx, err); p != nil {
				return p
			}
			return nil
		}
	}
	return t
}

type translation struct {
	source, name, function string
	problems               fails
	f                      func(ctx context.Context, err error) error // nil: as it was
}

// DescribeOperation declares the problems.
func (t *translation) DescribeOperation(op *manifest.Operation) { t.problems.DescribeOperation(op) }

// Validate reports what is missing.
func (t *translation) Validate() error {
	err := t.problems.Validate()
	if t.f == nil {
		err = errors.Join(errors.New("the error or the function is nil"), err)
	}
	if err != nil {
		return fmt.Errorf("%s at %s: %w", t.name, t.source, err)
	}
	return nil
}

// Steps puts the translation around reading, dependencies and the handler.
func (t *translation) Steps(operation.Signature) ([]operation.Step, error) {
	var codes []string
	for _, p := range t.problems {
		if p != nil {
			codes = append(codes, p.Code)
		}
	}
	detail := strings.TrimSpace(t.function + " to " + strings.Join(codes, ", "))
	return []operation.Step{{Stage: operation.StageTranslate, Detail: detail, Origin: t.source, Wrap: t.wrap}}, nil
}

func (t *translation) wrap(next operation.Handler) operation.Handler {
	return func(ctx context.Context, c *operation.Call) error {
		err := next(ctx, c)
		if err == nil {
			return nil
		}
		if _, done := errors.AsType[*translated](err); done {
			return err
		}
		if p := t.f(ctx, err); p != nil {
			return &translated{p, err}
		}
		return err
	}
}

// translated is a problem with the error that it was made of.
type translated struct{ problem, cause error }

// Error names the problem and its cause.
func (t *translated) Error() string { return t.problem.Error() + ": " + t.cause.Error() }

// Unwrap returns the problem first.
func (t *translated) Unwrap() []error { return []error{t.problem, t.cause} }
