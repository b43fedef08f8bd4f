package auth

import (
	"crypto/sha256"
	"sync"
	"time"
)

type digest = [sha256.Size]byte

// cache remembers verified tokens by their hash, so that a stolen memory dump holds none. It keeps two generations: new
// entries and those in use go to the young one; when that is full, it becomes the old one and the former old one is dropped.
// So the cache is bounded, with no list to keep and nothing to sweep, and what is used often stays.
type cache struct {
	mu         sync.Mutex
	generation int // entries that one generation holds
	young, old map[digest]entry
}

type entry struct {
	set       *KeySet // that the token was verified with
	principal Principal
}

func newCache(size int) *cache {
	return &cache{generation: max(1, size/2), young: make(map[digest]entry)}
}

// get returns what is known of a token that expires after the time given.
func (c *cache) get(d digest, after time.Time) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.young[d]
	if !ok {
		if e, ok = c.old[d]; !ok {
			return entry{}, false
		}
		delete(c.old, d)
		c.add(d, e)
	}
	if !e.principal.Expires.After(after) {
		delete(c.young, d)
		return entry{}, false
	}
	return e, true
}

func (c *cache) put(d digest, e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(d, e)
}

func (c *cache) add(d digest, e entry) {
	if len(c.young) >= c.generation {
		c.old, c.young = c.young, make(map[digest]entry)
	}
	c.young[d] = e
}
