package results

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Bounds of a [Memory].
const (
	DefaultEntries = 10_000   // claims and results
	DefaultBytes   = 64 << 20 // of the bodies and headers of results
)

// Memory keeps results in this process, for services without a store and for tests. What it holds is bounded: when it is full the oldest
// results go before their time, running claims never. It is safe for concurrent use.
type Memory struct {
	mu         sync.Mutex
	byKey      map[string]*list.Element // of *entry
	done       list.List                // completed, oldest first
	running    list.List                // claimed, oldest first
	bytes      int
	maxEntries int
	maxBytes   int
}

// entry is a claim or a result.
type entry struct {
	key         string
	token       string // empty: completed
	fingerprint string
	result      *Result
	size        int
	until       time.Time
}

// NewMemory returns a memory for so many entries and bytes; 0 is [DefaultEntries], [DefaultBytes].
func NewMemory(entries, bytes int) *Memory {
	if entries <= 0 {
		entries = DefaultEntries
	}
	if bytes <= 0 {
		bytes = DefaultBytes
	}
	return &Memory{byKey: make(map[string]*list.Element), maxEntries: entries, maxBytes: bytes}
}

// Claim asks for a key. See [Store].
func (m *Memory) Claim(ctx context.Context, key string, c Claim) (*Found, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if e, ok := m.byKey[key]; ok {
		if known := e.Value.(*entry); now.Before(known.until) {
			return &Found{Fingerprint: known.fingerprint, Result: known.result}, nil
		}
		m.remove(e)
	}
	m.sweep(now)
	for len(m.byKey) >= m.maxEntries {
		oldest := m.done.Front()
		if oldest == nil {
			return nil, ErrFull
		}
		m.remove(oldest)
	}
	m.byKey[key] = m.running.PushBack(&entry{key: key, token: c.Token, fingerprint: c.Fingerprint, until: now.Add(c.Lease)})
	return nil, nil
}

// Complete keeps the result of a claim. See [Store].
func (m *Memory) Complete(ctx context.Context, key, token string, r Result, keep time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r = r.Fitting()
	r.Header, r.Body = r.Header.Clone(), append([]byte(nil), r.Body...)
	m.mu.Lock()
	defer m.mu.Unlock()
	claimed, err := m.held(key, token)
	if err != nil {
		return err
	}
	fingerprint := claimed.Value.(*entry).fingerprint
	m.remove(claimed)
	kept := &entry{key: key, fingerprint: fingerprint, result: &r, size: r.size(), until: time.Now().Add(keep)}
	m.byKey[key] = m.done.PushBack(kept)
	m.bytes += kept.size
	for m.bytes > m.maxBytes && m.done.Len() > 1 {
		m.remove(m.done.Front())
	}
	return nil
}

// Release gives a claim up. See [Store].
func (m *Memory) Release(ctx context.Context, key, token string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	claimed, err := m.held(key, token)
	if err == nil {
		m.remove(claimed)
	}
	return err
}

// held returns the claim that the token has.
func (m *Memory) held(key, token string) (*list.Element, error) {
	e, ok := m.byKey[key]
	if !ok {
		return nil, ErrLost
	}
	if known := e.Value.(*entry); known.token != token || token == "" || !time.Now().Before(known.until) {
		return nil, ErrLost
	}
	return e, nil
}

// sweep removes what is over at the old end of both lists: each is close to sorted by time, and what is over elsewhere is found by its key or
// pushed out.
func (m *Memory) sweep(now time.Time) {
	for _, l := range []*list.List{&m.done, &m.running} {
		for e := l.Front(); e != nil && !now.Before(e.Value.(*entry).until); e = l.Front() {
			m.remove(e)
		}
	}
}

func (m *Memory) remove(e *list.Element) {
	known := e.Value.(*entry)
	delete(m.byKey, known.key)
	m.bytes -= known.size
	if known.token == "" {
		m.done.Remove(e)
	} else {
		m.running.Remove(e)
	}
}
