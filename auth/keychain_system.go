package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/zalando/go-keyring"
)

const (
	partSize = 2000 // bytes; Windows takes 2,560 for a secret, macOS about 3,000 with its names
	maxParts = 64   // a refresh token is about 1.5 KB; 128,000 bytes are beyond anything sane
	// keychainDeadline leaves a person the time to type a password into the keychain's own window.
	keychainDeadline = 60 * time.Second
)

// SystemKeychain is the operating system's: Keychain on macOS, Credential Manager on Windows, the Secret Service (GNOME
// Keyring, KWallet, KeePassXC) elsewhere, through zalando/go-keyring.
//
// A secret is stored in parts of at most 2,000 bytes under "user#a#0", "user#a#1", …, with a header under "user" that
// names the generation ("a" or "b"), the number of parts and a digest. A new secret is written as the other generation,
// then the header is switched, then the former generation is removed: at each moment there is one whole secret.
type SystemKeychain struct {
	service  string
	deadline time.Duration
	// turn lets one call at a time through. The library's calls cannot be interrupted: one that hangs keeps its turn, and
	// later calls fail in time without leaving a goroutine each behind.
	turn   chan struct{}
	ring   keyring.Keyring
	unlock func(context.Context) error // asks for the password where that is needed; nil: never
}

// NewKeychain opens the operating system's keychain for the entries of service (see KeychainService). Each operation on it
// fails with ErrKeychainSlow when it does not answer within a minute; at most one goroutine stays behind in a call that
// never ends.
func NewKeychain(service string) *SystemKeychain {
	return systemKeychain(service, keychainDeadline)
}

func systemKeychain(service string, deadline time.Duration) *SystemKeychain {
	k := newKeychain(service, libraryRing{}, deadline)
	k.unlock = unlockKeychain
	return k
}

func newKeychain(service string, ring keyring.Keyring, deadline time.Duration) *SystemKeychain {
	k := &SystemKeychain{service: service, deadline: deadline, turn: make(chan struct{}, 1), ring: ring}
	k.turn <- struct{}{}
	return k
}

// libraryRing is go-keyring's provider for this operating system.
type libraryRing struct{}

func (libraryRing) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}
func (libraryRing) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (libraryRing) Delete(service, user string) error        { return keyring.Delete(service, user) }
func (libraryRing) DeleteAll(service string) error           { return keyring.DeleteAll(service) }

// header says where the parts are. Sum is a SHA-256 of the whole, so that a mixture of two writes is noticed.
type header struct {
	Version int    `json:"v"`
	Gen     string `json:"gen"`
	Parts   int    `json:"parts"`
	Sum     string `json:"sum"`
}

func parseHeader(text string) (header, bool) {
	var h header
	if json.Unmarshal([]byte(text), &h) != nil || h.Version != 1 || h.Gen != "a" && h.Gen != "b" ||
		h.Parts < 1 || h.Parts > maxParts {
		return header{}, false
	}
	return h, true
}

func partName(user, gen string, i int) string { return user + "#" + gen + "#" + strconv.Itoa(i) }

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Get implements Keychain.
func (k *SystemKeychain) Get(ctx context.Context, user string) (Secret, error) {
	var secret Secret
	err := k.within(ctx, func(ctx context.Context) (err error) {
		secret, err = k.get(ctx, user)
		return err
	})
	if err != nil {
		return Secret{}, fmt.Errorf("read from the keychain: %w", err)
	}
	return secret, nil
}

func (k *SystemKeychain) get(ctx context.Context, user string) (Secret, error) {
	for range 3 { // another copy of the program may be switching generations between our reads
		text, err := k.read(ctx, user)
		if err != nil {
			return Secret{}, err
		}
		h, ok := parseHeader(text)
		if !ok {
			return Secret{}, ErrNotStored
		}
		var whole []byte
		for i := range h.Parts {
			part, err := k.read(ctx, partName(user, h.Gen, i))
			if errors.Is(err, ErrNotStored) {
				break
			}
			if err != nil {
				return Secret{}, err
			}
			whole = append(whole, part...)
		}
		if digest(string(whole)) == h.Sum {
			return NewSecret(string(whole)), nil
		}
	}
	return Secret{}, ErrNotStored
}

// Set implements Keychain.
func (k *SystemKeychain) Set(ctx context.Context, user string, secret Secret) error {
	if err := k.within(ctx, func(ctx context.Context) error { return k.set(ctx, user, secret) }); err != nil {
		return fmt.Errorf("write to the keychain: %w", err)
	}
	return nil
}

func (k *SystemKeychain) set(ctx context.Context, user string, secret Secret) error {
	whole := secret.Reveal()
	h := header{Version: 1, Gen: "a", Parts: max(1, (len(whole)+partSize-1)/partSize), Sum: digest(whole)}
	if h.Parts > maxParts {
		return fmt.Errorf("the secret has %d bytes: %w", len(whole), ErrKeychainRefused)
	}
	text, err := k.read(ctx, user)
	if err != nil && !errors.Is(err, ErrNotStored) {
		return err
	}
	former, had := parseHeader(text)
	if had && former.Gen == "a" {
		h.Gen = "b"
	}
	for i := range h.Parts {
		part := whole[i*partSize : min(len(whole), (i+1)*partSize)]
		if err := k.write(ctx, partName(user, h.Gen, i), part); err != nil {
			// The former secret is still the valid one; the orphans are overwritten next time, or go with Delete.
			return err
		}
	}
	switched, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode the header: %w: %w", ErrLocal, err)
	}
	if err := k.write(ctx, user, string(switched)); err != nil {
		return err
	}
	// From here on the new secret is stored. What is left of the former one is removed as far as it goes; a failure is no
	// reason to call the new one lost.
	if had {
		_ = k.deleteParts(ctx, user, former.Gen, 0, former.Parts)
	}
	_ = k.deleteParts(ctx, user, h.Gen, h.Parts, 0)
	return nil
}

// Delete implements Keychain.
func (k *SystemKeychain) Delete(ctx context.Context, user string) error {
	err := k.within(ctx, func(ctx context.Context) error {
		text, err := k.read(ctx, user)
		if err != nil && !errors.Is(err, ErrNotStored) {
			return err
		}
		h, _ := parseHeader(text)
		if err := k.remove(ctx, user); err != nil { // the header first: without it nothing counts
			return err
		}
		return errors.Join(k.deleteParts(ctx, user, "a", 0, h.Parts), k.deleteParts(ctx, user, "b", 0, h.Parts))
	})
	if err != nil {
		return fmt.Errorf("delete from the keychain: %w", err)
	}
	return nil
}

// deleteParts removes the parts of a generation from the given one on: those below known, which may have gaps, and those
// that follow without one. It goes from the last to the first, so that an
// interrupted removal leaves no gap behind which parts would be forgotten.
func (k *SystemKeychain) deleteParts(ctx context.Context, user, gen string, from, known int) error {
	n := max(from, known)
	for n < maxParts {
		if _, err := k.read(ctx, partName(user, gen, n)); errors.Is(err, ErrNotStored) {
			break
		} else if err != nil {
			return err
		}
		n++
	}
	for i := n - 1; i >= from; i-- {
		if err := k.remove(ctx, partName(user, gen, i)); err != nil {
			return err
		}
	}
	return nil
}

// within bounds a whole operation.
func (k *SystemKeychain) within(ctx context.Context, op func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, k.deadline)
	defer cancel()
	if err := k.askPassword(ctx); err != nil {
		return err
	}
	return op(ctx)
}

// askPassword takes its turn too, so that two accounts do not raise two windows.
func (k *SystemKeychain) askPassword(ctx context.Context) error {
	if k.unlock == nil {
		return nil
	}
	select {
	case <-k.turn:
	case <-ctx.Done():
		return keychainEnded(ctx)
	}
	defer func() { k.turn <- struct{}{} }()
	return k.unlock(ctx)
}

func (k *SystemKeychain) read(ctx context.Context, user string) (string, error) {
	var text string
	err := k.call(ctx, func() (err error) {
		text, err = k.ring.Get(k.service, user)
		return err
	})
	if err != nil {
		return "", err
	}
	return text, nil
}

// write stores one entry and reads it back: the library reports success for a prompt that the person dismissed.
func (k *SystemKeychain) write(ctx context.Context, user, text string) error {
	if err := k.call(ctx, func() error { return k.ring.Set(k.service, user, text) }); err != nil {
		return err
	}
	back, err := k.read(ctx, user)
	if errors.Is(err, ErrNotStored) || err == nil && back != text {
		return ErrKeychainRefused
	}
	return err
}

func (k *SystemKeychain) remove(ctx context.Context, user string) error {
	err := k.call(ctx, func() error { return k.ring.Delete(k.service, user) })
	if errors.Is(err, ErrNotStored) {
		return nil
	}
	return err
}

// call runs one uninterruptible call of the library in its turn, and stops waiting for it when ctx ends.
func (k *SystemKeychain) call(ctx context.Context, f func() error) error {
	select {
	case <-k.turn:
	case <-ctx.Done():
		return keychainEnded(ctx)
	}
	if ctx.Err() != nil {
		k.turn <- struct{}{}
		return keychainEnded(ctx)
	}
	done := make(chan error, 1)
	go func() {
		defer func() { k.turn <- struct{}{} }()
		defer func() {
			if v := recover(); v != nil { // a bus that closes in the middle of a prompt makes the library panic
				done <- fmt.Errorf("keychain library panicked: %v: %w", v, ErrNoKeychain)
			}
		}()
		done <- keychainKind(f())
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return keychainEnded(ctx)
	}
}

func keychainEnded(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%w: %w", ErrCancelled, ctx.Err())
	}
	return fmt.Errorf("%w: %w", ErrKeychainSlow, ctx.Err())
}
