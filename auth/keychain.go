package auth

import (
	"context"
	"net/url"
	"strings"
	"sync"
)

// Keychain keeps one secret for each user name ("tid.oid"). Implementations are safe for use from many goroutines and
// return errors that wrap ErrNotStored, ErrNoKeychain, ErrKeychainLocked, ErrKeychainRefused or ErrKeychainSlow.
type Keychain interface {
	// Get returns the whole secret, or ErrNotStored; half a secret counts as none.
	Get(ctx context.Context, user string) (Secret, error)
	// Set stores the secret and returns nil only when it can be read back. After an error either the former or the new
	// secret is there, whole.
	Set(ctx context.Context, user string, secret Secret) error
	// Delete removes every trace; deleting what is not there is no error.
	Delete(ctx context.Context, user string) error
}

// KeychainService names the keychain entries of a registration in a cloud: "SuperCRM/<client id>/<login host>".
func KeychainService(clientID, loginURL string) string {
	if loginURL == "" {
		loginURL = DefaultLoginURL
	}
	host := loginURL
	if u, err := url.Parse(loginURL); err == nil && u.Host != "" {
		// Without the port, and without any colon: that parts service and user in the names Windows uses.
		host = strings.ReplaceAll(u.Hostname(), ":", "-")
	}
	return "SuperCRM/" + clientID + "/" + host
}

// MemoryKeychain keeps secrets until the program ends: for a person without a keychain who chooses "keep until I quit".
type MemoryKeychain struct {
	mu      sync.Mutex
	secrets map[string]Secret
}

// NewMemoryKeychain makes an empty one.
func NewMemoryKeychain() *MemoryKeychain { return &MemoryKeychain{secrets: map[string]Secret{}} }

// Get implements Keychain.
func (m *MemoryKeychain) Get(_ context.Context, user string) (Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.secrets[user]; ok {
		return s, nil
	}
	return Secret{}, ErrNotStored
}

// Set implements Keychain.
func (m *MemoryKeychain) Set(_ context.Context, user string, secret Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets[user] = secret
	return nil
}

// Delete implements Keychain.
func (m *MemoryKeychain) Delete(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.secrets, user)
	return nil
}
