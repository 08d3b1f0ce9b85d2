package graph

import (
	"net/http"
	"slices"
	"strconv"
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

// users answers GET /users and /users/$count: the people of the caller's tenant who have a mailbox here, in the order they
// were made.
func (c *call) users(count bool) error {
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
	match := func(mailbox.Owner) bool { return true }
	if s := c.query.Get("$filter"); s != "" {
		parsed, err := parseFilter(s, func(path string) bool { _, ok := userGetter(mailbox.Owner{})(path); return ok })
		if err != nil {
			return err
		}
		match = func(o mailbox.Owner) bool { return parsed.match(userGetter(o)) }
	}
	all := slices.DeleteFunc(c.h.opt.Mailboxes.All(), func(m *mailbox.Mailbox) bool { return !c.member(m) || !match(m.Owner()) })
	if count {
		return c.plain(strconv.Itoa(len(all)))
	}
	page := []fields{}
	for _, m := range cut(p, all) {
		_ = m.Do(func(b *mailbox.Box) error { // the function returns no error
			other := *c
			other.b = b
			page = append(page, render(&other, nil, userProps, &other, sel))
			return nil
		})
	}
	return c.listing("users", p, len(all), page)
}

// userGetter gives what people can be filtered by.
func userGetter(o mailbox.Owner) getter {
	return func(path string) (any, bool) {
		switch strings.ToLower(path) {
		case "id":
			return o.ObjectID, true
		case "displayname":
			return o.Name, true
		case "mail":
			return o.Address().Addr, true
		case "userprincipalname":
			return o.UPN, true
		case "jobtitle":
			return o.JobTitle, true
		}
		return nil, false
	}
}
