package payments

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// Provider is a payment provider.
type Provider interface {
	// Capture takes the money, or says why not: declined is a reason such as "payment-declined". An error means that there is
	// no answer, and that the money may have been taken all the same. The same key gets the same answer, and the money is
	// taken once.
	Capture(ctx context.Context, idempotencyKey string, amount int64, currency, token string) (declined string, err error)
}

// Settings shape the simulated payment provider.
type Settings struct {
	Latency     time.Duration `doc:"how long the simulated payment provider thinks"`
	FailureRate float64       `doc:"share of payments that the simulated provider declines, 0 to 1"`
}

// Validate checks the settings.
func (s *Settings) Validate() error {
	if s.Latency < 0 {
		return fmt.Errorf("latency: %v is negative", s.Latency)
	}
	if !(s.FailureRate >= 0 && s.FailureRate <= 1) {
		return fmt.Errorf("failure_rate: %v is not between 0 and 1", s.FailureRate)
	}
	return nil
}

// simulated is a provider that takes no money: the outcome follows from the key alone.
type simulated struct{ settings *Settings }

// declinedToken is the payment token that is declined whatever the failure rate.
const declinedToken = "tok_declined"

// spentVoucher is one that somebody has used.
const spentVoucher = "voucher:VADE-0000-0000"

// Capture thinks for a while, and then answers.
func (p *simulated) Capture(ctx context.Context, idempotencyKey string, _ int64, _, token string) (declined string, err error) {
	wait := time.NewTimer(p.settings.Latency)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if token == declinedToken || token == spentVoucher || chance(idempotencyKey) < p.settings.FailureRate {
		return "payment-declined", nil
	}
	return "", nil
}

// chance spreads keys evenly over [0, 1).
func chance(key string) float64 {
	sum := sha256.Sum256([]byte(key))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / math.Exp2(53)
}
