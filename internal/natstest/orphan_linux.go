package natstest

import "syscall"

// noOrphans lets a server end with the thread that started it.
func noOrphans() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
