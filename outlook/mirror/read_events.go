package mirror

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"supercrm/outlook"
)

// Calendars lists an account's calendars, the default one first.
func (m *Mirror) Calendars(ctx context.Context, accountID int64) ([]Calendar, error) {
	return collect(ctx, m, "list calendars", func(row scanner) (Calendar, error) {
		var c Calendar
		var graph, problem string
		err := row.Scan(&c.ID, &c.AccountID, &c.Name, &c.Color, &c.Default, &c.CanEdit, &c.Picked, &c.Owner.Name, &c.Owner.Addr, &graph, &problem)
		c.Colleague, c.Denied = outlook.IsColleagueCalendar(graph), problem == problemDenied
		return c, err
	}, `SELECT id, account_id, name, color, is_default, can_edit, picked, owner_name, owner_addr, graph_id, problem FROM calendar WHERE account_id=?
		ORDER BY is_default DESC, owner_addr<>'', name COLLATE NOCASE, id`, accountID)
}

const eventColumns = `e.id, e.account_id, e.calendar_id, e.kind, e.subject, e.start_at, e.end_at, e.start_zone, e.all_day,
	e.location, e.show_as, e.sensitivity, e.organizer_name, e.organizer_addr, e.is_organizer, e.response, e.attendees,
	e.preview, e.join_url, e.categories, e.cancelled, c.can_edit, coalesce(` + pendingOf + `'event' AND o.item_id=e.id), 0)`

// visible leaves out masters, which stand for no time of their own, and what the person has deleted.
const visible = ` FROM event e JOIN calendar c ON c.id=e.calendar_id WHERE e.kind<>'seriesMaster' AND NOT EXISTS
	(SELECT 1 FROM outbox d WHERE d.item_kind='event' AND d.item_id=e.id AND d.kind='event.delete' AND d.state='queued')`

func scanEventMore(row scanner, more ...any) (Event, error) {
	var e Event
	var kind, sensitivity, attendees, categories string
	var start, end int64
	var canEdit bool
	dest := []any{&e.ID, &e.AccountID, &e.CalendarID, &kind, &e.Subject, &start, &end, &e.StartZone, &e.AllDay,
		&e.Location, &e.ShowAs, &sensitivity, &e.Organizer.Name, &e.Organizer.Addr, &e.IsOrganizer, &e.Response, &attendees,
		&e.Preview, &e.JoinURL, &categories, &e.Cancelled, &canEdit, &e.Pending}
	if err := row.Scan(append(dest, more...)...); err != nil {
		return Event{}, err
	}
	if err := json.Unmarshal([]byte(attendees), &e.Attendees); err != nil {
		return Event{}, fmt.Errorf("attendees: %w", err)
	}
	if err := json.Unmarshal([]byte(categories), &e.Categories); err != nil {
		return Event{}, fmt.Errorf("categories: %w", err)
	}
	e.Start, e.End = time.UnixMilli(start).UTC(), time.UnixMilli(end).UTC()
	e.Series = kind == "occurrence" || kind == "exception"
	e.Private = sensitivity == "private" || sensitivity == "confidential"
	e.CanEdit = e.IsOrganizer && canEdit && !e.Cancelled
	return e, nil
}

func scanEvent(row scanner) (Event, error) { return scanEventMore(row) }

// dates gives the days that an interval of instants covers in the person's zone, as the midnights UTC that all-day
// events are kept by, so that an all-day event shows on its date whatever the zone.
func (m *Mirror) dates(from, to time.Time) (int64, int64) {
	day := func(t time.Time) time.Time {
		y, mo, d := t.In(m.zone).Date()
		return time.Date(y, mo, d, 0, 0, 0, 0, time.UTC)
	}
	last := day(to)
	if h, mi, s := to.In(m.zone).Clock(); h+mi+s > 0 || to.Nanosecond() > 0 {
		last = last.AddDate(0, 0, 1) // a begun day counts
	}
	return day(from).UnixMilli(), last.UnixMilli()
}

// Events lists what happens in [from, to) in all accounts, by start; bodies are left out. A moment without length
// counts if it begins in the interval.
func (m *Mirror) Events(ctx context.Context, from, to time.Time) ([]Event, error) {
	fromDay, toDay := m.dates(from, to)
	return collect(ctx, m, "list events", scanEvent, `SELECT `+eventColumns+visible+`
		AND c.picked=1 AND e.start_at < max(?2, ?4) AND (
			(e.all_day=0 AND e.start_at < ?2 AND (e.end_at > ?1 OR e.start_at >= ?1)) OR
			(e.all_day=1 AND e.start_at < ?4 AND e.end_at > ?3))
		ORDER BY e.start_at, e.end_at DESC, e.id`, from.UnixMilli(), to.UnixMilli(), fromDay, toDay)
}

// Event reads one event with its body; for the master of a series, which is no event by itself, the one of its instances that
// is nearest to now.
func (m *Mirror) Event(ctx context.Context, id int64) (Event, error) {
	var instance int64
	err := m.db.Reader().QueryRowContext(ctx, `SELECT o.id FROM event m JOIN event o ON o.account_id=m.account_id AND o.master_graph_id=m.graph_id AND o.kind<>'seriesMaster'
		WHERE m.id=? AND m.kind='seriesMaster' AND m.graph_id<>'' ORDER BY abs(o.start_at-?) LIMIT 1`, id, millis(m.now())).Scan(&instance)
	switch {
	case err == nil:
		id = instance
	case !errors.Is(err, sql.ErrNoRows):
		return Event{}, fmt.Errorf("read series: %w", err)
	}
	var bodyType, body string
	e, err := scanEventMore(m.db.Reader().QueryRowContext(ctx,
		`SELECT `+eventColumns+`, e.body_type, e.body`+visible+` AND e.id=?`, id), &bodyType, &body)
	if err != nil {
		return Event{}, found("read event", err)
	}
	e.Body, e.HTML = body, bodyType == "html"
	return e, nil
}

// started is for how long after its beginning a meeting still is "the next one".
const started = 10 * time.Minute

// NextEvent finds the next meeting of any account: not all-day, not cancelled, not declined. One that began less than
// ten minutes ago and still runs counts.
func (m *Mirror) NextEvent(ctx context.Context, now time.Time) (Event, bool, error) {
	return m.first(ctx, "find next event", ``, now)
}

// NextWith is NextEvent among those with one of the addresses, whatever their case, all-day ones too.
func (m *Mirror) NextWith(ctx context.Context, addrs []string, now time.Time) (Event, bool, error) {
	return m.first(ctx, "find next meeting with", ` AND e.id IN (SELECT event_id FROM event_address
		WHERE addr_lc IN (SELECT value FROM json_each(?4)) AND start_at > ?1 - 86400000)`, now, toJSON(lower(addrs)))
}

func (m *Mirror) first(ctx context.Context, what, where string, now time.Time, more ...any) (Event, bool, error) {
	day, _ := m.dates(now, now)
	args := append([]any{now.Add(-started).UnixMilli(), now.UnixMilli(), day}, more...)
	allDay := `FALSE`
	if where != "" {
		allDay = `e.start_at >= ?3`
	}
	got, err := collect(ctx, m, what, scanEvent, `SELECT `+eventColumns+visible+` AND c.picked=1 AND e.cancelled=0 AND e.response<>'declined'
		AND e.start_at > ?1 - 86400000 AND ?3=?3
		AND ((e.all_day=0 AND e.start_at > ?1 AND (e.end_at > ?2 OR e.start_at >= ?2)) OR (e.all_day=1 AND `+allDay+`))`+where+`
		ORDER BY e.start_at, e.id LIMIT 1`, args...)
	if err != nil || len(got) == 0 {
		return Event{}, false, err
	}
	return got[0], true, nil
}
