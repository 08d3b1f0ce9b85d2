package graph

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"supercrm/devtenant/mailbox"
)

// deltaToken is everything that a round of delta pages needs: its options are fixed by the first call (facts, "Sync").
type deltaToken struct {
	Kind   string        `json:"k"`           // messages, folders, events, contacts
	Parent uint64        `json:"p,omitempty"` // number of the folder or calendar
	Owner  string        `json:"o"`
	Round  mailbox.Round `json:"r"`
	Select string        `json:"s,omitempty"`
	Expand string        `json:"x,omitempty"`
	Filter string        `json:"f,omitempty"`
	Top    int           `json:"t,omitempty"`
	From   time.Time     `json:"a,omitzero"`
	To     time.Time     `json:"b,omitzero"`
	Told   int           `json:"n,omitempty"` // in this round
	Empty  bool          `json:"e,omitempty"` // the empty page before this one was given
}

func (h *Handler) sign(data []byte) []byte {
	mac := hmac.New(sha256.New, []byte("delta "+h.opt.Mailboxes.Epoch()))
	mac.Write(data)
	return mac.Sum(nil)[:12]
}

func (h *Handler) writeToken(t deltaToken) (string, error) {
	data, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(h.sign(data), data...)), nil
}

// readToken takes only tokens that this run has given: any other is answered as one whose state is lost.
func (h *Handler) readToken(s string) (deltaToken, error) {
	var t deltaToken
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) < 12 || !hmac.Equal(raw[:12], h.sign(raw[12:])) || json.Unmarshal(raw[12:], &t) != nil {
		return t, mailbox.ErrSyncState
	}
	return t, nil
}

// round reads where the client stands. start makes the token of a new round.
func (c *call) round(kind string, parent uint64, start func(*deltaToken) error) (deltaToken, error) {
	for _, name := range []string{"$skiptoken", "$deltatoken", "$skipToken", "$deltaToken"} {
		if s := c.query.Get(name); s != "" {
			t, err := c.h.readToken(s)
			if err == nil && (t.Kind != kind || t.Parent != parent || t.Owner != c.b.Owner.ObjectID) {
				err = mailbox.ErrSyncState
			}
			return t, err
		}
	}
	for _, name := range []string{"$search", "$skip", "$count"} {
		if c.query.Has(name) {
			return deltaToken{}, badRequest("ErrorInvalidUrlQuery", "The following parameters are not supported with change tracking over this resource: '"+name+"'.")
		}
	}
	t := deltaToken{Kind: kind, Parent: parent, Owner: c.b.Owner.ObjectID}
	p, err := c.paging()
	if err != nil {
		return t, err
	}
	if c.query.Get("$top") != "" {
		t.Top = p.top
	}
	t.Select, t.Expand, t.Filter = c.query.Get("$select"), c.query.Get("$expand"), c.query.Get("$filter")
	if start != nil {
		err = start(&t)
	}
	return t, err
}

// pageSize of this page: the header's, else the first call's $top, else the default.
func (c *call) pageSize(t deltaToken) int {
	switch {
	case c.prefer.pageSize > 0:
		return c.prefer.pageSize
	case t.Top > 0:
		return t.Top
	}
	return defaultPage
}

// deltaPage tells one page. tell gives the mailbox's next n changes, write an item that is still there.
func (c *call) deltaPage(of, odataType string, t deltaToken, tell func(mailbox.Round, int) ([]mailbox.Change, mailbox.Round, bool, error), write func(mailbox.Change) (fields, error)) error {
	quirks := c.quirks
	var changes []mailbox.Change
	next, done := t, false
	empty := quirks.EmptyPages && !t.Empty
	if empty {
		next.Empty = true
	} else {
		var err error
		if changes, next.Round, done, err = tell(t.Round, c.pageSize(t)); err != nil {
			return err
		}
		next.Empty, next.Told = false, t.Told+len(changes)
		if done {
			next.Told = 0
		}
	}
	value := []fields{}
	for _, ch := range changes {
		if ch.Gone {
			reason := "deleted"
			if ch.Moved {
				reason = "changed"
			}
			value = append(value, fields{{"@odata.type", odataType}, {"id", c.id(ch.ID)}, {"@removed", fields{{"reason", reason}}}})
			continue
		}
		item, err := write(ch)
		if err != nil {
			return err
		}
		if item != nil {
			if item[0].name != "@odata.type" {
				item = append(fields{{"@odata.type", odataType}}, item...)
			}
			value = append(value, item)
		}
	}
	if quirks.Replays && len(value) > 0 && !changes[0].Gone {
		value = append(value, value[0])
	}
	if quirks.Reorder {
		slices.Reverse(value)
	}
	token, err := c.h.writeToken(next)
	if err != nil {
		return err
	}
	out := fields{c.context(of), {"value", value}}
	if done {
		out = append(out, field{"@odata.deltaLink", c.link(url.Values{"$deltatoken": {token}})})
	} else {
		out = append(out, field{"@odata.nextLink", c.link(url.Values{"$skiptoken": {token}})})
	}
	return c.json(http.StatusOK, out)
}

// maxFiltered is how many messages the first round of a filtered change tracking tells: it ends there, as if there were no
// more (documentation, "message: delta", on $filter).
const maxFiltered = 5000

// sinceFilter is the one filter that change tracking takes (facts, "Message delta").
var sinceFilter = regexp.MustCompile(`^\s*receivedDateTime\s+(?:ge|gt)\s+\S+\s*$`)

// messageDelta answers GET /mailFolders/{id}/messages/delta.
func (c *call) messageDelta(f *folder) error {
	if err := c.readMail(); err != nil {
		return err
	}
	t, err := c.round("messages", f.Num(), func(*deltaToken) error {
		by, err := parseOrder(c.query.Get("$orderby"), knownMessagePath)
		if err == nil && (len(by) > 1 || len(by) == 1 && (by[0].path != "receivedDateTime" || !by[0].desc)) {
			err = badRequest("ErrorInvalidUrlQuery", "Change tracking can be ordered by 'receivedDateTime desc' only.")
		}
		return err
	})
	if err != nil {
		return err
	}
	sel, err := selected(t.Select, messageSelectable)
	if err != nil {
		return err
	}
	c.query.Set("$expand", t.Expand)
	expand, err := c.expansions("attachments", "extensions", "singleValueExtendedProperties")
	if err != nil {
		return err
	}
	var match func(*message) bool
	if t.Filter != "" {
		parsed, err := parseFilter(t.Filter, func(path string) bool { return path == "receivedDateTime" })
		if err != nil || !sinceFilter.MatchString(t.Filter) {
			return badRequest("ErrorInvalidUrlQueryFilter", "Change tracking can be filtered by 'receivedDateTime ge' or 'gt' only.")
		}
		match = func(m *message) bool { return parsed.match(c.messageGetter(m)) }
	}
	return c.deltaPage("mailFolders('"+c.id(f.ID())+"')/messages", "#microsoft.graph.message", t,
		func(r mailbox.Round, n int) ([]mailbox.Change, mailbox.Round, bool, error) {
			if match == nil || r.Changes {
				out, next, done, err := c.b.MessageDelta(f, r, n, match)
				if c.prefer.immutable { // what has come back to the folder is not gone, by an id that outlives moves
					out = slices.DeleteFunc(out, func(ch mailbox.Change) bool {
						m := c.b.MessageByNum(ch.ID.Num)
						return ch.Gone && m != nil && m.Folder() == f
					})
				}
				return out, next, done, err
			}
			out, next, done, err := c.b.MessageDelta(f, r, min(n, c.h.opt.MaxFiltered-t.Told), match)
			if err == nil && t.Told+len(out) >= c.h.opt.MaxFiltered && !done {
				next, done = mailbox.Round{Since: next.Since, Changes: true}, true
			}
			return out, next, done, err
		},
		func(ch mailbox.Change) (fields, error) { return c.messageFields(ch.Message, sel, expand) })
}

// folderDelta answers GET /mailFolders/delta.
func (c *call) folderDelta() error {
	if err := c.readMail(); err != nil {
		return err
	}
	t, err := c.round("folders", 0, nil)
	if err != nil {
		return err
	}
	sel, err := selected(t.Select, folderSelectable)
	if err != nil {
		return err
	}
	return c.deltaPage("mailFolders", "#microsoft.graph.mailFolder", t, c.b.FolderDelta,
		func(ch mailbox.Change) (fields, error) { return c.folderFields(ch.Folder, sel), nil })
}

// contactDelta answers GET …/contacts/delta.
func (c *call) contactDelta(f *mailbox.ContactFolder) error {
	if err := c.readContacts(); err != nil {
		return err
	}
	t, err := c.round("contacts", f.Num(), nil)
	if err != nil {
		return err
	}
	sel, err := selected(t.Select, contactSelectable)
	if err != nil {
		return err
	}
	return c.deltaPage("contacts", "#microsoft.graph.contact", t,
		func(r mailbox.Round, n int) ([]mailbox.Change, mailbox.Round, bool, error) {
			return c.b.ContactDelta(f, r, n)
		},
		func(ch mailbox.Change) (fields, error) { return c.contactFields(ch.Contact, sel) })
}

// eventListDelta answers GET …/events/delta: singles and masters, without a window and without occurrences; a change of
// an exception tells its master.
func (c *call) eventListDelta(cal *mailbox.Calendar) error {
	t, err := c.round("eventList", cal.Num(), func(*deltaToken) error {
		for _, name := range []string{"$filter", "$orderby", "$expand"} {
			if c.query.Get(name) != "" {
				return badRequest("ErrorInvalidUrlQuery", "The following parameters are not supported with change tracking over the 'Events' resource: '"+name+"'.")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	sel, err := selected(t.Select, eventSelectable)
	if err != nil {
		return err
	}
	return c.deltaPage("events", "#microsoft.graph.event", t,
		func(r mailbox.Round, n int) ([]mailbox.Change, mailbox.Round, bool, error) {
			return c.b.EventListDelta(cal, r, n)
		},
		func(ch mailbox.Change) (fields, error) { return c.eventFields(*ch.Instance, sel, nil) })
}

// eventDelta answers GET …/calendarView/delta: the window is fixed in the token; occurrences carry only id, type,
// seriesMasterId, start and end, masters and exceptions everything (facts, "Series in it").
func (c *call) eventDelta(cal *mailbox.Calendar) error {
	if err := c.readCalendar(); err != nil {
		return err
	}
	t, err := c.round("events", cal.Num(), func(t *deltaToken) error {
		for _, name := range []string{"$select", "$filter", "$orderby", "$expand"} {
			if c.query.Get(name) != "" && name != "$select" {
				return badRequest("ErrorInvalidUrlQuery", "The following parameters are not supported with change tracking over the 'CalendarView' resource: '"+name+"'.")
			}
		}
		var err error
		t.From, t.To, err = c.window()
		return err
	})
	if err != nil {
		return err
	}
	quirks := c.quirks
	return c.deltaPage("calendarView", "#microsoft.graph.event", t,
		func(r mailbox.Round, n int) ([]mailbox.Change, mailbox.Round, bool, error) {
			return c.b.EventDelta(cal, t.From, t.To, r, n)
		},
		func(ch mailbox.Change) (fields, error) {
			i := *ch.Instance
			if i.Occurrence {
				return fields{
					{"id", c.id(i.ID())},
					{"type", "occurrence"},
					{"seriesMasterId", c.id(i.Event.ID())},
					{"start", c.zoned(i.Start, i.Event.AllDay)},
					{"end", c.zoned(i.End, i.Event.AllDay)},
				}, nil
			}
			if quirks.MissingMaster && i.Event.Rule != nil {
				return nil, nil
			}
			return c.eventFields(i, nil, nil)
		})
}
