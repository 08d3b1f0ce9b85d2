package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// wire turns fields into what the service takes. Times go out as wall-clock time of the event's own zone, so that a
// series or a traveller keeps it.
func (f eventFields) wire() outlook.EventWrite {
	w := outlook.EventWrite{Subject: f.Subject, ShowAs: f.ShowAs, IsAllDay: f.AllDay}
	if f.Location != nil {
		w.Location = &outlook.Place{DisplayName: *f.Location}
	}
	if f.Body != nil {
		w.Body = &outlook.Body{ContentType: *f.BodyType, Content: *f.Body}
	}
	if f.Attendees != nil {
		list := make([]outlook.Attendee, 0, len(*f.Attendees))
		for _, a := range *f.Attendees {
			list = append(list, outlook.Attendee{Type: a.Kind, EmailAddress: outlook.EmailAddress{Name: a.Name, Address: a.Addr}})
		}
		w.Attendees = &list
	}
	if f.Start == nil || f.End == nil {
		return w
	}
	name := "UTC"
	loc := time.UTC
	if f.Zone != nil {
		if l, ok := outlook.Location(*f.Zone); ok {
			loc, name = l, outlook.ServiceZone(*f.Zone)
		}
	}
	if f.AllDay != nil && *f.AllDay {
		loc = time.UTC // the dates as they are, at midnight of the event's zone
	}
	start := outlook.In(time.UnixMilli(*f.Start), loc, name)
	end := outlook.In(time.UnixMilli(*f.End), loc, name)
	w.Start, w.End = &start, &end
	return w
}

func (r *runner) calendarOf(ctx context.Context, item int64) (id int64, graph string, err error) {
	err = r.m.db.Reader().QueryRowContext(ctx, `SELECT c.id, c.graph_id FROM event e JOIN calendar c ON c.id=e.calendar_id WHERE e.id=?`, item).Scan(&id, &graph)
	return id, graph, found("read calendar", err)
}

// accept writes the service's answer to an edit onto the row.
func (r *runner) accept(ctx context.Context, tx *store.Tx, e *outlook.Event, calendar int64) error {
	if e.ID == "" {
		return nil
	}
	w := &eventWriter{ctx: ctx, tx: tx, account: r.account, log: r.m.log, from: r.origin(whyConfirmation)}
	return w.upsert(e, nil, calendar)
}

func baseEvent(sent eventFields) func(string) (string, error) {
	return func(before string) (string, error) {
		was, err := parse[eventBefore](before)
		was.Base, was.Server, was.Sent = sent.over(was.Base), nil, nil
		return toJSON(was), err
	}
}

// sendEdit changes an event if it still is what the person saw. When the service says otherwise, it is read again: if
// none of the fields in question differ the change is sent once more, else both versions are kept for the person.
func (r *runner) sendEdit(ctx context.Context, o outboxRow) error {
	want, err := parse[eventFields](o.payload)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	was, err := parse[eventBefore](o.before)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	graph, err := r.graphOf(ctx, o)
	if err != nil {
		return err
	}
	if graph == "" {
		return refusal{reasonGone, errors.New("the event is gone")}
	}
	calendar, _, err := r.calendarOf(ctx, o.item)
	if err != nil {
		return err
	}
	etag := o.etag
	for try := 0; ; try++ {
		var answer outlook.Event
		err := error(nil)
		if etag != "" {
			again := o.step == stepSending
			if err := r.advance(ctx, &o, stepSending, ""); err != nil {
				return err
			}
			answer, err = r.client.PatchEvent(ctx, graph, etag, want.wire())
			if err != nil && !again && !outlook.IsConflict(err) {
				return r.stepBack(ctx, &o, stepNew, err)
			}
		}
		if etag != "" && !outlook.IsConflict(err) {
			if err != nil {
				return err
			}
			return r.done(ctx, o, baseEvent(want), answer.ETag, func(tx *store.Tx) error { return r.accept(ctx, tx, &answer, calendar) })
		}
		now, err := r.client.Event(ctx, graph)
		if err != nil {
			return err
		}
		all, ok := fieldsOf(&now)
		if !ok {
			return refusal{reasonRefused, errors.New("the event's times cannot be read")}
		}
		theirs := all.only(want)
		switch {
		case try == 0 && now.ETag != "" && was.ours(theirs): // also a change that no comparison by words sees
			etag = now.ETag
		case theirs.same(want.only(theirs)): // an answer that was lost, or the same change made elsewhere
			return r.done(ctx, o, baseEvent(want), now.ETag, func(tx *store.Tx) error { return r.accept(ctx, tx, &now, calendar) })
		default:
			return r.conflict(ctx, o, eventConflict{ETag: now.ETag, Fields: theirs})
		}
	}
}

func (r *runner) conflict(ctx context.Context, o outboxRow, theirs eventConflict) error {
	return r.m.db.Write(ctx, "keep both versions", func(tx *store.Tx) error {
		tx.Changed(store.Outbox, o.id)
		tx.Changed(store.Events, o.item)
		res, err := tx.ExecContext(ctx, `UPDATE outbox SET state='conflict', error=?, conflict=? WHERE id=? AND state='queued' AND payload=?`, reasonConflict, toJSON(theirs), o.id, o.payload)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // given up a moment ago, or changed, and then it is looked at again
		}
		return o.noted(ctx, tx, r.m.now(), ledgerConflict, strings.Join(theirs.Fields.names(), " "))
	})
}

// sendCreate makes an event. The transaction id makes a repetition safe: the service makes one event for one id.
func (r *runner) sendCreate(ctx context.Context, o outboxRow) error {
	calendar, calendarGraph, err := r.calendarOf(ctx, o.item)
	if isNotFound(err) {
		return refusal{reasonGone, errors.New("the calendar is gone")} // and the row with it; what was meant is told
	}
	if err != nil {
		return err
	}
	again := o.step == stepSending // an earlier attempt may have arrived, as may one that a crash cut off
	if err := r.advance(ctx, &o, stepSending, ""); err != nil {
		return err
	}
	if o, err = r.reread(ctx, o); err != nil { // an edit may have come before the step was written
		return err
	}
	want, err := parse[eventFields](o.payload)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	w := want.wire()
	w.TransactionID = o.marker
	made, err := r.client.CreateEvent(ctx, calendarGraph, w)
	if outlook.IsConflict(err) { // it was made before
		again = true
		from, to := time.UnixMilli(*want.Start).Add(-48*time.Hour), time.UnixMilli(*want.End).Add(48*time.Hour)
		var ok bool
		if made, ok, err = r.client.FindByTransaction(ctx, calendarGraph, o.marker, from, to); err == nil && !ok {
			err = refusal{reasonRefused, errors.New("the service knows the event and does not show it")}
		}
	}
	if err != nil && !again {
		return r.stepBack(ctx, &o, stepNew, err)
	}
	if err != nil {
		return err
	}
	if made.ID == "" {
		return errors.New("the service made an event without an id")
	}
	return r.done(ctx, o, nil, "", func(tx *store.Tx) error {
		// A delta may have brought it before this answer came: the person's row stays.
		if _, err := tx.ExecContext(ctx, `DELETE FROM event WHERE account_id=? AND graph_id=? AND graph_id<>'' AND id<>?`, r.account, made.ID, o.item); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE event SET graph_id=? WHERE id=?`, made.ID, o.item); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		// It may have been made as it was before the person changed it again.
		theirs, ok := fieldsOf(&made)
		if ok && again && !theirs.only(want).same(want.only(theirs)) {
			if err := r.m.sendAfter(ctx, tx, o, want, theirs, made.ETag); err != nil {
				return err
			}
		}
		return r.accept(ctx, tx, &made, calendar)
	})
}

// sendAfter queues what an event was made with as an edit of what the service made it with before, below an edit that waits
// already.
func (m *Mirror) sendAfter(ctx context.Context, tx *store.Tx, o outboxRow, want, theirs eventFields, etag string) error {
	e, ok, err := waiting(ctx, tx, "event", o.item, kindEdit)
	if err != nil {
		return err
	}
	if !ok {
		_, err := outboxRow{account: o.account, kind: kindEdit, itemKind: "event", item: o.item, payload: o.payload,
			before: toJSON(eventBefore{Base: theirs.only(want)}), etag: etag, created: o.created}.insert(ctx, tx)
		return err
	}
	later, err := parse[eventFields](e.payload)
	if err != nil {
		return err
	}
	want = later.over(want)
	e.payload, e.before, e.etag = toJSON(want), toJSON(eventBefore{Base: theirs.only(want)}), etag
	return e.rewrite(ctx, tx, m.now())
}

func (r *runner) reread(ctx context.Context, o outboxRow) (outboxRow, error) {
	now, err := scanOutbox(r.m.db.Reader().QueryRowContext(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE id=?`, o.id))
	if err := found("read queue", err); err != nil {
		if isNotFound(err) {
			return o, errDropped
		}
		return o, err
	}
	return now, nil
}

// sendDelete deletes an event. That it is gone already is what was wanted. The step is noted first, so that nobody is told
// that the deletion was taken back while it is under way. An event whose making is in doubt is looked for first.
func (r *runner) sendDelete(ctx context.Context, o outboxRow) error {
	graph, err := r.graphOf(ctx, o)
	if err != nil {
		return err
	}
	if err := r.advance(ctx, &o, stepSending, ""); err != nil {
		return err
	}
	if graph == "" {
		if graph, err = r.madeInDoubt(ctx, o); err != nil {
			return r.stepBack(ctx, &o, stepNew, err)
		}
	}
	if graph != "" {
		if err := r.client.DeleteEvent(ctx, graph); err != nil && !outlook.IsNotFound(err) {
			return r.stepBack(ctx, &o, stepNew, err)
		}
	}
	return r.done(ctx, o, nil, "", func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE item_kind='event' AND item_id=?`, o.item); err != nil {
			return fmt.Errorf("clear queue: %w", err)
		}
		return deleteEvent(ctx, tx, o.item)
	})
}

// madeInDoubt finds the event that an attempt at making it may have made; "" when there is none. Its transaction id tells.
func (r *runner) madeInDoubt(ctx context.Context, o outboxRow) (string, error) {
	create, err := scanOutbox(r.m.db.Reader().QueryRowContext(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE item_kind='event' AND item_id=? AND kind=?`, o.item, kindCreate))
	if err := found("read queue", err); err != nil {
		if isNotFound(err) {
			return "", nil
		}
		return "", err
	}
	want, err := parse[eventFields](create.payload)
	if err != nil || want.Start == nil || want.End == nil {
		return "", refusal{reasonRefused, errors.Join(err, errors.New("no times"))}
	}
	_, calendar, err := r.calendarOf(ctx, o.item)
	if isNotFound(err) {
		return "", nil // the calendar is gone, and the event with it
	}
	if err != nil {
		return "", err
	}
	made, ok, err := r.client.FindByTransaction(ctx, calendar, create.marker, time.UnixMilli(*want.Start).Add(-48*time.Hour), time.UnixMilli(*want.End).Add(48*time.Hour))
	if err != nil || !ok {
		return "", err
	}
	return made.ID, nil
}

// sendRespond answers an invitation. Each response mails the organizer, so it looks first: after a lost answer, and whether
// the person has answered elsewhere in the meantime; another answer there is a conflict.
func (r *runner) sendRespond(ctx context.Context, o outboxRow) error {
	want, err := parse[eventFields](o.payload)
	if err != nil || want.Response == nil {
		return refusal{reasonRefused, errors.Join(err, errors.New("no response"))}
	}
	was, err := parse[eventBefore](o.before)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	graph, err := r.graphOf(ctx, o)
	if err != nil {
		return err
	}
	if graph == "" {
		return refusal{reasonGone, errors.New("the event is gone")}
	}
	now, err := r.client.Event(ctx, graph)
	if err != nil {
		return err
	}
	if now.Response != nil && now.Response.Response != "" {
		switch theirs := now.Response.Response; {
		case theirs == *want.Response:
			return r.done(ctx, o, baseEvent(want), "", nil)
		case was.Base.Response != nil && theirs != *was.Base.Response && theirs != "none" && theirs != "notResponded" && !was.ours(eventFields{Response: &theirs}):
			return r.conflict(ctx, o, eventConflict{ETag: now.ETag, Fields: eventFields{Response: &theirs}})
		}
	}
	again := o.step == stepSending
	if err := r.advance(ctx, &o, stepSending, ""); err != nil {
		return err
	}
	action := map[string]string{"accepted": "accept", "declined": "decline", "tentativelyAccepted": "tentativelyAccept"}[*want.Response]
	if err := r.client.Respond(ctx, graph, action); err != nil {
		if !again {
			return r.stepBack(ctx, &o, stepNew, err)
		}
		return err
	}
	return r.done(ctx, o, baseEvent(want), "", nil)
}
