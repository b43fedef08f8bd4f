package api_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/api"
)

func TestTheSameRequestWaitsForTheOneThatIsRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
			<-time.After(3 * time.Second)
			return api.Reply[paid]{Value: paid{N: n}}, nil
		})
		var replays atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				res, body := c.pay(t, key, "k")
				if res.StatusCode != 200 || decode[paid](t, body).N != 1 {
					t.Errorf("got %d, %s", res.StatusCode, body)
				}
				if replayed(res) {
					replays.Add(1)
				}
			})
		}
		all.Wait()
		if c.n.Load() != 1 || replays.Load() != 7 {
			t.Errorf("carried out %d times, replayed %d times", c.n.Load(), replays.Load())
		}
	})
}

func TestAWaitThatIsTooLongEndsInARefusal(t *testing.T) {
	t.Parallel()
	for wait, options := range map[time.Duration][]api.IdempotencyOption{
		5 * time.Second: nil, 0: {api.WaitFor(0)}, 10 * time.Second: {api.WaitFor(time.Hour)}, // half of the operation's time
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
				<-time.After(15 * time.Second)
				return api.Reply[paid]{Value: paid{N: n}}, nil
			}, options...)
			var first sync.WaitGroup
			first.Go(func() { c.pay(t, key, "k") })
			synctest.Wait()
			began := time.Now()
			res, body := c.pay(t, key, "k")
			if !errors.Is(problemOf(t, res, body), api.ErrKeyInUse) || res.Header.Get("Retry-After") != "1" || time.Since(began) != wait {
				t.Errorf("got %d after %v, %s", res.StatusCode, time.Since(began), body)
			}
			if res, body := c.send(t, "POST", "/pay", `{"amount":2}`, key, "k"); !errors.Is(problemOf(t, res, body), api.ErrKeyReused) {
				t.Errorf("another request: %d, %s", res.StatusCode, body)
			}
			first.Wait()
			if res, _ := c.pay(t, key, "k"); !replayed(res) {
				t.Errorf("in the end: %d", res.StatusCode)
			}
		})
	}
}

func TestOneThatIsLateOverwritesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTill(t, func(_ context.Context, n int, _ pay) (api.Reply[paid], error) {
			if n == 1 {
				<-time.After(time.Minute) // whatever its context says
			}
			return api.Reply[paid]{Value: paid{N: n}}, nil
		})
		var first sync.WaitGroup
		first.Go(func() {
			if _, body := c.pay(t, key, "k"); decode[paid](t, body).N != 1 {
				t.Errorf("the first got %s", body)
			}
		})
		<-time.After(26 * time.Second) // its 20 seconds and the margin
		if res, body := c.pay(t, key, "k"); decode[paid](t, body).N != 2 || replayed(res) {
			t.Errorf("got %s", body)
		}
		first.Wait()
		if res, body := c.pay(t, key, "k"); decode[paid](t, body).N != 2 || !replayed(res) {
			t.Errorf("got %s", body)
		}
	})
}

func TestAResultIsKeptForAsLongAsWasSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTill(t, nil, api.KeepFor(time.Hour))
		c.pay(t, key, "k")
		<-time.After(59 * time.Minute)
		if res, _ := c.pay(t, key, "k"); !replayed(res) {
			t.Error("it is gone before its time")
		}
		<-time.After(time.Minute)
		if res, _ := c.pay(t, key, "k"); replayed(res) {
			t.Error("it is still there")
		}
	})
}
