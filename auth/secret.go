package auth

import (
	"fmt"
	"log/slog"
	"unique"
)

const redacted = "[redacted]"

// Secret holds a token so that it cannot be printed by accident: every way of formatting, logging or encoding one gives
// "[redacted]". The zero value is the empty secret. Compare with ==. Immutable, safe to copy and to share.
//
// The value is behind a handle, because fmt calls no method on a struct's unexported field and would print a string there.
type Secret struct{ value unique.Handle[string] }

// NewSecret wraps value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// Reveal returns the value. Call it only where the value leaves for the keychain or the login server.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.value.Value()
}

// Empty tells whether there is nothing in it.
func (s Secret) Empty() bool { return s == Secret{} }

// String implements fmt.Stringer.
func (s Secret) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return redacted }

// Format implements fmt.Formatter, so that verbs such as %x and %q redact too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText implements encoding.TextMarshaler, which map keys and XML use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
