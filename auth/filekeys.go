package auth

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

const (
	fileInterval = time.Second // between two looks at the file
	maxFileBytes = 1 << 20
)

// FileKeys is a source of the keys in a JWK set file (RFC 7517). The file is looked at when keys are needed, at most once a
// second, and read again when it has changed or lacks the key that a token names. As long as it can't be read, the keys read
// last stay in force; if there are none, the error is [ErrKeys] and names the path.
func FileKeys(path string) KeySource { return &fileKeys{path: path} }

type fileKeys struct {
	path string

	mu      sync.Mutex
	set     *KeySet
	data    string      // of set
	info    os.FileInfo // of the file that set was read from
	err     error       // of the last look
	checked time.Time
}

func (f *fileKeys) Keys(_ context.Context, kid string) (*KeySet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); f.checked.IsZero() || now.Sub(f.checked) >= fileInterval {
		f.checked = now
		f.err = f.look(kid)
	}
	if f.set == nil {
		return nil, f.err
	}
	return f.set, nil
}

func (f *fileKeys) look(kid string) error {
	info, err := os.Stat(f.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err) // which names the path
	}
	known := kid == "" || f.set != nil && f.set.Has(kid)
	if f.info != nil && known && f.info.Size() == info.Size() && f.info.ModTime().Equal(info.ModTime()) && os.SameFile(f.info, info) {
		return nil
	}
	if info.Size() > maxFileBytes {
		return fmt.Errorf("%w: %s: larger than %d bytes", ErrKeys, f.path, maxFileBytes)
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err) // which names the path
	}
	if f.set != nil && string(data) == f.data {
		f.info = info
		return nil
	}
	set, err := parseKeySet(data)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrKeys, f.path, err)
	}
	f.set, f.data, f.info = set, string(data), info
	return nil
}
