package mirror

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

const maxSubject = 255

var showAs = []string{"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"}

// eventNow is what an edit is checked against.
type eventNow struct {
	account                   int64
	graph, etag, kind         string
	canEdit, isOrganizer, off bool
	eventFields
}

func readEvent(ctx context.Context, tx *store.Tx, id int64) (eventNow, error) {
	var e eventNow
	var attendees string
	err := tx.QueryRowContext(ctx, `SELECT e.account_id, e.graph_id, e.change_key, e.kind, c.can_edit, e.is_organizer, e.cancelled,
		e.subject, e.start_at, e.end_at, e.all_day, e.start_zone, e.location, e.body, e.body_type, e.preview, e.show_as, e.attendees, e.response
		FROM event e JOIN calendar c ON c.id=e.calendar_id WHERE e.id=?`, id).
		Scan(&e.account, &e.graph, &e.etag, &e.kind, &e.canEdit, &e.isOrganizer, &e.off, &e.Subject, &e.Start, &e.End, &e.AllDay,
			&e.Zone, &e.Location, &e.Body, &e.BodyType, &e.Preview, &e.ShowAs, &attendees, &e.Response)
	if err != nil {
		return e, found("read event", err)
	}
	list, err := parse[[]Attendee](attendees)
	e.Attendees = &list
	return e, err
}

// EditEvent changes an event that the person organizes, or one occurrence of a series and only that one. Several edits
// that wait are sent as one.
func (m *Mirror) EditEvent(ctx context.Context, id int64, edit EventEdit) error {
	var account int64
	err := m.db.Write(ctx, "edit event", func(tx *store.Tx) error {
		now, err := readEvent(ctx, tx, id)
		if err != nil {
			return err
		}
		account = now.account
		if !now.isOrganizer || !now.canEdit || now.off || now.kind == "seriesMaster" {
			return ErrNotOrganizer
		}
		want, err := checkEdit(edit, now.eventFields)
		if err != nil {
			return err
		}
		if (eventFields{}).same(want) || want.same(now.only(want)) && !want.laysOut(now.eventFields) {
			return nil // nothing changes
		}
		if err := applyFields(ctx, tx, id, want); err != nil {
			return err
		}
		return m.queueEdit(ctx, tx, id, now, want)
	})
	if err == nil {
		m.queued(account)
	}
	return err
}

func (m *Mirror) queueEdit(ctx context.Context, tx *store.Tx, id int64, now eventNow, want eventFields) error {
	// An event that the service has not been told of yet is made as it is now.
	if o, ok, err := waiting(ctx, tx, "event", id, kindCreate); err != nil {
		return err
	} else if ok && (o.step == stepNew || o.state == "failed") {
		old, err := parse[eventFields](o.payload)
		if err != nil {
			return err
		}
		// What was changed while its making seemed to be under way is part of it now, so that it does not come after this.
		if e, ok, err := waiting(ctx, tx, "event", id, kindEdit); err != nil {
			return err
		} else if ok {
			earlier, err := parse[eventFields](e.payload)
			if err != nil {
				return err
			}
			old = earlier.over(old)
			if err := dropOutbox(ctx, tx, e.id); err != nil {
				return err
			}
		}
		o.payload = toJSON(want.over(old))
		return o.rewrite(ctx, tx, m.now())
	}
	base := now.only(want)
	o, ok, err := waiting(ctx, tx, "event", id, kindEdit)
	if err != nil {
		return err
	}
	if !ok {
		_, err := outboxRow{account: now.account, kind: kindEdit, itemKind: "event", item: id, payload: toJSON(want),
			before: toJSON(eventBefore{Base: base}), etag: now.etag, created: millis(m.now())}.insert(ctx, tx)
		return err
	}
	if o.state == "conflict" {
		return ErrBadInput{"state", "conflict"} // it is to be resolved first
	}
	old, was, err := o.edited()
	if err != nil {
		return err
	}
	was.maybeSent(o, old)
	was.Base = was.Base.over(base)
	o.payload, o.before = toJSON(want.over(old)), toJSON(was)
	return o.rewrite(ctx, tx, m.now())
}

// checkEdit turns an edit into fields, or says what is wrong with it.
func checkEdit(e EventEdit, now eventFields) (eventFields, error) {
	want := eventFields{Subject: e.Subject, Location: e.Location, ShowAs: e.ShowAs}
	if e.Body != nil {
		text, short := "text", previewOf(*e.Body)
		want.Body, want.BodyType, want.Preview = e.Body, &text, &short
	}
	if e.Start != nil || e.End != nil || e.AllDay != nil {
		start, end, allDay := *now.Start, *now.End, *now.AllDay
		if e.AllDay != nil && *e.AllDay != allDay {
			allDay = *e.AllDay
			if e.Start == nil || e.End == nil {
				return want, ErrBadInput{"start", "missing"} // dates do not become times by themselves, nor back
			}
		}
		if e.Start != nil {
			start = e.Start.UnixMilli()
		}
		if e.End != nil {
			end = e.End.UnixMilli()
		}
		want.Start, want.End, want.AllDay, want.Zone = &start, &end, &allDay, now.Zone
	}
	if e.Attendees != nil {
		if err := checkAddresses("attendees", *e.Attendees); err != nil {
			return want, err
		}
		list := attendees(*e.Attendees, *now.Attendees)
		want.Attendees = &list
	}
	return want, checkFields(want)
}

// attendees makes the list of those invited, keeping what is known of those who were before.
func attendees(want []Address, had []Attendee) []Attendee {
	out := make([]Attendee, 0, len(want))
	for _, a := range want {
		at := Attendee{Address: a, Kind: "required", Response: "none"}
		if i := slices.IndexFunc(had, func(h Attendee) bool { return strings.EqualFold(h.Addr, a.Addr) }); i >= 0 {
			at = had[i]
		}
		if !slices.ContainsFunc(out, func(o Attendee) bool { return strings.EqualFold(o.Addr, a.Addr) }) {
			out = append(out, at)
		}
	}
	return out
}

func checkTitle(field string, s *string) error {
	if s == nil {
		return nil
	}
	if err := checkText(field, *s, maxSubject); err != nil {
		return err
	}
	return checkLine(field, *s)
}

func checkFields(f eventFields) error {
	if err := checkTitle("subject", f.Subject); err != nil {
		return err
	}
	if err := checkTitle("location", f.Location); err != nil {
		return err
	}
	if f.Body != nil {
		if err := checkText("text", *f.Body, maxText); err != nil {
			return err
		}
	}
	if f.ShowAs != nil && !slices.Contains(showAs, *f.ShowAs) {
		return ErrBadInput{"showAs", "invalid"}
	}
	if f.Start == nil {
		return nil
	}
	start, end := time.UnixMilli(*f.Start).UTC(), time.UnixMilli(*f.End).UTC()
	if y := start.Year(); y < 1900 || y > 4500 {
		return ErrBadInput{"start", "invalid"}
	}
	if end.Before(start) || *f.AllDay && !end.After(start) {
		return ErrBadInput{"end", "before"}
	}
	if end.Sub(start) > 5*366*24*time.Hour { // the service refuses more than five years
		return ErrBadInput{"end", "toolong"}
	}
	if *f.AllDay {
		if !start.Equal(start.Truncate(24 * time.Hour)) {
			return ErrBadInput{"start", "invalid"}
		}
		if !end.Equal(end.Truncate(24 * time.Hour)) {
			return ErrBadInput{"end", "invalid"}
		}
	}
	return nil
}

// CreateEvent makes an event and returns its row, which shows at once and keeps its id when the service has made its
// own.
func (m *Mirror) CreateEvent(ctx context.Context, n NewEvent) (int64, error) {
	zone := n.Zone
	if zone == "" {
		zone = m.zone.String()
	}
	if _, ok := outlook.Location(zone); !ok {
		return 0, ErrBadInput{"zone", "invalid"}
	}
	if err := checkAddresses("attendees", n.Attendees); err != nil {
		return 0, err
	}
	if strings.TrimSpace(n.Subject) == "" {
		return 0, ErrBadInput{"subject", "empty"}
	}
	start, end := n.Start.UnixMilli(), n.End.UnixMilli()
	people := attendees(n.Attendees, nil)
	text, busy, short := "text", "busy", previewOf(n.Body)
	if n.HTML {
		text, short = "html", previewOf(htmlText(n.Body))
	}
	f := eventFields{Subject: &n.Subject, Start: &start, End: &end, AllDay: &n.AllDay, Zone: &zone, Location: &n.Location,
		Body: &n.Body, BodyType: &text, Preview: &short, ShowAs: &busy, Attendees: &people}
	if n.AllDay {
		free := "free" // as Outlook does
		f.ShowAs = &free
	}
	if err := checkFields(f); err != nil {
		return 0, err
	}
	var id, account int64
	err := m.db.Write(ctx, "create event", func(tx *store.Tx) error {
		var name, address string
		calendar, err := m.calendarFor(ctx, tx, n)
		if err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT a.id, a.name, coalesce(nullif(a.address,''),a.upn) FROM calendar c JOIN account a ON a.id=c.account_id WHERE c.id=?`, calendar).
			Scan(&account, &name, &address); err != nil {
			return found("read account", err)
		}
		marker := newMarker()
		if err := tx.QueryRowContext(ctx, `INSERT INTO event (account_id, calendar_id, graph_id, kind, start_at, end_at,
			organizer_name, organizer_addr, is_organizer, response, transaction_id) VALUES (?,?,'','singleInstance',?,?,?,?,1,'organizer',?) RETURNING id`,
			account, calendar, start, end, name, address, marker).Scan(&id); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		if err := applyFields(ctx, tx, id, f); err != nil {
			return err
		}
		_, err = outboxRow{account: account, kind: kindCreate, itemKind: "event", item: id, payload: toJSON(f), marker: marker, created: millis(m.now())}.insert(ctx, tx)
		return err
	})
	if err == nil {
		m.queued(account)
	}
	return id, err
}

func (m *Mirror) calendarFor(ctx context.Context, tx *store.Tx, n NewEvent) (int64, error) {
	var id int64
	var canEdit bool
	query, arg := `SELECT id, can_edit FROM calendar WHERE id=?`, n.CalendarID
	if n.CalendarID == 0 {
		account, err := accountFor(ctx, tx, n.AccountID)
		if err != nil {
			return 0, err
		}
		query, arg = `SELECT id, can_edit FROM calendar WHERE account_id=? ORDER BY is_default DESC, can_edit DESC, id LIMIT 1`, account
	}
	err := found("read calendar", tx.QueryRowContext(ctx, query, arg).Scan(&id, &canEdit))
	if isNotFound(err) {
		return 0, ErrBadInput{"calendar", "missing"}
	}
	if err == nil && !canEdit {
		return 0, ErrNotOrganizer
	}
	return id, err
}

// DeleteEvent deletes an event that the person organizes (its attendees get a cancellation), or one that was cancelled.
// It disappears at once.
func (m *Mirror) DeleteEvent(ctx context.Context, id int64) error {
	var account int64
	err := m.db.Write(ctx, "delete event", func(tx *store.Tx) error {
		now, err := readEvent(ctx, tx, id)
		if err != nil {
			return err
		}
		account = now.account
		if !now.canEdit || !(now.isOrganizer || now.off) || now.kind == "seriesMaster" {
			return ErrNotOrganizer
		}
		tx.Changed(store.Events, id)
		tx.Changed(store.Outbox)
		if o, ok, err := waiting(ctx, tx, "event", id, kindCreate); err != nil {
			return err
		} else if ok && o.step == stepNew {
			return restore(ctx, tx, o) // the service never heard of it
		}
		// What else waits stays until the event is gone: should the deletion be taken back, it is still to be sent. That goes for
		// the making too, when it may have arrived: the deletion looks for what it made, and does not wait for it.
		if _, ok, err := waiting(ctx, tx, "event", id, kindDelete); err != nil || ok {
			return err
		}
		_, err = outboxRow{account: account, kind: kindDelete, itemKind: "event", item: id, payload: "{}",
			notBefore: m.holdUntil(), created: millis(m.now())}.insert(ctx, tx)
		return err
	})
	if err == nil {
		m.queued(account)
	}
	return err
}

// Respond answers an invitation: response is accepted, tentativelyAccepted or declined. The organizer is told by the
// service.
func (m *Mirror) Respond(ctx context.Context, id int64, response string) error {
	if !slices.Contains([]string{"accepted", "tentativelyAccepted", "declined"}, response) {
		return ErrBadInput{"response", "invalid"}
	}
	var account int64
	err := m.db.Write(ctx, "respond", func(tx *store.Tx) error {
		now, err := readEvent(ctx, tx, id)
		if err != nil {
			return err
		}
		account = now.account
		if now.isOrganizer || now.off {
			return ErrBadInput{"response", "invalid"}
		}
		if *now.Response == response {
			return nil
		}
		want := eventFields{Response: &response}
		if err := applyFields(ctx, tx, id, want); err != nil {
			return err
		}
		if o, ok, err := waiting(ctx, tx, "event", id, kindRespond); err != nil {
			return err
		} else if ok {
			old, was, err := o.edited()
			if err != nil {
				return err
			}
			was.maybeSent(o, old)
			o.payload, o.before = toJSON(want), toJSON(was)
			return o.rewrite(ctx, tx, m.now())
		}
		_, err = outboxRow{account: account, kind: kindRespond, itemKind: "event", item: id, payload: toJSON(want),
			before: toJSON(eventBefore{Base: now.only(want)}), created: millis(m.now())}.insert(ctx, tx)
		return err
	})
	if err == nil {
		m.queued(account)
	}
	return err
}
