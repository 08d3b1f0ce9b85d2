package auth

import (
	"errors"
	"fmt"
	"testing"
)

// Package outlook does not import this one and asks for the method.
func TestSignInAgainIsKnownByItsMethod(t *testing.T) {
	err := fmt.Errorf("token: %w", fmt.Errorf("%w: %w", ErrSignInAgain, &OAuthError{Code: "invalid_grant"}))
	var again interface{ SignInAgain() bool }
	if !errors.As(err, &again) || !again.SignInAgain() || !errors.Is(err, ErrSignInAgain) {
		t.Fatal("not known")
	}
	if other := error(ErrUnreachable); errors.As(other, &again) {
		t.Fatal("a passing failure is taken for one")
	}
}
