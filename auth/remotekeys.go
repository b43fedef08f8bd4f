package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// RemoteConfig says how the keys of an issuer are fetched. The zero value is good.
type RemoteConfig struct {
	Client   *http.Client  // nil: [http.DefaultClient]; without a CheckRedirect, a few are followed, but none from https to http
	Refresh  time.Duration // age from which keys are fetched again, beside the calls; 0: 15 minutes
	Cooldown time.Duration // least time between two fetches, whatever tokens ask for; 0: 10 seconds
	MaxStale time.Duration // age up to which keys are used while the issuer can't be reached; 0: 24 hours
	Timeout  time.Duration // of one fetch; 0: 5 seconds
	MaxBytes int64         // of the answer; 0: 1 MiB
}

// RemoteKeys is a source of the keys that an issuer publishes as a JWK set (RFC 7517) at url. Tokens are only as safe as the
// way to the keys: use https outside one machine.
//
// Keys are fetched when the first token needs them. However many calls wait, one fetch runs; it has a deadline of its own and
// goes on when a caller gives up. Once keys are known, they are renewed beside the calls, and stay in force up to
// MaxStale while that goes wrong. A key that isn't known is looked for at once, but never more often than Cooldown, so that
// tokens with invented keys don't turn into load for the issuer.
func RemoteKeys(url string, cfg RemoteConfig) KeySource {
	client := *cmp.Or(cfg.Client, http.DefaultClient)
	if client.CheckRedirect == nil {
		client.CheckRedirect = noDowngrade
	}
	cfg.Client = &client
	cfg.Refresh = cmp.Or(cfg.Refresh, 15*time.Minute)
	cfg.Cooldown = cmp.Or(cfg.Cooldown, 10*time.Second)
	cfg.MaxStale = cmp.Or(cfg.MaxStale, 24*time.Hour)
	cfg.Timeout = cmp.Or(cfg.Timeout, 5*time.Second)
	cfg.MaxBytes = cmp.Or(cfg.MaxBytes, 1<<20)
	return &remoteKeys{url: url, cfg: cfg}
}

// noDowngrade stops at a redirect that leaves https, since then anybody on the way could say which keys are good.
func noDowngrade(req *http.Request, via []*http.Request) error {
	switch {
	case req.URL.Scheme != "https" && via[len(via)-1].URL.Scheme == "https":
		return fmt.Errorf("redirected from https to %s", req.URL.Scheme)
	case len(via) >= 5:
		return errors.New("redirected too often")
	}
	return nil
}

type remoteKeys struct {
	url string
	cfg RemoteConfig

	mu      sync.Mutex
	set     *KeySet
	data    string        // of set
	fetched time.Time     // when the issuer last confirmed set
	tried   time.Time     // when the last fetch began
	err     error         // of the last fetch
	flight  chan struct{} // closed when the running fetch ends; nil: none runs
}

func (r *remoteKeys) Keys(ctx context.Context, kid string) (*KeySet, error) {
	r.mu.Lock()
	set, err := r.answer(kid)
	known := err == nil && (kid == "" || set.Has(kid))
	if !known || time.Since(r.fetched) >= r.cfg.Refresh {
		r.takeOff()
	}
	flight := r.flight
	r.mu.Unlock()

	if known || flight == nil {
		return set, err
	}
	select {
	case <-flight:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %s: %w", ErrKeys, r.url, context.Cause(ctx))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.answer(kid)
}

// answer is what the keys fetched so far say. A key that isn't among them is only known not to exist when the last fetch went
// well.
func (r *remoteKeys) answer(kid string) (*KeySet, error) {
	usable := r.set != nil && time.Since(r.fetched) < r.cfg.MaxStale
	switch {
	case usable && (r.err == nil || kid == "" || r.set.Has(kid)):
		return r.set, nil
	case r.err != nil:
		return nil, r.err
	}
	return nil, fmt.Errorf("%w: %s: not fetched yet", ErrKeys, r.url)
}

// takeOff starts a fetch unless one runs or the last began within the cool-down.
func (r *remoteKeys) takeOff() {
	now := time.Now()
	if r.flight != nil || !r.tried.IsZero() && now.Sub(r.tried) < r.cfg.Cooldown {
		return
	}
	r.tried, r.flight = now, make(chan struct{})
	go r.fly(r.flight)
}

// fly fetches the keys, keeps the pointer when they are the same, and lets the waiting go on.
func (r *remoteKeys) fly(flight chan<- struct{}) {
	defer close(flight)
	data, err := r.fetch()
	set := (*KeySet)(nil)
	if err == nil {
		set, err = parseKeySet(data)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flight = nil
	if err != nil {
		r.err = fmt.Errorf("%w: %s: %w", ErrKeys, r.url, err)
		return
	}
	r.fetched, r.err = time.Now(), nil
	if r.set == nil || string(data) != r.data {
		r.set, r.data = set, string(data)
	}
}

func (r *remoteKeys) fetch() ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	res, err := r.cfg.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s", res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, r.cfg.MaxBytes+1))
	if err == nil && int64(len(data)) > r.cfg.MaxBytes {
		return nil, fmt.Errorf("answered more than %d bytes", r.cfg.MaxBytes)
	}
	return data, err
}
