//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package natsevents

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// fileLock is a lock on a file, see flock(2). It belongs to the open file, which a child process has too between fork and exec;
// so it is given back by name, not only by closing.
type fileLock struct{ file *os.File }

// Close gives the lock back.
func (l fileLock) Close() error {
	return errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
}

// lockFile takes the file for this process. Closing the lock, or dying, gives it back.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrLocked
		}
		return nil, errors.Join(err, f.Close())
	}
	return fileLock{f}, nil
}
