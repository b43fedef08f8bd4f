package resultstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/operation/results"
)

// Harness is what the suite needs to know about an implementation.
type Harness struct {
	// Open returns an empty store, called inside of the bubble in which it is used. What it leaves is given back by t.Cleanup.
	Open func(t *testing.T) results.Store
}

// Run checks the implementation, each rule in a subtest of its own with a store of its own. Rules run in parallel.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("the rule is: %s", r.sentence)
					}
				})
				r.check(&suite{T: t, store: h.Open(t)})
			})
		})
	}
}

// rule is one case.
type rule struct {
	name     string
	sentence string
	check    func(*suite)
}

var rules = [...]rule{
	{"first", "A key that nobody has is the first caller's, and others learn what the first has asked for.", (*suite).first},
	{"keys", "Claims of different keys have nothing to do with each other.", (*suite).keys},
	{"race", "Of many who ask for a key at once, exactly one gets it.", (*suite).race},
	{"complete", "A result is found as it was: status, headers with all their values, and every byte of the body.", (*suite).complete},
	{"empty", "A result without headers and body is a result.", (*suite).empty},
	{"own", "What is kept is a copy: the caller may use its memory again.", (*suite).own},
	{"large", "A result that is too large to be kept is found as one that was omitted, not as none.", (*suite).large},
	{"release", "A claim that was released is as if it had never been.", (*suite).release},
	{"lapse", "A claim stands for the time of its lease, and then the next one gets the key.", (*suite).lapse},
	{"late", "Who has lost a claim can neither complete it nor release it, and the claim of the next one stands.", (*suite).late},
	{"ended", "A claim whose lease has ended cannot be completed, even when nobody has claimed the key since.", (*suite).ended},
	{"once", "What was completed cannot be completed again nor released.", (*suite).once},
	{"stranger", "Nobody completes or releases what was never claimed.", (*suite).stranger},
	{"retention", "A result is kept for the time that was said and no longer; then the key is free.", (*suite).retention},
	{"context", "A call whose context has ended says so and does nothing.", (*suite).contexts},
}

// suite is a store under test.
type suite struct {
	*testing.T
	store results.Store
}

const lease = 10 * time.Second

// claim asks for a key, which must not fail.
func (s *suite) claim(key, token, fingerprint string) *results.Found {
	s.Helper()
	found, err := s.store.Claim(s.Context(), key, results.Claim{Token: token, Fingerprint: fingerprint, Lease: lease})
	if err != nil {
		s.Fatalf("claim: %v", err)
	}
	return found
}

// mine asks for a key that must be free.
func (s *suite) mine(key, token string) {
	s.Helper()
	if found := s.claim(key, token, "print-"+token); found != nil {
		s.Fatalf("the key is taken: %+v", found)
	}
}

// running expects a claim with the fingerprint of the token.
func (s *suite) running(key, token string) {
	s.Helper()
	if found := s.claim(key, "other", "print-other"); found == nil || found.Result != nil || found.Fingerprint != "print-"+token {
		s.Fatalf("got %+v, want a claim that is running", found)
	}
}

// finish completes a claim, which must not fail.
func (s *suite) finish(key, token string, r results.Result) {
	s.Helper()
	if err := s.store.Complete(s.Context(), key, token, r, time.Hour); err != nil {
		s.Fatalf("complete: %v", err)
	}
}

// refused expects that a token can neither complete nor release a claim.
func (s *suite) refused(key, token string) {
	s.Helper()
	if err := s.store.Complete(s.Context(), key, token, results.Result{Status: 299}, time.Hour); !errors.Is(err, results.ErrLost) {
		s.Errorf("complete: %v", err)
	}
	if err := s.store.Release(s.Context(), key, token); !errors.Is(err, results.ErrLost) {
		s.Errorf("release: %v", err)
	}
}

func (s *suite) first() {
	s.mine("k", "a")
	s.running("k", "a")
	s.running("k", "a")
}

func (s *suite) keys() {
	s.mine("k", "a")
	s.mine("K", "b")
	s.mine("k_1-", "a")
	s.finish("K", "b", results.Result{Status: 200})
	s.running("k", "a")
	s.running("k_1-", "a")
}

func (s *suite) race() {
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			found, err := s.store.Claim(s.Context(), "k", results.Claim{Token: fmt.Sprint(i), Fingerprint: "p", Lease: lease})
			if err != nil {
				s.Errorf("claim: %v", err)
			} else if found == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if n := won.Load(); n != 1 {
		s.Errorf("%d have got the claim", n)
	}
}

// expect expects a result.
func (s *suite) expect(key string, want results.Result) {
	s.Helper()
	found := s.claim(key, "other", "print-other")
	if found == nil || found.Result == nil {
		s.Fatalf("got %+v, want a result", found)
	}
	got := *found.Result
	if got.Status != want.Status || got.Omitted != want.Omitted || !bytes.Equal(got.Body, want.Body) ||
		len(got.Header)+len(want.Header) > 0 && !reflect.DeepEqual(got.Header, want.Header) {
		s.Errorf("got %+v, want %+v", got, want)
	}
}

func (s *suite) complete() {
	s.mine("k", "a")
	want := results.Result{
		Status: 201, Body: []byte("{\"a\":\"\x00\xff<&\"}\n"),
		Header: http.Header{"Location": {"/things/1"}, "Link": {"<a>; rel=next", "<b>, é"}},
	}
	s.finish("k", "a", want)
	s.expect("k", want)
	if found := s.claim("k", "b", "p"); found.Fingerprint != "print-a" {
		s.Errorf("the fingerprint is %q", found.Fingerprint)
	}
}

func (s *suite) empty() {
	s.mine("k", "a")
	s.finish("k", "a", results.Result{Status: 204})
	s.expect("k", results.Result{Status: 204})
}

func (s *suite) own() {
	s.mine("k", "a")
	given := results.Result{Status: 200, Body: []byte("kept"), Header: http.Header{"X-A": {"kept"}}}
	s.finish("k", "a", given)
	copy(given.Body, "lost")
	given.Header["X-A"][0] = "lost"
	s.expect("k", results.Result{Status: 200, Body: []byte("kept"), Header: http.Header{"X-A": {"kept"}}})
}

func (s *suite) large() {
	omitted := results.Result{Omitted: true}
	largest := results.Result{Status: 200, Body: bytes.Repeat([]byte{0xff}, results.MaxBody)}
	s.mine("largest", "a")
	s.finish("largest", "a", largest)
	s.expect("largest", largest)
	s.mine("body", "a")
	s.finish("body", "a", results.Result{Status: 200, Body: make([]byte, results.MaxBody+1)})
	s.expect("body", omitted)
	s.mine("header", "a")
	s.finish("header", "a", results.Result{Status: 200, Header: http.Header{"X-A": {string(make([]byte, results.MaxHeader))}}})
	s.expect("header", omitted)
}

func (s *suite) release() {
	s.mine("k", "a")
	if err := s.store.Release(s.Context(), "k", "a"); err != nil {
		s.Fatal(err)
	}
	s.mine("k", "b")
	s.running("k", "b")
	s.refused("k", "a")
}

func (s *suite) lapse() {
	s.mine("k", "a")
	<-time.After(lease - time.Second)
	s.running("k", "a")
	<-time.After(time.Second)
	s.mine("k", "b")
	s.running("k", "b")
}

func (s *suite) late() {
	s.mine("k", "a")
	<-time.After(lease)
	s.mine("k", "b")
	s.refused("k", "a")
	s.running("k", "b")
	s.finish("k", "b", results.Result{Status: 201})
	s.refused("k", "a")
	s.expect("k", results.Result{Status: 201})
}

func (s *suite) ended() {
	s.mine("k", "a")
	<-time.After(lease)
	s.refused("k", "a")
	s.mine("k", "b")
}

func (s *suite) once() {
	s.mine("k", "a")
	s.finish("k", "a", results.Result{Status: 201})
	s.refused("k", "a")
	s.refused("k", "")
	s.expect("k", results.Result{Status: 201})
}

func (s *suite) stranger() {
	s.refused("k", "a")
	s.mine("k", "a")
	s.refused("k", "b")
	s.refused("k", "")
	s.running("k", "a")
}

func (s *suite) retention() {
	s.mine("k", "a")
	<-time.After(lease - time.Second) // what the lease was does not matter any more
	s.finish("k", "a", results.Result{Status: 201})
	<-time.After(time.Hour - time.Second)
	s.expect("k", results.Result{Status: 201})
	<-time.After(time.Second)
	s.mine("k", "b")
}

func (s *suite) contexts() {
	over, cancel := context.WithCancel(s.Context())
	cancel()
	if _, err := s.store.Claim(over, "k", results.Claim{Token: "a", Fingerprint: "p", Lease: lease}); !errors.Is(err, context.Canceled) {
		s.Errorf("claim: %v", err)
	}
	s.mine("k", "b")
	if err := s.store.Complete(over, "k", "b", results.Result{Status: 200}, time.Hour); !errors.Is(err, context.Canceled) {
		s.Errorf("complete: %v", err)
	}
	if err := s.store.Release(over, "k", "b"); !errors.Is(err, context.Canceled) {
		s.Errorf("release: %v", err)
	}
	s.running("k", "b")
}
