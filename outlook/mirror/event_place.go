package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"supercrm/outlook"
)

// eventOf reads an event of a calendar. One of somebody else's calendar is reached through that calendar only.
func (r *runner) eventOf(ctx context.Context, cal calendarRef, id string) (outlook.Event, error) {
	if cal.shared {
		return r.client.EventIn(ctx, cal.graph, id)
	}
	return r.client.Event(ctx, id)
}

// placeOf finds in which calendar an event is that was in cal before: the calendar's row, or 0 when it is in none that is
// mirrored. An answer about one of somebody else's calendar came through that calendar, so it is there.
func (r *runner) placeOf(ctx context.Context, id string, cal calendarRef) (int64, error) {
	if cal.shared {
		return cal.id, nil
	}
	graph, err := r.client.CalendarOf(ctx, id)
	if outlook.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if graph == cal.graph {
		return cal.id, nil
	}
	var row int64
	err = r.m.db.Reader().QueryRowContext(ctx, `SELECT id FROM calendar WHERE account_id=? AND graph_id=? AND picked`, r.account, graph).Scan(&row)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read calendar: %w", err)
	}
	return row, nil
}

// left is what became of an event that a calendar says it no longer has, although the service has it: it is in another
// calendar now, or outside the window.
func (cr *calendarRound) left(ctx context.Context, e *outlook.Event) (eventChange, error) {
	c := eventChange{gone: e.ID, left: true}
	if !cr.wanted(e) {
		return c, nil
	}
	place, err := cr.r.placeOf(ctx, e.ID, cr.cal)
	if err != nil || place == 0 {
		return c, err
	}
	return eventChange{live: e, left: true, place: place}, nil
}

// settled says that the row of an event that left a calendar is in another one by now: that one's round knows better.
func (w *eventWriter) settled(c eventChange, calendar int64) (bool, error) {
	if !c.left {
		return false, nil
	}
	id := c.gone
	if c.live != nil {
		id = c.live.ID
	}
	var now int64
	err := w.tx.QueryRowContext(w.ctx, `SELECT calendar_id FROM event WHERE account_id=? AND graph_id=? AND graph_id<>''`, w.account, id).Scan(&now)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("read event: %w", err)
	}
	return err == nil && now != calendar, nil
}

// apply writes what became of an event of a calendar.
func (w *eventWriter) apply(c eventChange, calendar int64) error {
	if settled, err := w.settled(c, calendar); err != nil || settled {
		return err
	}
	switch {
	case c.gone != "":
		return w.remove(c.gone)
	case c.live == nil:
		return nil
	case c.place != 0:
		calendar = c.place
	}
	return w.upsert(c.live, c.master, calendar)
}
