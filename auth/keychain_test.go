package auth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

// fakeRing is a keychain with Windows' limit that can fail at a chosen call, lie and hang.
type fakeRing struct {
	mu      sync.Mutex
	entries map[string]string
	calls   int
	failAt  int // this call fails; 0: none
	dropSet bool
	hang    chan struct{} // calls wait for it
	panics  bool
}

func newFakeRing() *fakeRing { return &fakeRing{entries: map[string]string{}} }

var errRing = errors.New("the disk is on fire")

func (r *fakeRing) step() error {
	if r.hang != nil {
		<-r.hang
	}
	if r.panics {
		panic("closed bus")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if r.calls == r.failAt {
		return errRing
	}
	return nil
}

func (r *fakeRing) Set(service, user, password string) error {
	if err := r.step(); err != nil {
		return err
	}
	if len(password) > 2560 {
		return keyring.ErrSetDataTooBig
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.dropSet {
		r.entries[service+":"+user] = password
	}
	return nil
}

func (r *fakeRing) Get(service, user string) (string, error) {
	if err := r.step(); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.entries[service+":"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return v, nil
}

func (r *fakeRing) Delete(service, user string) error {
	if err := r.step(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.entries[service+":"+user]; !ok {
		return keyring.ErrNotFound
	}
	delete(r.entries, service+":"+user)
	return nil
}

func (r *fakeRing) DeleteAll(string) error { return errors.New("not used") }

func long(letter string, n int) Secret { return NewSecret(strings.Repeat(letter, n)) }

func TestKeychainSizes(t *testing.T) {
	ring := newFakeRing()
	k := newKeychain("s", ring, time.Minute)
	for _, n := range []int{0, 1, 1999, 2000, 2001, 4000, 20000, 1, 6001, maxParts * partSize} {
		want := long("x", n)
		if err := k.Set(t.Context(), "u", want); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		got, err := k.Get(t.Context(), "u")
		if err != nil || got != want {
			t.Fatalf("%d bytes come back as %d: %v", n, len(got.Reveal()), err)
		}
		if parts := max(1, (n+partSize-1)/partSize); len(ring.entries) != parts+1 {
			t.Errorf("%d bytes leave %d entries, want %d", n, len(ring.entries), parts+1)
		}
		for _, v := range ring.entries {
			if len(v) > partSize {
				t.Errorf("an entry of %d bytes", len(v))
			}
		}
	}
	if err := k.Set(t.Context(), "u", long("x", maxParts*partSize+1)); !errors.Is(err, ErrKeychainRefused) {
		t.Errorf("too much: %v", err)
	}
	if err := k.Delete(t.Context(), "u"); err != nil || len(ring.entries) != 0 {
		t.Errorf("%d entries after Delete, %v", len(ring.entries), err)
	}
	if err := k.Delete(t.Context(), "u"); err != nil {
		t.Errorf("second Delete: %v", err)
	}
	if _, err := k.Get(t.Context(), "u"); !errors.Is(err, ErrNotStored) {
		t.Errorf("Get after Delete: %v", err)
	}
}

// TestKeychainWriteCutShortAnywhere breaks a Set at each of its calls: afterwards the former or the new secret is there as
// a whole, the new one if Set said yes, and Delete leaves nothing behind.
func TestKeychainWriteCutShortAnywhere(t *testing.T) {
	former, next := long("a", 7000), long("b", 5000)
	seed := newFakeRing()
	if err := newKeychain("s", seed, time.Minute).Set(t.Context(), "u", former); err != nil {
		t.Fatal(err)
	}
	broken := 0
	for at := 1; ; at++ {
		ring := newFakeRing()
		ring.entries = maps.Clone(seed.entries)
		ring.failAt = at
		k := newKeychain("s", ring, time.Minute)
		setErr := k.Set(t.Context(), "u", next)
		ring.failAt = 0
		got, err := k.Get(t.Context(), "u")
		if err != nil || got != former && got != next || setErr == nil && got != next {
			t.Fatalf("cut at %d (%v): %d bytes, %v", at, setErr, len(got.Reveal()), err)
		}
		if setErr != nil {
			broken++
			if strings.Contains(setErr.Error(), "aaa") || strings.Contains(setErr.Error(), "bbb") {
				t.Fatal("the error holds the secret")
			}
		}
		if err := k.Delete(t.Context(), "u"); err != nil || len(ring.entries) != 0 {
			t.Fatalf("cut at %d: Delete leaves %d entries, %v", at, len(ring.entries), err)
		}
		if ring.calls < at {
			break // the whole Set ran without reaching the break
		}
		if at > 200 {
			t.Fatal("does not end")
		}
	}
	if broken < 8 {
		t.Errorf("only %d cuts were felt", broken)
	}
}

func TestKeychainPartialSetCountsAsAbsent(t *testing.T) {
	for name, harm := range map[string]func(map[string]string){
		"part gone":     func(e map[string]string) { delete(e, "s:u#a#1") },
		"part changed":  func(e map[string]string) { e["s:u#a#1"] = "other" },
		"header broken": func(e map[string]string) { e["s:u"] = "{" },
		"header odd":    func(e map[string]string) { e["s:u"] = `{"v":1,"gen":"a","parts":1000000000,"sum":""}` },
		"header gone":   func(e map[string]string) { delete(e, "s:u") },
	} {
		ring := newFakeRing()
		k := newKeychain("s", ring, time.Minute)
		if err := k.Set(t.Context(), "u", long("x", 5000)); err != nil {
			t.Fatal(err)
		}
		harm(ring.entries)
		if _, err := k.Get(t.Context(), "u"); !errors.Is(err, ErrNotStored) {
			t.Errorf("%s: %v", name, err)
		}
		if err := k.Set(t.Context(), "u", long("y", 3000)); err != nil {
			t.Errorf("%s: writing anew: %v", name, err)
		}
		if err := k.Delete(t.Context(), "u"); err != nil || len(ring.entries) != 0 {
			t.Errorf("%s: %d entries stay, %v", name, len(ring.entries), err)
		}
	}
}

func TestKeychainThatLies(t *testing.T) {
	ring := newFakeRing()
	ring.dropSet = true // what go-keyring does when the person closes the prompt
	k := newKeychain("s", ring, time.Minute)
	if err := k.Set(t.Context(), "u", NewSecret("x")); !errors.Is(err, ErrKeychainRefused) {
		t.Errorf("err = %v", err)
	}
}

func TestKeychainThatPanics(t *testing.T) {
	ring := newFakeRing()
	ring.panics = true
	if _, err := newKeychain("s", ring, time.Minute).Get(t.Context(), "u"); !errors.Is(err, ErrNoKeychain) {
		t.Errorf("err = %v", err)
	}
}

func TestKeychainThatHangs(t *testing.T) {
	ring := newFakeRing()
	ring.hang = make(chan struct{})
	k := newKeychain("s", ring, 30*time.Millisecond)
	for range 10 { // all of these leave one goroutine behind, not ten
		if err := k.Set(t.Context(), "u", NewSecret("x")); !errors.Is(err, ErrKeychainSlow) {
			t.Fatalf("err = %v", err)
		}
	}
	if ring.calls != 0 {
		t.Fatal("not hanging")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.Get(ctx, "u"); !errors.Is(err, ErrCancelled) {
		t.Errorf("cancelled: %v", err)
	}
	close(ring.hang)
	k.deadline = time.Minute
	if err := k.Set(t.Context(), "u", NewSecret("y")); err != nil {
		t.Fatal(err)
	}
	if ring.calls > 20 {
		t.Errorf("%d calls reached the keychain", ring.calls)
	}
	if got, err := k.Get(t.Context(), "u"); err != nil || got != NewSecret("y") {
		t.Errorf("late: %v", err)
	}
}

func TestKeychainService(t *testing.T) {
	for login, want := range map[string]string{"": "SuperCRM/c/login.microsoftonline.com", "http://127.0.0.1:8700": "SuperCRM/c/127.0.0.1", "http://[::1]:1": "SuperCRM/c/--1"} {
		if got := KeychainService("c", login); got != want {
			t.Errorf("%q: %s", login, got)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(`{"v":1,"gen":"a","parts":3,"sum":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if h, ok := parseHeader(text); ok && (h.Parts < 1 || h.Parts > maxParts || partName("u", h.Gen, 0) != fmt.Sprintf("u#%s#0", h.Gen)) {
			t.Fatalf("%+v", h)
		}
	})
}
