package graph

import (
	"net/http"
	"slices"

	"supercrm/devtenant/mailbox"
)

// A calendar that somebody shares and the caller has accepted stands in the caller's own list, under an id that works
// below /me/calendars, with the other person as its owner (documentation, "Get Outlook events in a shared calendar"). The
// permission, and the .Shared form of the scope, are asked for as on the way by /users/{id}.

// shared reads the accepted calendars that the caller may see as the list shows them. No mailbox is locked meanwhile.
func (c *call) sharedCalendars(own *mailbox.Mailbox, sel selection) []fields {
	var out []fields
	for _, a := range accepted(own) {
		m, ok := c.h.opt.Mailboxes.Mailbox(a.Owner)
		if !ok {
			continue
		}
		_ = m.Do(func(b *mailbox.Box) error { // what is gone or taken back is left out
			as := *c
			as.b, as.delegate, as.full = b, true, false
			for _, k := range as.visible() {
				if k.Num() == a.Num {
					out = append(out, as.calendarFields(k, sel))
				}
			}
			return nil
		})
	}
	return out
}

func accepted(own *mailbox.Mailbox) (list []mailbox.Accepted) {
	_ = own.Do(func(b *mailbox.Box) error {
		list = b.Accepted()
		return nil
	})
	return list
}

// inShared finds whose calendar /me/calendars/{id} is, if it is an accepted one. A DELETE of the calendar itself takes it
// out of the caller's list.
func (c *call) inShared(own *mailbox.Mailbox, segments []string) (of *mailbox.Mailbox, done bool, err error) {
	if len(segments) < 2 || segments[0] != "calendars" {
		return nil, false, nil
	}
	for _, a := range accepted(own) {
		m, ok := c.h.opt.Mailboxes.Mailbox(a.Owner)
		if !ok {
			continue
		}
		var is bool
		_ = m.Do(func(b *mailbox.Box) error {
			k, err := b.Calendar(segments[1])
			is = err == nil && k.Num() == a.Num
			return nil
		})
		if !is {
			continue
		}
		if len(segments) == 2 && c.r.Method == http.MethodDelete {
			if err := c.writeCalendar(); err != nil {
				return nil, true, err
			}
			_ = own.Do(func(b *mailbox.Box) error {
				b.DropAccepted(a)
				return nil
			})
			return nil, true, c.noContent(http.StatusNoContent)
		}
		return m, false, nil
	}
	return nil, false, nil
}

// listedCalendars answers GET /calendars: the mailbox's own, then those accepted from others.
func (c *call) listedCalendars(sel selection, expand []expansion) ([]fields, error) {
	var all []fields
	for _, k := range c.visible() {
		item, err := withProps(c.calendarFields(k, sel), k.Props, expand)
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return slices.Concat(all, c.accepted), nil
}
