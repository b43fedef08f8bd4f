//go:build !linux

package natstest

import "syscall"

// noOrphans cannot be had here.
func noOrphans() *syscall.SysProcAttr { return nil }
