package e2e

import "syscall"

// noOrphans lets a program under test end with the test, even if that panics or runs out of time.
func noOrphans() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
