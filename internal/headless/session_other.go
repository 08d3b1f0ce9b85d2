//go:build !linux

package headless

import "context"

// Session is never made on this system.
type Session struct{}

func start(context.Context, Options) (*Session, error) { return nil, ErrUnsupported }

// Env is empty: there is no session.
func (s *Session) Env() []string { return nil }

// Close does nothing: there is no session.
func (s *Session) Close() error { return nil }
