package entra

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// account names a person without holding their data: the directory is asked each time.
type account struct{ tenantID, objectID string }

// state is all that happens at run time. Server.mu guards it.
type state struct {
	flows      map[string]*flow    // by random id
	sessions   map[string]*session // by cookie value
	codes      map[[32]byte]*code  // by hash
	refresh    map[[32]byte]*refresh
	consents   map[consentKey][]string
	appGrants  map[principalKey][]string // application permissions that an administrator approved
	principals map[principalKey]*principal
	requests   []*approvalRequest
	devices    map[[32]byte]*device // by hash of the device code
	// serial counts what decides whether an access token is older than an event: clocks are too coarse for it.
	serial uint64
	events map[account]uint64 // by home account: when the last critical event was
}

func newState() state {
	return state{flows: map[string]*flow{}, sessions: map[string]*session{}, codes: map[[32]byte]*code{},
		refresh: map[[32]byte]*refresh{}, consents: map[consentKey][]string{}, appGrants: map[principalKey][]string{},
		principals: map[principalKey]*principal{}, devices: map[[32]byte]*device{}, events: map[account]uint64{}}
}

// session is one browser, known by its cookie.
type session struct {
	id       string
	accounts []signedIn // latest last; home accounts, also of guests
	used     time.Time
}

// signedIn is what a person proved in a browser, and when.
type signedIn struct {
	account
	at  time.Time
	mfa bool
}

// grant is one sign-in by one person to one program. Every code and refresh token that comes of it points to it, so that
// all of them can be ended at once.
type grant struct {
	clientID string
	who      account
	authTime time.Time
	mfa      bool // a second factor was shown
	platform directory.Platform
	cae      bool // the program understands claims challenges (client capability cp1)
	revoked  bool
}

type code struct {
	*grant
	tenant    string // the tenant segment it was asked at, canonical
	redirect  string
	challenge string
	nonce     string
	scopes    []string
	expires   time.Time
	redeemed  bool
}

type refresh struct {
	*grant
	scopes []string // what it was asked for, OpenID Connect's own included
	used   time.Time
}

// consentKey is an approval: by one user, or with an empty objectID by an administrator for all.
type consentKey struct{ clientID, tenantID, objectID string }

func newConsentKey(clientID string, who account) consentKey {
	return consentKey{strings.ToLower(clientID), who.tenantID, who.objectID}
}

// consented lists what a person's use of a program is approved for, by them or for all. The caller holds mu.
func (s *state) consented(clientID string, who account) []string {
	org := consentKey{strings.ToLower(clientID), who.tenantID, ""}
	return union(s.consents[org], s.consents[newConsentKey(clientID, who)])
}

// prune drops what is over. It is called where things are added, so the maps stay bounded without a goroutine.
func (s *state) prune(now time.Time) {
	for id, f := range s.flows {
		if now.Sub(f.created) > flowLifetime {
			delete(s.flows, id)
		}
	}
	for id, c := range s.codes {
		if now.Sub(c.expires) > codeLifetime { // kept a while longer, so that a late replay is still told as one
			delete(s.codes, id)
		}
	}
	for id, t := range s.refresh {
		if now.Sub(t.used) > 2*refreshLifetime {
			delete(s.refresh, id)
		}
	}
	for id, d := range s.devices {
		if now.Sub(d.expires) > deviceLifetime { // kept a while longer, so that polling it is told that it is over
			delete(s.devices, id)
		}
	}
	dropOldest(s.flows, func(f *flow) time.Time { return f.created })
	dropOldest(s.sessions, func(b *session) time.Time { return b.used })
	dropOldest(s.devices, func(d *device) time.Time { return d.expires })
}

func dropOldest[K comparable, V any](m map[K]V, at func(V) time.Time) {
	for len(m) >= maxFlows {
		var oldest K
		var when time.Time
		first := true
		for id, v := range m {
			if first || at(v).Before(when) {
				oldest, when, first = id, at(v), false
			}
		}
		delete(m, oldest)
	}
}

func (b *session) signIn(who signedIn) {
	b.signOut(who.account)
	b.accounts = append(b.accounts, who)
}

func (b *session) signOut(who account) {
	b.accounts = slices.DeleteFunc(b.accounts, func(a signedIn) bool { return a.account == who })
}

func (b *session) find(who account) (signedIn, bool) {
	i := slices.IndexFunc(b.accounts, func(a signedIn) bool { return a.account == who })
	if i < 0 {
		return signedIn{}, false
	}
	return b.accounts[i], true
}

// randomText returns n random characters of base64url.
func randomText(n int) string {
	b := make([]byte, n*3/4+1)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}

// Codes and refresh tokens are opaque. Their sizes are like the real ones', because a keychain with a small limit or a
// clipped address only shows with those.
const (
	codePrefix, codeSize       = "1.A", 700
	refreshPrefix, refreshSize = "1.AR", 1500
)

func hashOf(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }
