package mailbox

import (
	"slices"
	"strings"
)

// Permission lets somebody into a calendar. Role is a Graph calendarRoleType: none, freeBusyRead, limitedRead, read,
// write, delegateWithoutPrivateEventAccess or delegateWithPrivateEventAccess.
type Permission struct {
	ID   string
	To   Address
	Role string
}

// Share lets somebody into a calendar, or changes what they may do in it.
func (b *Box) Share(c *Calendar, to Address, role string) *Permission {
	if p := c.permission(to.Addr); p != nil {
		p.Role = role
		b.touchCalendar(c)
		return p
	}
	p := &Permission{ID: b.hash64("", "permission "+strings.ToLower(to.Addr)+string(rune(c.num)))[:32], To: to, Role: role}
	c.Permissions = append(c.Permissions, p)
	b.touchCalendar(c)
	return p
}

// Unshare takes a permission away.
func (b *Box) Unshare(c *Calendar, p *Permission) {
	c.Permissions = slices.DeleteFunc(slices.Clone(c.Permissions), func(x *Permission) bool { return x == p })
	b.touchCalendar(c)
}

func (c *Calendar) permission(addr string) *Permission {
	at := slices.IndexFunc(c.Permissions, func(p *Permission) bool { return strings.EqualFold(p.To.Addr, addr) })
	if at < 0 {
		return nil
	}
	return c.Permissions[at]
}

// Role that somebody else has in the calendar; "none" without a permission.
func (c *Calendar) Role(addr string) string {
	if p := c.permission(addr); p != nil {
		return p.Role
	}
	return "none"
}

// GrantAccess lets a person open and use another mailbox as their own, and send as it, as an administrator grants "Full
// Access" and "Send As". Both are object ids or UPNs.
func (r *Registry) GrantAccess(mailbox, delegate string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of, who := r.byKey[strings.ToLower(mailbox)], r.byKey[strings.ToLower(delegate)]
	if of != nil && who != nil {
		r.grants[[2]*Mailbox{of, who}] = true
	}
}

// RevokeAccess takes it back.
func (r *Registry) RevokeAccess(mailbox, delegate string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.grants, [2]*Mailbox{r.byKey[strings.ToLower(mailbox)], r.byKey[strings.ToLower(delegate)]})
}

// HasAccess says whether a person may use a mailbox that is not their own.
func (r *Registry) HasAccess(mailbox, delegate string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.grants[[2]*Mailbox{r.byKey[strings.ToLower(mailbox)], r.byKey[strings.ToLower(delegate)]}]
}

// AddShared makes a mailbox that is nobody's own; GrantAccess lets people in.
func (r *Registry) AddShared(owner Owner) *Mailbox {
	m := r.Add(owner)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.box.Shared = true
	return m
}
