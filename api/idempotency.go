package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/problem"
)

const (
	leaseMargin = 5 * time.Second // that a claim has beyond the time of its operation
	storeTime   = 5 * time.Second // for the end of a claim, whoever still waits
	firstPause  = 10 * time.Millisecond
	longPause   = 250 * time.Millisecond
)

// idempotency is the running stage of one operation.
type idempotency struct {
	endpoint          *endpoint
	service           string
	kept              results.Store
	log               *slog.Logger
	keep, wait, lease time.Duration
}

// idempotency returns the step that carries a request out once for each key. Env is nil while the operation is only described.
func (e *endpoint) idempotency(env *operation.Env) operation.Step {
	policy := e.op.Idempotency
	detail := "results kept for " + policy.Retention
	if policy.KeyRequired {
		detail += ", key required"
	}
	if policy.SharedKeys {
		detail += ", keys shared by all callers"
	}
	step := operation.Step{Stage: operation.StageIdempotency, Detail: detail, Origin: policy.Source}
	if env == nil {
		return step
	}
	s := &idempotency{endpoint: e, service: env.Service, kept: env.Results, log: env.Log}
	timeout, _ := time.ParseDuration(e.op.Timeout) // all three were checked
	s.keep, _ = time.ParseDuration(policy.Retention)
	s.wait, _ = time.ParseDuration(policy.Wait)
	s.wait, s.lease = min(s.wait, timeout/2), timeout+leaseMargin
	step.Wrap = func(next operation.Handler) operation.Handler {
		return func(ctx context.Context, c *operation.Call) error { return s.run(ctx, c, next) }
	}
	return step
}

func (s *idempotency) run(ctx context.Context, c *operation.Call, next operation.Handler) error {
	key, err := keyOfCall(c)
	switch {
	case err != nil:
		return err
	case key == "" && c.Operation.Idempotency.KeyRequired:
		return ErrKeyMissing
	case key == "":
		return next(ctx, c)
	case c.Principal().Anonymous() && !c.Operation.Idempotency.SharedKeys: // a verifier that names nobody
		return problem.Forbidden().WithDetail("An Idempotency-Key is somebody's, and the caller is not known by name.")
	}
	fingerprint, err := s.endpoint.fingerprint(ctx, c)
	if err != nil {
		return err
	}
	scoped := scope(s.service, c, c.Operation.Idempotency.SharedKeys, key)
	claim := results.Claim{Token: rand.Text(), Fingerprint: fingerprint, Lease: s.lease}
	known, err := s.claim(ctx, c, scoped, claim)
	switch {
	case err != nil:
		return err
	case known != nil:
		return s.endpoint.replay(c, known)
	}
	return s.first(context.WithValue(ctx, scopedKey{}, scoped), c, scoped, claim.Token, next)
}

// claim gets the key, or the result of who had it before, for which it waits.
func (s *idempotency) claim(ctx context.Context, c *operation.Call, key string, claim results.Claim) (*results.Result, error) {
	until := time.Now().Add(s.wait)
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		found, err := s.kept.Claim(ctx, key, claim)
		switch {
		case err != nil:
			s.release(ctx, c, key, claim.Token) // it may be claimed all the same
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, fmt.Errorf("%w: %w", problem.Unavailable(), err)
		case found == nil:
			return nil, nil
		case found.Fingerprint != claim.Fingerprint:
			return nil, ErrKeyReused
		case found.Result != nil:
			return found.Result, nil
		}
		left := time.Until(until)
		if left <= 0 {
			c.SetHeader("Retry-After", "1")
			return nil, ErrKeyInUse
		}
		timer := time.NewTimer(min(pause, left))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
	}
}

// first carries the request out and keeps its result, or gives the claim up when there is none worth keeping, or a panic.
func (s *idempotency) first(ctx context.Context, c *operation.Call, key, token string, next operation.Handler) error {
	before := maps.Clone(c.ReplyHeader())
	settled := false
	defer func() {
		if !settled {
			s.release(ctx, c, key, token)
		}
	}()
	err := next(ctx, c)
	var refused *problem.Problem
	if err != nil {
		var public bool
		if refused, public = operation.PublicProblem(ctx, c, err); !public {
			return err
		}
	}
	if result, ok := s.endpoint.wire.resultOf(c, before, refused); ok {
		settled = true
		s.complete(ctx, c, key, token, result)
	}
	return err
}

// complete keeps the result. What was done is done: a failure to keep it is no failure of the call.
func (s *idempotency) complete(ctx context.Context, c *operation.Call, key, token string, r results.Result) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	switch err := s.kept.Complete(ctx, key, token, r, s.keep); {
	case errors.Is(err, results.ErrLost):
		s.log.WarnContext(ctx, "an operation took longer than its claim, and its result is not kept", "operation", c.Operation.ID)
	case err != nil:
		s.log.ErrorContext(ctx, "the result of an operation is not kept", "operation", c.Operation.ID, "error", err)
	case r.Omitted:
		s.log.WarnContext(ctx, "the result of an operation is too large to be kept", "operation", c.Operation.ID, "limit", results.MaxBody)
	}
}

// release gives the claim up. One that cannot be released lapses.
func (s *idempotency) release(ctx context.Context, c *operation.Call, key, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	if err := s.kept.Release(ctx, key, token); err != nil && !errors.Is(err, results.ErrLost) {
		s.log.WarnContext(ctx, "a claim is not released and lapses", "operation", c.Operation.ID, "lease", s.lease.String(), "error", err)
	}
}
