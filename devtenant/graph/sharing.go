package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"supercrm/devtenant/mailbox"
)

// roles of calendar permissions, from nothing to everything.
var roles = []string{"none", "freeBusyRead", "limitedRead", "read", "write", "delegateWithoutPrivateEventAccess", "delegateWithPrivateEventAccess"}

// guest says that the mailbox is another person's and only what is shared of its calendars may be seen.
func (c *call) guest() bool { return c.delegate && !c.full }

// role that the caller has in somebody else's calendar, which may have been shared with either name of theirs.
func (c *call) role(k *mailbox.Calendar) string {
	role := k.Role(c.caller.UPN)
	if own, ok := c.h.opt.Mailboxes.Mailbox(c.caller.UPN); ok && role == "none" {
		role = k.Role(own.Owner().Address().Addr)
	}
	return role
}

// may checks what a guest wants with a calendar; owners and those with full access may everything.
func (c *call) may(k *mailbox.Calendar) error {
	if !c.guest() {
		return nil
	}
	least := "read"
	if c.r.Method != http.MethodGet {
		least = "write"
	}
	if slices.Index(roles, c.role(k)) < slices.Index(roles, least) {
		return errDenied
	}
	return nil
}

// visible are the calendars that the caller may see.
func (c *call) visible() []*mailbox.Calendar {
	if !c.guest() {
		return c.b.Calendars()
	}
	var out []*mailbox.Calendar
	for _, k := range c.b.Calendars() {
		if slices.Index(roles, c.role(k)) >= slices.Index(roles, "read") {
			out = append(out, k)
		}
	}
	return out
}

// discreet is an event as the caller may see it: of a private one only the time, unless the caller may see private ones.
func (c *call) discreet(i instance) instance {
	e := i.Event
	if !c.guest() || e.Sensitivity != "private" && e.Sensitivity != "confidential" || c.role(e.Calendar()) == "delegateWithPrivateEventAccess" {
		return i
	}
	hidden := *e
	hidden.Subject, hidden.Body, hidden.Location, hidden.Places, hidden.Attendees = "Private Appointment", mailbox.Body{HTML: true}, "", "", nil
	hidden.Categories, hidden.Props, hidden.Extensions, hidden.Attachments, hidden.JoinURL = nil, nil, nil, nil, ""
	i.Event = &hidden
	return i
}

func permissionFields(p *mailbox.Permission) fields {
	return fields{{"id", p.ID}, {"isRemovable", true}, {"isInsideOrganization", true}, {"role", p.Role}, {"allowedRoles", roles[1:]}, {"emailAddress", address(p.To)}}
}

// organization is what everybody in the tenant may: see when somebody is busy. It can't be changed here.
var organization = fields{{"id", "RGVmYXVsdA=="}, {"isRemovable", false}, {"isInsideOrganization", true}, {"role", "freeBusyRead"},
	{"allowedRoles", []string{"none", "freeBusyRead", "limitedRead", "read", "write"}}, {"emailAddress", fields{{"name", "My Organization"}}}}

// permissions routes …/calendarPermissions[/{id}].
func (c *call) permissions(k *mailbox.Calendar, rest []string) error {
	if c.guest() {
		return errDenied
	}
	check := c.writeCalendar
	if c.r.Method == http.MethodGet {
		check = c.readCalendar
	}
	if err := check(); err != nil {
		return err
	}
	if len(rest) == 0 {
		switch c.r.Method {
		case http.MethodGet:
			list := []fields{organization}
			for _, p := range k.Permissions {
				list = append(list, permissionFields(p))
			}
			return c.listing("calendar/calendarPermissions", paging{top: maxPage}, len(list), list)
		case http.MethodPost:
			return c.share(k)
		}
		return errMethod
	}
	if rest[0] == "$count" && len(rest) == 1 && c.r.Method == http.MethodGet {
		return c.plain(strconv.Itoa(1 + len(k.Permissions)))
	}
	at := slices.IndexFunc(k.Permissions, func(p *mailbox.Permission) bool { return p.ID == rest[0] })
	switch {
	case at < 0 && rest[0] == "RGVmYXVsdA==" && c.r.Method == http.MethodGet:
		return c.one(http.StatusOK, "calendar/calendarPermissions/$entity", organization)
	case at < 0 || len(rest) > 1:
		return mailbox.ErrNotFound
	}
	p := k.Permissions[at]
	switch c.r.Method {
	case http.MethodGet:
		return c.one(http.StatusOK, "calendar/calendarPermissions/$entity", permissionFields(p))
	case http.MethodPatch:
		in, err := c.object()
		if err != nil {
			return err
		}
		role, err := readRole(in)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "calendar/calendarPermissions/$entity", permissionFields(c.b.Share(k, p.To, role)))
	case http.MethodDelete:
		c.b.Unshare(k, p)
		return c.noContent(http.StatusNoContent)
	}
	return errMethod
}

// sharingRoles answers allowedCalendarSharingRoles(User='…'): which roles somebody of the tenant can be given.
func (c *call) sharingRoles() error {
	if err := c.readCalendar(); err != nil {
		return err
	}
	return c.json(http.StatusOK, fields{{"@odata.context", c.base() + "/graph/v1.0/$metadata#Collection(Edm.String)"}, {"value", roles[1:]}})
}

func readRole(in object) (string, error) {
	role, err := in.text("role")
	if err != nil {
		return "", err
	}
	return oneOf("role", role, roles[1:]...)
}

func (c *call) share(k *mailbox.Calendar) error {
	in, err := c.object()
	if err != nil {
		return err
	}
	role, err := readRole(in)
	if err != nil {
		return err
	}
	list, err := decodeRecipients("emailAddress", json.RawMessage(`[{"emailAddress":`+orEmpty(in["emailAddress"])+`}]`))
	if err != nil {
		return err
	}
	return c.one(http.StatusCreated, "calendar/calendarPermissions/$entity", permissionFields(c.b.Share(k, list[0], role)))
}

func orEmpty(raw json.RawMessage) string {
	if isNull(raw) {
		return "{}"
	}
	return string(raw)
}
