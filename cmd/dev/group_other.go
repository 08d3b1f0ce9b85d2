//go:build !unix

package main

import (
	"os/exec"
	"time"
)

// endGently kills cmd when its context ends: there is no interrupt to send to another process here.
func endGently(cmd *exec.Cmd) { cmd.WaitDelay = 5 * time.Second }

// interruptOnly is the same as endGently here; a console's Ctrl+C reaches every program in it anyway.
func interruptOnly(cmd *exec.Cmd) { cmd.WaitDelay = 5 * time.Second }
