package api

import (
	"errors"
	"fmt"
	"time"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Option is a policy or a piece of description for an operation or a group. The requirements of package auth are options too.
type Option = operation.Option

// Name sets the last part of the operation's id: Name("book") in the service bookings gives "bookings.book". Default: the
// name of the handler function, or method and path for a function literal.
func Name(name string) Option {
	return describe(func(op *manifest.Operation) { op.ID = name })
}

// Summary says in a few words what the operation does.
func Summary(text string) Option {
	return describe(func(op *manifest.Operation) { op.Summary = text })
}

// Description says at length what the operation does, in CommonMark.
func Description(text string) Option {
	return describe(func(op *manifest.Operation) { op.Description = text })
}

// Tags groups operations in the documentation. Tags of a group and of an operation add up; [Tag] describes one.
func Tags(names ...string) Option {
	return describe(func(op *manifest.Operation) { op.Tags = append(op.Tags, names...) })
}

// Timeout limits how long a call may take. Default: operation.DefaultTimeout. A caller's own shorter deadline wins.
func Timeout(d time.Duration) Option { return operation.Timeout(d) }

// MaxBody limits the request body to a number of bytes; a larger one is refused with 413. Default: [DefaultMaxBody].
func MaxBody(bytes int64) Option {
	return describe(func(op *manifest.Operation) { op.MaxBody = bytes })
}

// StrictQuery refuses requests with query parameters that the operation does not have, by 422 with one violation for each. Without
// it they are ignored, as links from elsewhere often bring their own.
func StrictQuery() Option {
	return describe(func(op *manifest.Operation) { op.StrictQuery = true })
}

// Fails declares the problems with which the operation may end. Of those that were not declared, the standard ones of package
// problem still reach the caller when the handler returns them itself; any other becomes an opaque 500, because nobody who
// reads the contract could expect it. The document shows each with an example: what was declared, with its detail.
func Fails(problems ...*problem.Problem) Option { return fails(problems) }

type fails []*problem.Problem

// DescribeOperation writes the problems into the description.
func (f fails) DescribeOperation(op *manifest.Operation) {
	for _, p := range f {
		if p != nil {
			op.Problems = append(op.Problems, describeProblem(p))
		}
	}
}

// describeProblem describes a problem, with an example where it says more than its kind.
func describeProblem(p *problem.Problem) manifest.Problem {
	described := manifest.Problem{Status: p.Status, Code: p.Code, Type: p.Type, Title: p.Title}
	if p.Detail != "" || p.Instance != "" || len(p.Errors) > 0 || len(p.Extensions) > 0 {
		if data, err := p.MarshalJSON(); err == nil {
			described.Example = data
		}
	}
	return described
}

// Validate reports every problem that is not well declared.
func (f fails) Validate() error {
	var errs []error
	for _, p := range f {
		if p == nil {
			errs = append(errs, errors.New("api.Fails: a problem is nil"))
			continue
		}
		if err := p.Check(); err != nil {
			errs = append(errs, fmt.Errorf("api.Fails: %w", err))
		}
	}
	return errors.Join(errs...)
}

func describe(f func(op *manifest.Operation)) Option { return operation.OptionFunc(f) }
