package mirror

import (
	"context"
	"strconv"
	"strings"
	"time"

	"supercrm/internal/store"
)

// conflictOf lists what differs between the person's version and the service's.
func conflictOf(payload, before, theirs string) (*Conflict, error) {
	mine, err := parse[eventFields](payload)
	if err != nil {
		return nil, err
	}
	was, err := parse[eventBefore](before)
	if err != nil {
		return nil, err
	}
	c, err := parse[eventConflict](theirs)
	if err != nil {
		return nil, err
	}
	out := &Conflict{}
	for _, f := range []eventFields{mine, c.Fields, was.Base} {
		if f.Attendees != nil {
			out.invited = append(out.invited, *f.Attendees...)
		}
	}
	for _, f := range []struct {
		name string
		text func(eventFields) *string
	}{
		{"subject", func(f eventFields) *string { return f.Subject }},
		{"allDay", func(f eventFields) *string { return boolText(f.AllDay) }},
		{"start", func(f eventFields) *string { return momentText(f.Start, f.AllDay, 0) }},
		{"end", func(f eventFields) *string { return momentText(f.End, f.AllDay, -1) }},
		{"location", func(f eventFields) *string { return f.Location }},
		{"showAs", func(f eventFields) *string { return f.ShowAs }},
		{"body", plainBody},
		{"attendees", func(f eventFields) *string { return peopleText(f.Attendees) }},
		{"response", func(f eventFields) *string { return f.Response }},
	} {
		a, b, o := f.text(mine), f.text(c.Fields), f.text(was.Base)
		if a == nil || b == nil || *a == *b {
			continue
		}
		field := ConflictField{Name: f.name, Mine: *a, Theirs: *b}
		if o != nil {
			field.Was = *o
		}
		field.Both = o == nil || *o != *b
		out.Fields = append(out.Fields, field)
	}
	return out, nil
}

func boolText(b *bool) *string {
	if b == nil {
		return nil
	}
	s := strconv.FormatBool(*b)
	return &s
}

// momentText writes an instant as RFC 3339 in UTC, or the date of an all-day event; days moves an exclusive end to the last
// day.
func momentText(ms *int64, allDay *bool, days int) *string {
	if ms == nil {
		return nil
	}
	t := time.UnixMilli(*ms).UTC()
	s := t.Format(time.RFC3339)
	if allDay != nil && *allDay {
		s = t.AddDate(0, 0, days).Format(time.DateOnly)
	}
	return &s
}

func plainBody(f eventFields) *string {
	if f.Body == nil {
		return nil
	}
	s := strings.TrimSpace(f.bodyText())
	return &s
}

func peopleText(list *[]Attendee) *string {
	if list == nil {
		return nil
	}
	s := strings.Join(addresses(*list), ", ")
	return &s
}

// masks are the fields by the names that ResolveFields takes. What belongs together is chosen together.
var masks = func() map[string]eventFields {
	text, ms, yes, people := "", int64(0), true, []Attendee{}
	return map[string]eventFields{
		"subject":   {Subject: &text},
		"time":      {Start: &ms, End: &ms, AllDay: &yes},
		"location":  {Location: &text},
		"showAs":    {ShowAs: &text},
		"body":      {Body: &text},
		"attendees": {Attendees: &people},
		"response":  {Response: &text},
	}
}()

// Resolve ends a conflict in favour of one side. With keepMine the person's values are sent again over the service's version;
// without, they are given up and the service's shown.
func (m *Mirror) Resolve(ctx context.Context, outboxID int64, keepMine bool) error {
	mine := map[string]bool{}
	for name := range masks {
		mine[name] = keepMine
	}
	return m.ResolveFields(ctx, outboxID, mine)
}

// ResolveFields ends a conflict field by field: those that mine has as true are sent again with the person's values, over
// the version of the service that the person has seen; the others take the service's. The names are subject, time (start,
// end and all-day together), location, showAs, body, attendees and response. Should the event change once more before
// that arrives, there is a new conflict.
func (m *Mirror) ResolveFields(ctx context.Context, outboxID int64, mine map[string]bool) error {
	for name := range mine {
		if _, ok := masks[name]; !ok {
			return ErrBadInput{"state", "invalid"}
		}
	}
	var account int64
	err := m.db.Write(ctx, "resolve conflict", func(tx *store.Tx) error {
		o, err := readOutbox(ctx, tx, outboxID)
		if err != nil {
			return err
		}
		account = o.account
		if o.state != "conflict" {
			return ErrBadInput{"state", "invalid"}
		}
		return m.resolve(ctx, tx, o, mine)
	})
	if err == nil {
		m.queued(account)
	}
	return err
}

func (m *Mirror) resolve(ctx context.Context, tx *store.Tx, o outboxRow, mine map[string]bool) error {
	want, was, err := o.edited()
	if err != nil {
		return err
	}
	theirs, err := parse[eventConflict](o.theirs)
	if err != nil {
		return err
	}
	tx.Changed(store.Events, o.item)
	given := want
	for name, keep := range mine {
		if keep {
			given = given.without(masks[name])
		}
	}
	kept := want.without(given)
	now := theirs.Fields.over(was.Base)
	if err := o.noted(ctx, tx, m.now(), ledgerResolved, strings.Join(kept.names(), " ")); err != nil {
		return err
	}
	if err := applyTo(ctx, tx, o.item, now.only(given)); err != nil {
		return err
	}
	if len(kept.names()) == 0 {
		return dropOutbox(ctx, tx, o.id)
	}
	o.payload, o.before, o.etag, o.step = toJSON(kept), toJSON(eventBefore{Base: now.only(kept)}), theirs.ETag, stepNew
	if _, err := tx.ExecContext(ctx, `UPDATE outbox SET step='' WHERE id=?`, o.id); err != nil {
		return err
	}
	return o.rewrite(ctx, tx, m.now())
}
