package graph

import (
	"net/http"
	"slices"
	"strings"

	"supercrm/devtenant/mailbox"
)

// allowApp needs one of the permissions as an application permission: those of one's own profile there are not.
func (c *call) allowApp(any []string) error {
	for _, has := range c.caller.Roles {
		if slices.ContainsFunc(any, func(want string) bool { return strings.EqualFold(has, want) }) {
			return nil
		}
	}
	return errDenied
}

// member says whether the caller's tenant has this mailbox.
func (c *call) member(m *mailbox.Mailbox) bool {
	return c.h.opt.Member == nil || c.h.opt.Member(c.caller.TenantID, m.Owner().ObjectID)
}

// users answers GET /users: the people of the caller's tenant who have a mailbox here.
func (c *call) users() error {
	if c.r.Method != http.MethodGet {
		return errMethod
	}
	if err := c.allow("User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"); err != nil {
		return &refusal{http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}
	}
	p, err := c.paging()
	if err != nil {
		return err
	}
	if c.query.Get("$top") == "" {
		p.top = 100 // the directory's page, not the mailbox's
	}
	sel, err := selected(c.query.Get("$select"), userProps)
	if err != nil {
		return err
	}
	var all []*mailbox.Mailbox
	for _, m := range c.h.opt.Mailboxes.All() {
		if c.member(m) {
			all = append(all, m)
		}
	}
	page := []fields{}
	for _, m := range cut(p, all) {
		err := m.Do(func(b *mailbox.Box) error {
			other := *c
			other.b = b
			page = append(page, render(&other, nil, userProps, &other, sel))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return c.listing("users", p, len(all), page)
}
