package payments

import (
	"context"
	"errors"
	"math"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheProviderAnswersTheSameForTheSameKey(t *testing.T) {
	t.Parallel()
	p := &simulated{settings: &Settings{FailureRate: 0.3}}
	declined := 0
	for i := range 2000 {
		key := strconv.Itoa(i)
		one, err1 := p.Capture(t.Context(), key, 1, "EUR", "tok_visa")
		two, err2 := p.Capture(t.Context(), key, 1, "EUR", "tok_visa")
		if one != two || err1 != nil || err2 != nil {
			t.Fatalf("key %s: %q, then %q; %v %v", key, one, two, err1, err2)
		}
		if one != "" {
			declined++
		}
	}
	if share := float64(declined) / 2000; math.Abs(share-0.3) > 0.05 {
		t.Errorf("%.2f were declined, 0.3 were to be", share)
	}
}

func TestTheProviderThinksAndCanBeInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &simulated{settings: &Settings{Latency: time.Minute}}
		began := time.Now()
		if declined, err := p.Capture(t.Context(), "k", 1, "EUR", declinedToken); declined == "" || err != nil || time.Since(began) != time.Minute {
			t.Errorf("%q, %v after %v", declined, err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.Capture(ctx, "k", 1, "EUR", "tok_visa"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSettingsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []Settings{{FailureRate: -0.1}, {FailureRate: 1.1}, {FailureRate: math.NaN()}, {Latency: -1}} {
		if s.Validate() == nil {
			t.Errorf("%+v was accepted", s)
		}
	}
}
