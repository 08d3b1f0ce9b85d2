package mirror

import (
	"context"
	"fmt"
	"maps"

	"supercrm/outlook"
)

// pollCalendars asks for the list of calendars and for what has changed in their windows.
func (r *runner) pollCalendars(ctx context.Context) ([]*pollPart, error) {
	list := &pollPart{sync: r.syncEvents, covers: "events:"}
	page := new(outlook.Page[outlook.Calendar])
	list.part = outlook.CalendarsPart(page)
	have, err := r.calendarList(ctx)
	if err != nil {
		return nil, err
	}
	list.outcome = func() (bool, string) {
		if list.part.Err != nil || !page.Last() {
			return false, ""
		}
		listed := map[string]outlook.Calendar{}
		for _, c := range page.Items {
			c = r.asSeen(c)                  // what is kept of a calendar is not all that the service allows
			c.Owner = outlook.EmailAddress{} // it does not change
			listed[c.ID] = c
		}
		return maps.Equal(listed, have), ""
	}
	parts := []*pollPart{list}
	refs, err := r.calendarRefs(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range refs {
		if !c.picked {
			continue
		}
		s, err := r.scope(ctx, "events:"+c.graph)
		if err != nil {
			return nil, err
		}
		sync := func(ctx context.Context) error { return r.syncPicked(ctx, c) }
		p := deltaPart[outlook.Event](r, "read calendar", s, always, sync)
		if r.m.windowOff(s) {
			p.part = nil // it is moved, and with it goes the link
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func (r *runner) calendarList(ctx context.Context) (map[string]outlook.Calendar, error) {
	list, err := collect(ctx, r.m, "list calendars", func(row scanner) (c outlook.Calendar, err error) {
		err = row.Scan(&c.ID, &c.Name, &c.Color, &c.IsDefault, &c.CanEdit)
		return c, err
	}, `SELECT graph_id, name, color, is_default, can_edit FROM calendar WHERE account_id=?`, r.account)
	if err != nil {
		return nil, fmt.Errorf("poll calendars: %w", err)
	}
	out := map[string]outlook.Calendar{}
	for _, c := range list {
		if !outlook.IsColleagueCalendar(c.ID) { // the service does not list those
			out[c.ID] = c
		}
	}
	return out, nil
}
