package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func kept(f *fakeLogin) *MemoryKeychain {
	keys := NewMemoryKeychain()
	keys.secrets[testKey] = f.seed()
	return keys
}

func TestOneRefreshForManyCallers(t *testing.T) {
	f := newFakeLogin(t)
	f.pause = func() { time.Sleep(50 * time.Millisecond) }
	c := f.client(kept(f))
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if token, err := c.Token(t.Context(), testKey); err != nil || token != "access-1" {
				t.Errorf("Token = %q, %v", token, err)
			}
		})
	}
	wg.Wait()
	if n := f.count(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
}

func TestCancelledLeaderDoesNotFailTheOthers(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(kept(f))
	var first atomic.Bool
	leader, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	f.answer = func(w http.ResponseWriter, _ url.Values) bool {
		if first.CompareAndSwap(false, true) {
			close(started)
			<-leader.Done()
			time.Sleep(20 * time.Millisecond)
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := c.Token(leader, testKey); !errors.Is(err, ErrCancelled) {
			t.Errorf("leader: %v", err)
		}
	})
	<-started
	wg.Go(func() {
		if token, err := c.Token(t.Context(), testKey); err != nil || token == "" {
			t.Errorf("follower: %q, %v", token, err)
		}
	})
	time.Sleep(20 * time.Millisecond)
	cancel()
	wg.Wait()
}

func TestInvalidateFetchesAnotherOnceOnly(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(kept(f))
	first, err := c.Token(t.Context(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	c.Invalidate(testKey, first)
	second, err := c.Token(t.Context(), testKey)
	if err != nil || second == first {
		t.Fatalf("Token = %q, %v", second, err)
	}
	c.Invalidate(testKey, first) // a latecomer with the old one
	if third, err := c.Token(t.Context(), testKey); err != nil || third != second || f.count() != 2 {
		t.Errorf("Token = %q, %v after %d requests", third, err, f.count())
	}
}

func TestRefreshedFiveMinutesEarly(t *testing.T) {
	f := newFakeLogin(t)
	now := time.Now()
	var ahead atomic.Int64
	c := f.client(kept(f), func(c *Config) { c.Now = func() time.Time { return now.Add(time.Duration(ahead.Load())) } })
	at := func(d time.Duration) string {
		ahead.Store(int64(d))
		token, err := c.Token(t.Context(), testKey)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	first := at(0)
	if at(54*time.Minute) != first {
		t.Error("replaced too early")
	}
	f.answer = func(w http.ResponseWriter, _ url.Values) bool { w.WriteHeader(503); return true }
	if at(56*time.Minute) != first {
		t.Error("a token that is still good was not used while the server is down")
	}
	f.answer = nil
	if at(57*time.Minute) == first {
		t.Error("not replaced early")
	}
}

func TestRefusedRefresh(t *testing.T) {
	answer := func(status int, code, sub string, numbers ...int) func(http.ResponseWriter, url.Values) bool {
		return func(w http.ResponseWriter, _ url.Values) bool {
			refuse(w, status, code, "", map[string]any{"suberror": sub, "error_codes": numbers, "claims": `{"access_token":{}}`})
			return true
		}
	}
	raw := func(status int, body string) func(http.ResponseWriter, url.Values) bool {
		return func(w http.ResponseWriter, _ url.Values) bool {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	for _, tc := range []struct {
		name   string
		answer func(http.ResponseWriter, url.Values) bool
		want   error
		id     string
	}{
		{"expired", answer(400, "invalid_grant", "bad_token", 700082), ErrSignInAgain, "expired"},
		{"revoked", answer(400, "invalid_grant", "", 50173), ErrSignInAgain, "reset"},
		{"second factor", answer(400, "interaction_required", "basic_action", 50076), ErrSignInAgain, "verify"},
		{"consent", answer(400, "invalid_grant", "consent_required", 65001), ErrSignInAgain, "consent"},
		{"client mismatch", answer(400, "invalid_grant", "client_mismatch"), ErrTokenRefused, "other-app"},
		{"protection", answer(400, "invalid_grant", "protection_policy_required"), ErrTokenRefused, "app-protection"},
		{"wrong client", answer(401, "invalid_client", "", 7000218), ErrTokenRefused, "registration"},
		{"loop", answer(400, "invalid_grant", "", 50196), ErrBusy, "too-often"},
		{"throttled", raw(429, ""), ErrBusy, "busy"},
		{"down", raw(503, "<html>"), ErrBusy, "busy"},
		{"proxy", raw(407, "<html>"), ErrUnreachable, "unreachable"},
		{"portal", raw(200, "<html>"), ErrUnreachable, "unreachable"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFakeLogin(t)
			f.answer = tc.answer
			keys := kept(f)
			c := f.client(keys)
			_, err := c.Token(t.Context(), testKey)
			if !errors.Is(err, tc.want) || Explain(err).ID != tc.id {
				t.Fatalf("err = %v, explained as %s", err, Explain(err).ID)
			}
			if Transient(err) != (tc.want == ErrBusy || tc.want == ErrUnreachable) {
				t.Errorf("Transient = %v", Transient(err))
			}
			if has, _ := c.Has(t.Context(), testKey); !has {
				t.Error("the kept sign-in is gone")
			}
			var oe *OAuthError
			if tc.want == ErrSignInAgain && (!errors.As(err, &oe) || oe.Claims == "") {
				t.Error("the claims challenge is lost")
			}
			f.mu.Lock()
			f.answer = nil
			f.mu.Unlock()
			before := f.count()
			token, err := c.Token(t.Context(), testKey)
			if Transient(tc.want) && (err != nil || token == "") {
				t.Errorf("did not recover: %v", err)
			}
			if !Transient(tc.want) && (err == nil || f.count() != before) {
				t.Errorf("a refused token was sent again at once (%d requests, %v)", f.count()-before, err)
			}
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	f := newFakeLogin(t)
	now := time.Now()
	c := f.client(kept(f), func(c *Config) { c.Now = func() time.Time { return now } })
	f.answer = func(w http.ResponseWriter, _ url.Values) bool {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(429)
		return true
	}
	for range 3 {
		if _, err := c.Token(t.Context(), testKey); !errors.Is(err, ErrBusy) {
			t.Fatal(err)
		}
	}
	if f.count() != 1 {
		t.Errorf("asked %d times", f.count())
	}
	f.answer = nil
	now = now.Add(31 * time.Second)
	if _, err := c.Token(t.Context(), testKey); err != nil {
		t.Error(err)
	}
}

// staleKeychain gives an old token the first time, as if another process wrote a newer one right after.
type staleKeychain struct {
	*MemoryKeychain
	old  Secret
	once sync.Once
}

func (s *staleKeychain) Get(ctx context.Context, user string) (Secret, error) {
	got, err := s.MemoryKeychain.Get(ctx, user)
	s.once.Do(func() { got = s.old })
	return got, err
}

func TestTokenRotatedByAnotherProcessIsAdopted(t *testing.T) {
	f := newFakeLogin(t)
	c := f.client(&staleKeychain{MemoryKeychain: kept(f), old: NewSecret("used up")})
	if token, err := c.Token(t.Context(), testKey); err != nil || token == "" {
		t.Errorf("Token = %q, %v", token, err)
	}
	if f.count() != 2 {
		t.Errorf("%d requests", f.count())
	}
}

func TestRotationThatCannotBeStoredIsNotLost(t *testing.T) {
	f := newFakeLogin(t)
	keys := &brokenKeychain{MemoryKeychain: kept(f), set: ErrKeychainLocked}
	c := f.client(keys)
	for range 2 {
		if _, err := c.Token(t.Context(), testKey); !errors.Is(err, ErrKeychainLocked) {
			t.Fatalf("err = %v", err)
		}
	}
	if f.count() != 1 {
		t.Fatalf("%d refreshes", f.count())
	}
	keys.set = nil // unlocked
	if token, err := c.Token(t.Context(), testKey); err != nil || token != "access-1" || f.count() != 1 {
		t.Errorf("Token = %q, %v after %d requests", token, err, f.count())
	}
	if stored := keys.secrets[testKey]; !f.live[stored.Reveal()] {
		t.Error("what is stored is not the living token")
	}
}

func TestLockHeldElsewhere(t *testing.T) {
	f := newFakeLogin(t)
	dir := t.TempDir()
	set := func(c *Config) { c.LockDir = dir }
	keys := kept(f)
	other := f.client(keys, set)
	unlock, err := other.lock(t.Context(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	c := f.client(keys, set)
	if _, err := c.Token(ctx, testKey); !errors.Is(err, ErrBusy) || f.count() != 0 {
		t.Errorf("err = %v, %d requests", err, f.count())
	}
	unlock()
	if _, err := c.Token(t.Context(), testKey); err != nil {
		t.Error(err)
	}
	missing := f.client(keys, func(c *Config) { c.LockDir = dir + "/gone" })
	if _, err := missing.Token(t.Context(), testKey); !errors.Is(err, ErrLocal) {
		t.Errorf("err = %v", err)
	}
}
