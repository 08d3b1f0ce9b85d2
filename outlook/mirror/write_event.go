package mirror

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// eventWriter writes events into one transaction.
type eventWriter struct {
	ctx     context.Context
	tx      *store.Tx
	account int64
	log     *slog.Logger
	from    origin // for the ledger
	// late says of a row whether what is written of it may be older than what it shows. nil: no.
	late func(id int64) bool
}

// fieldsOf takes what can be edited out of an event as read; ok is false when its times make no sense.
func fieldsOf(e *outlook.Event) (f eventFields, ok bool) {
	f.Subject, f.ShowAs, f.AllDay, f.Preview = e.Subject, e.ShowAs, e.IsAllDay, e.Preview
	if e.Location != nil {
		f.Location = &e.Location.DisplayName
	}
	if e.Body != nil {
		kind := bodyKind(e.Body.ContentType)
		f.Body, f.BodyType = &e.Body.Content, &kind
	}
	if e.Attendees != nil {
		list := make([]Attendee, 0, len(*e.Attendees))
		for _, a := range *e.Attendees {
			at := Attendee{Address: Address{Name: a.EmailAddress.Name, Addr: a.EmailAddress.Address}, Kind: a.Type, Response: "none"}
			if at.Kind == "" {
				at.Kind = "required"
			}
			if a.Status != nil && a.Status.Response != "" {
				at.Response = a.Status.Response
			}
			list = append(list, at)
		}
		f.Attendees = &list
	}
	if e.Response != nil && e.Response.Response != "" {
		f.Response = &e.Response.Response
	}
	f.Zone = e.StartZone
	if e.Start == nil || e.End == nil {
		return f, true
	}
	start, err1 := e.Start.Time()
	end, err2 := e.End.Time()
	if err1 != nil || err2 != nil {
		return f, false
	}
	if e.IsAllDay != nil && *e.IsAllDay {
		zone := ""
		if e.StartZone != nil {
			zone = *e.StartZone
		}
		start, end = dateOf(start, zone), dateOf(end, zone)
		if !end.After(start) {
			end = start.AddDate(0, 0, 1)
		}
	}
	from, to := start.UnixMilli(), end.UnixMilli()
	f.Start, f.End = &from, &to
	return f, true
}

// dateOf finds the date that an all-day event's midnight stands for, as midnight UTC. A midnight of another zone that
// came as an instant is put back into its zone first (davmail issue 481).
func dateOf(t time.Time, zone string) time.Time {
	if !t.Equal(t.Truncate(24 * time.Hour)) {
		if loc, ok := outlook.Location(zone); ok {
			t = t.In(loc)
		}
	}
	y, m, d := t.Add(12 * time.Hour).Date() // the nearest midnight
	if h := t.Hour(); h < 12 {
		y, m, d = t.Date()
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// eventColumnsOf lists what an event says, in the names of the table.
func eventColumnsOf(e *outlook.Event, f eventFields) columns {
	var c columns
	setIf(&c, "subject", f.Subject)
	setIf(&c, "start_at", f.Start)
	setIf(&c, "end_at", f.End)
	setIf(&c, "all_day", f.AllDay)
	setIf(&c, "start_zone", f.Zone)
	setIf(&c, "end_zone", e.EndZone)
	setIf(&c, "location", f.Location)
	setIf(&c, "body", f.Body)
	setIf(&c, "body_type", f.BodyType)
	setIf(&c, "preview", f.Preview)
	setIf(&c, "show_as", f.ShowAs)
	setIf(&c, "response", f.Response)
	if f.Attendees != nil {
		c.set("attendees", toJSON(*f.Attendees))
	}
	setIf(&c, "sensitivity", e.Sensitivity)
	setIf(&c, "is_organizer", e.IsOrganizer)
	setIf(&c, "web_link", e.WebLink)
	setIf(&c, "cancelled", e.IsCancelled)
	setIf(&c, "transaction_id", e.TransactionID)
	if e.Organizer != nil {
		c.set("organizer_name", e.Organizer.EmailAddress.Name)
		c.set("organizer_addr", e.Organizer.EmailAddress.Address)
	}
	if e.Categories != nil {
		c.set("categories", toJSON(*e.Categories))
	}
	if e.OnlineMeeting != nil {
		c.set("join_url", e.OnlineMeeting.JoinURL)
	} else if e.OnlineMeetingURL != nil {
		c.set("join_url", *e.OnlineMeetingURL)
	}
	if e.Recurrence != "" {
		c.set("recurrence", string(e.Recurrence))
	}
	return c
}

// upsert writes what an event says. An occurrence takes from its master what it does not say itself; a master's change
// reaches the occurrences that are kept.
func (w *eventWriter) upsert(e, master *outlook.Event, calendar int64) error {
	if master != nil {
		e = filled(e, master)
	}
	fields, ok := fieldsOf(e)
	if !ok {
		w.log.Warn("event left out: its times cannot be read", "account", w.account)
		return nil
	}
	id, err := w.find(e)
	if err != nil {
		return err
	}
	shown := fields
	var was *eventNow
	if id != 0 && w.late != nil && w.late(id) {
		return doubt(w.ctx, w.tx, w.account, "event", `t.id=?`, id)
	}
	if id != 0 {
		if was, err = w.was(id); err != nil {
			return err
		}
		if shown, err = w.protect(id, fields, e); err != nil {
			return err
		}
	}
	c := eventColumnsOf(e, shown)
	c.set("graph_id", e.ID)
	c.set("calendar_id", calendar)
	if e.ETag != "" {
		c.set("change_key", e.ETag)
	}
	if e.Type != "" {
		c.set("kind", e.Type)
	}
	if e.SeriesMasterID != "" {
		c.set("master_graph_id", e.SeriesMasterID)
	}
	if id == 0 {
		if fields.Start == nil || e.Type == "" {
			return nil // a change of something that is not known; it comes whole when asked for
		}
		c.set("account_id", w.account)
		if err := w.tx.QueryRowContext(w.ctx, c.insert("event"), c.vals...).Scan(&id); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
	} else if _, err := w.tx.ExecContext(w.ctx, c.update("event"), append(c.vals, id)...); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	w.tx.Changed(store.Events, id)
	if err := w.noteUpsert(id, was, e, shown); err != nil {
		return err
	}
	if err := deriveEvent(w.ctx, w.tx, id); err != nil {
		return err
	}
	if e.Type == "seriesMaster" {
		return w.spread(e)
	}
	return nil
}

// find gives the row of an event: by its id, or else the one that the person made here and the service has now told of.
func (w *eventWriter) find(e *outlook.Event) (int64, error) {
	var id int64
	err := w.tx.QueryRowContext(w.ctx, `SELECT id FROM event WHERE account_id=? AND graph_id=? AND graph_id<>''`, w.account, e.ID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) && e.TransactionID != nil && *e.TransactionID != "" {
		err = w.tx.QueryRowContext(w.ctx, `SELECT id FROM event WHERE account_id=? AND graph_id='' AND transaction_id=?`, w.account, *e.TransactionID).Scan(&id)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read event: %w", err)
	}
	return id, nil
}

// protect takes out of an event's fields what the person has changed and what is still on its way, and notes the service's
// values with it. An occurrence is protected by an edit of its series too; that edit's own row is the master's. What has
// become an exception meanwhile is not: it no longer follows its series.
func (w *eventWriter) protect(id int64, fields eventFields, e *outlook.Event) (eventFields, error) {
	var queued bool
	if err := w.tx.QueryRowContext(w.ctx, `SELECT EXISTS (SELECT 1 FROM outbox WHERE item_kind='event')`).Scan(&queued); err != nil {
		return fields, fmt.Errorf("read queue: %w", err)
	}
	if !queued {
		return fields, nil
	}
	for _, kind := range []string{kindCreate, kindEdit, kindRespond} {
		o, ok, err := waiting(w.ctx, w.tx, "event", id, kind)
		if err != nil {
			return fields, err
		}
		if !ok {
			continue
		}
		want, err := parse[eventFields](o.payload)
		if err != nil {
			return fields, err
		}
		was, err := parse[eventBefore](o.before)
		if err != nil {
			return fields, err
		}
		theirs := fields.only(want)
		if was.Server != nil {
			theirs = theirs.over(*was.Server) // an occurrence is told of in part
		}
		was.Server = &theirs
		if _, err := w.tx.ExecContext(w.ctx, `UPDATE outbox SET before=? WHERE id=?`, toJSON(was), o.id); err != nil {
			return fields, fmt.Errorf("write queue: %w", err)
		}
		if err := w.renewConflict(o, theirs, e.ETag); err != nil {
			return fields, err
		}
		fields = fields.without(want)
	}
	if e.Type == "exception" {
		return fields, nil
	}
	var series string
	err := w.tx.QueryRowContext(w.ctx, `SELECT o.payload FROM event e JOIN event m ON m.account_id=e.account_id AND m.graph_id=e.master_graph_id AND m.kind='seriesMaster'
		JOIN outbox o ON o.item_kind='event' AND o.item_id=m.id AND o.kind=? WHERE e.id=? AND e.kind='occurrence' AND e.master_graph_id<>''`, kindEdit, id).Scan(&series)
	if errors.Is(err, sql.ErrNoRows) {
		return fields, nil
	}
	if err != nil {
		return fields, fmt.Errorf("read queue: %w", err)
	}
	want, err := parse[eventFields](series)
	return fields.without(want), err
}

// renewConflict shows a person who has yet to decide what the service has now. An ETag that is not known lets the queue look
// before it sends.
func (w *eventWriter) renewConflict(o outboxRow, theirs eventFields, etag string) error {
	if o.state != "conflict" {
		return nil
	}
	had, err := parse[eventConflict](o.theirs)
	if err != nil {
		return err
	}
	now := eventConflict{ETag: etag, Fields: theirs.over(had.Fields)}
	if now.Fields.same(had.Fields) {
		now.ETag = cmp.Or(etag, had.ETag)
	}
	if _, err := w.tx.ExecContext(w.ctx, `UPDATE outbox SET conflict=? WHERE id=?`, toJSON(now), o.id); err != nil {
		return fmt.Errorf("write queue: %w", err)
	}
	w.tx.Changed(store.Outbox, o.id)
	return nil
}

// filled is an occurrence with its master's values where it has none of its own.
func filled(e, master *outlook.Event) *outlook.Event {
	out := *master
	out.ID, out.Removed, out.ETag, out.Type, out.SeriesMasterID = e.ID, nil, e.ETag, e.Type, e.SeriesMasterID
	out.Start, out.End, out.Recurrence, out.TransactionID = e.Start, e.End, "", nil
	pick(&out.Subject, e.Subject)
	pick(&out.Preview, e.Preview)
	pick(&out.Body, e.Body)
	pick(&out.StartZone, e.StartZone)
	pick(&out.EndZone, e.EndZone)
	pick(&out.IsAllDay, e.IsAllDay)
	pick(&out.Location, e.Location)
	pick(&out.ShowAs, e.ShowAs)
	pick(&out.Sensitivity, e.Sensitivity)
	pick(&out.Organizer, e.Organizer)
	pick(&out.IsOrganizer, e.IsOrganizer)
	pick(&out.Response, e.Response)
	pick(&out.Attendees, e.Attendees)
	pick(&out.OnlineMeeting, e.OnlineMeeting)
	pick(&out.OnlineMeetingURL, e.OnlineMeetingURL)
	pick(&out.WebLink, e.WebLink)
	pick(&out.Categories, e.Categories)
	pick(&out.IsCancelled, e.IsCancelled)
	return &out
}

// spread writes a master's values onto its occurrences: the delta tells of them only when their times change.
// Exceptions have their own.
func (w *eventWriter) spread(master *outlook.Event) error {
	ids, err := w.ids(`SELECT id FROM event WHERE account_id=? AND master_graph_id=? AND master_graph_id<>'' AND kind='occurrence'`, w.account, master.ID)
	if err != nil {
		return err
	}
	shared := *master
	shared.Start, shared.End, shared.Recurrence, shared.TransactionID = nil, nil, "", nil
	shared.ETag, shared.Type = "", "occurrence"
	fields, _ := fieldsOf(&shared)
	for _, id := range ids {
		shown, err := w.protect(id, fields, &shared)
		if err != nil {
			return err
		}
		c := eventColumnsOf(&shared, shown)
		if len(c.names) == 0 {
			continue
		}
		was, err := w.was(id)
		if err != nil {
			return err
		}
		if _, err := w.tx.ExecContext(w.ctx, c.update("event"), append(c.vals, id)...); err != nil {
			return fmt.Errorf("write occurrence: %w", err)
		}
		w.tx.Changed(store.Events, id)
		if err := w.noteUpsert(id, was, &shared, shown); err != nil {
			return err
		}
		if err := deriveEvent(w.ctx, w.tx, id); err != nil {
			return err
		}
	}
	return nil
}

func (w *eventWriter) ids(query string, args ...any) ([]int64, error) {
	rows, err := w.tx.QueryContext(w.ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// remove deletes the row of an event that is gone, and with a master its instances, unless something of the person's
// still waits on it: then the queue finds out and tells, and the row is asked about afterwards.
func (w *eventWriter) remove(graphID string) error {
	if err := doubt(w.ctx, w.tx, w.account, "event", waited("event")+`? IN (t.graph_id, t.master_graph_id)`, graphID); err != nil {
		return err
	}
	ids, err := w.ids(`SELECT id FROM event WHERE account_id=?1 AND (graph_id=?2 AND graph_id<>'' OR master_graph_id=?2 AND master_graph_id<>'' AND kind<>'seriesMaster'
		AND EXISTS (SELECT 1 FROM event m WHERE m.account_id=?1 AND m.graph_id=?2 AND m.graph_id<>'' AND m.kind='seriesMaster'))
		AND NOT EXISTS (SELECT 1 FROM outbox WHERE item_kind='event' AND item_id=event.id)`, w.account, graphID)
	if err != nil {
		return err
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := w.noteGone(id); err != nil {
			return err
		}
		if err := deleteEvent(w.ctx, w.tx, id); err != nil {
			return err
		}
	}
	return nil
}
