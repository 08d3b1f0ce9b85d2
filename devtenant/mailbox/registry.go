// Package mailbox is the state of the simulated tenant's mailboxes: folders, messages, calendars, events, contacts, the
// counter of changes that delta links are made from, and the delivery of mail between the mailboxes. It knows nothing
// of HTTP or JSON; devtenant/graph speaks for it.
//
// A Mailbox is safe for concurrent use: everything inside it is reached through Mailbox.Do, which holds the mailbox's
// lock, or through the methods of Mailbox made for tests. Nothing of a Box may be used after Do has returned.
package mailbox

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Owner is the person whose mailbox it is. ObjectID is the directory's GUID; UPN is what they sign in as.
type Owner struct {
	ObjectID, UPN, Name, JobTitle string
	// Mail is the mailbox's address where it is another one than UPN.
	Mail string `json:",omitempty"`
}

// Address of the owner, as mail writes it.
func (o Owner) Address() Address { return Address{Name: o.Name, Addr: cmp.Or(o.Mail, o.UPN)} }

// Is says whether an address is the owner's: mail for the sign-in name arrives, too.
func (o Owner) Is(addr string) bool {
	return strings.EqualFold(addr, o.UPN) || o.Mail != "" && strings.EqualFold(addr, o.Mail)
}

// keys are what the mailbox is found by.
func (o Owner) keys() []string {
	keys := []string{strings.ToLower(o.ObjectID), strings.ToLower(o.UPN)}
	if o.Mail != "" {
		keys = append(keys, strings.ToLower(o.Mail))
	}
	return keys
}

// Registry holds the tenant's mailboxes. It is safe for concurrent use.
type Registry struct {
	now   func() time.Time
	epoch string

	mu    sync.RWMutex
	byKey map[string]*Mailbox // lower-case object id, UPN and address
	all   []*Mailbox

	domains map[string]bool // lower-case
	grants  map[[2]*Mailbox]bool
}

// NewRegistry makes an empty registry; now gives the time of every change made later.
func NewRegistry(now func() time.Time) *Registry {
	var b [6]byte
	rand.Read(b[:]) // never fails (crypto/rand since Go 1.24)
	return &Registry{now: now, epoch: hex.EncodeToString(b[:]), byKey: map[string]*Mailbox{}, domains: map[string]bool{}, grants: map[[2]*Mailbox]bool{}}
}

// Epoch differs for each registry ever made, so that a delta token of an earlier run is known to be one.
func (r *Registry) Epoch() string { return r.epoch }

// Add makes a mailbox with the standard folders, calendar and contact folder, or returns the one that is there.
func (r *Registry) Add(owner Owner) *Mailbox {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.byKey[strings.ToLower(owner.ObjectID)]; m != nil {
		return m
	}
	m := &Mailbox{reg: r, owner: owner, box: newBox(owner, r.now)}
	for _, key := range owner.keys() {
		r.byKey[key] = m
	}
	for _, addr := range []string{owner.UPN, owner.Address().Addr} {
		r.domains[strings.ToLower(domain(addr))] = true
	}
	r.all = append(r.all, m)
	return m
}

// Remove takes a mailbox away, with the access that others had to it and its owner to others.
func (r *Registry) Remove(m *Mailbox) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range m.owner.keys() {
		delete(r.byKey, key)
	}
	r.all = slices.DeleteFunc(slices.Clone(r.all), func(x *Mailbox) bool { return x == m })
	maps.DeleteFunc(r.grants, func(pair [2]*Mailbox, _ bool) bool { return pair[0] == m || pair[1] == m })
}

// Mailbox finds a mailbox by object id, UPN or address, in any case.
func (r *Registry) Mailbox(key string) (*Mailbox, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	m, ok := r.byKey[strings.ToLower(key)]
	return m, ok
}

// All lists the mailboxes in the order they were added.
func (r *Registry) All() []*Mailbox {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return append([]*Mailbox(nil), r.all...)
}

// Mailbox is one person's mailbox.
type Mailbox struct {
	reg   *Registry
	owner Owner

	mu  sync.Mutex
	box *Box
}

// Owner of the mailbox.
func (m *Mailbox) Owner() Owner { return m.owner }

// Do runs f with the mailbox locked. What f sent is delivered to the other mailboxes of the tenant after the lock is
// given back, so that two people who write to each other cannot block one another, and before Do returns.
func (m *Mailbox) Do(f func(*Box) error) error {
	out, err := m.locked(f)
	for _, mail := range out {
		m.reg.deliver(m, mail)
	}
	return err
}

// deliver brings mail to the mailboxes of the tenant that it is for, and a report to the sender of which addresses of
// the tenant's own domains nobody has, and whose mailbox is full. What is for others leaves the tenant, and so this program's world.
func (r *Registry) deliver(from *Mailbox, mail Mail) {
	seen := map[*Mailbox]bool{}
	var lost []failedAddress
	for _, to := range mail.recipients() {
		other, ok := r.Mailbox(to.Addr)
		switch {
		case ok && !seen[other]:
			seen[other] = true
			if !other.accept(mail) {
				lost = append(lost, failedAddress{to, mailboxFull})
			}
		case !ok && r.owns(domain(to.Addr)):
			lost = append(lost, failedAddress{to, notFound})
		}
	}
	if len(lost) > 0 && !strings.HasPrefix(mail.From.Addr, bouncer) {
		from.accept(bounce(mail, lost)) // a report that finds no room is lost, as the service's is
	}
}

// accept delivers mail unless there is no room for it.
func (m *Mailbox) accept(mail Mail) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	size := int64(itemOverhead + len(mail.Subject) + len(mail.Body.Text))
	for _, a := range mail.Attachments {
		size += int64(len(a.Bytes) + len(a.Item))
	}
	if m.box.Room(size) != nil {
		return false
	}
	m.box.deliver(mail)
	return true
}

// Owns says whether an address is in one of the tenant's domains, whoever may have it.
func (r *Registry) Owns(addr string) bool { return r.owns(domain(addr)) }

// owns says whether a mailbox of the tenant has an address in a domain.
func (r *Registry) owns(name string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.domains[strings.ToLower(name)]
}

func (m *Mailbox) locked(f func(*Box) error) ([]Mail, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := f(m.box)
	out := m.box.outgoing
	m.box.outgoing = nil
	return out, err
}

// Error is a refusal in the words of Graph: Code is the error code that the service answers with.
type Error struct {
	Code, Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// The refusals of this package (codes: facts, "Errors").
var (
	ErrNotFound    = &Error{"ErrorItemNotFound", "The specified object was not found in the store."}
	ErrMalformedID = &Error{"ErrorInvalidIdMalformed", "Id is malformed."}
	ErrConflict    = &Error{"ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item."}
	ErrSyncState   = &Error{"SyncStateNotFound", "The sync state generation is not found; generation was not found or is too old."}
	ErrCrossing    = &Error{"ErrorOccurrenceCrossingBoundary", "Modified occurrence is crossing or overlapping adjacent occurrence."}
	ErrQuota       = &Error{"ErrorQuotaExceeded", "The mailbox has exceeded its maximum size."}
	ErrNotDraft    = &Error{"ErrorInvalidRequest", "The operation can only be performed on a draft message."}
)
