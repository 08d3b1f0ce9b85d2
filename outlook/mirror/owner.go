package mirror

import (
	"context"
	"strings"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// Is says whether an address is the account's own: what the person signs in as, or the mailbox's, which many organizations
// keep apart.
func (a Account) Is(addr string) bool {
	return addr != "" && (strings.EqualFold(addr, a.UPN) || strings.EqualFold(addr, a.Address))
}

func (r *runner) isMe(addr string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Account{UPN: r.upn, Address: r.address}.Is(addr)
}

// asSeen is a listed calendar as it is kept: one's own has no owner, and somebody else's is nobody's default here and is not
// changed from here, whatever the service would allow.
func (r *runner) asSeen(c outlook.Calendar) outlook.Calendar {
	if c.Color == "" {
		c.Color = "auto"
	}
	if c.Owner.Address == "" || r.isMe(c.Owner.Address) {
		c.Owner = outlook.EmailAddress{}
	} else {
		c.CanEdit, c.IsDefault = false, false
	}
	return c
}

// learnAddress takes the mailbox's own address from the list of calendars: it is the owner of the default one. Where the list
// has several of those, the service is asked which is one's own.
func (r *runner) learnAddress(ctx context.Context, list []outlook.Calendar) error {
	owners := map[string]bool{}
	address := ""
	for _, c := range list {
		if c.IsDefault && c.Owner.Address != "" {
			address = c.Owner.Address
			owners[strings.ToLower(address)] = true
		}
	}
	if len(owners) > 1 {
		own, err := r.client.DefaultCalendar(ctx)
		if err != nil {
			return err
		}
		address = own.Owner.Address
	}
	r.mu.Lock()
	known := r.address
	if address != "" {
		r.address = address
	}
	r.mu.Unlock()
	if address == "" || address == known {
		return nil
	}
	return r.m.db.Write(ctx, "keep the mailbox's address", func(tx *store.Tx) error {
		tx.Changed(store.Accounts, r.account)
		_, err := tx.ExecContext(ctx, `UPDATE account SET address=? WHERE id=?`, address, r.account)
		return err
	})
}
