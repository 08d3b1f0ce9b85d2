//go:build unix

package main

import (
	"os/exec"
	"syscall"
	"time"
)

// endGently puts cmd at the head of a process group and, when its context ends, interrupts the group; what does not end
// in time is killed. A test binary is a grandchild of ours: only the group reaches it.
func endGently(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		group := -cmd.Process.Pid
		time.AfterFunc(8*time.Second, func() { _ = syscall.Kill(group, syscall.SIGKILL) })
		return syscall.Kill(group, syscall.SIGINT)
	}
	cmd.WaitDelay = 10 * time.Second
}

// interruptOnly passes the end of the context on as SIGINT and leaves cmd in the terminal's own group, so that it may ask
// for a password or be stopped with a key.
func interruptOnly(cmd *exec.Cmd) {
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second
}
