//go:build !((dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd)

package auth

import "context"

// unlockKeychain does nothing where the system's own calls ask for the password.
func unlockKeychain(context.Context) error { return nil }
