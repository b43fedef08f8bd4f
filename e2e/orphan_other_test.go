//go:build !linux

package e2e

import "syscall"

// noOrphans cannot be had here.
func noOrphans() *syscall.SysProcAttr { return nil }
