package ui

import (
	"context"
	"errors"
	"time"

	"supercrm/auth"
	"supercrm/outlook/mirror"
	"supercrm/ui/calendar"
)

// errReadOnly says that an account's calendar may only be read.
var errReadOnly = errors.New("the calendar may only be read")

// calendarData is the mailbox for the calendar: what an account may only read cannot be edited.
type calendarData struct{ calendar.Data }

func readOnly(acc mirror.Account) bool {
	f, ok := auth.FeatureByID("calendar")
	return ok && len(acc.Granted) > 0 && f.Allowed(acc.Granted) != auth.Full
}

// fixed are the accounts whose calendars may only be read.
func (d calendarData) fixed(ctx context.Context) (map[int64]bool, error) {
	all, err := d.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := map[int64]bool{}
	for _, a := range all {
		if readOnly(a) {
			out[a.ID] = true
		}
	}
	return out, nil
}

// Calendars implements calendar.Data.
func (d calendarData) Calendars(ctx context.Context, accountID int64) ([]mirror.Calendar, error) {
	fixed, err := d.fixed(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.Data.Calendars(ctx, accountID)
	for i := range all {
		all[i].CanEdit = all[i].CanEdit && !fixed[accountID]
	}
	return all, err
}

// Events implements calendar.Data.
func (d calendarData) Events(ctx context.Context, from, to time.Time) ([]mirror.Event, error) {
	fixed, err := d.fixed(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.Data.Events(ctx, from, to)
	for i := range all {
		all[i].CanEdit = all[i].CanEdit && !fixed[all[i].AccountID]
	}
	return all, err
}

// Event implements calendar.Data.
func (d calendarData) Event(ctx context.Context, id int64) (mirror.Event, error) {
	fixed, err := d.fixed(ctx)
	if err != nil {
		return mirror.Event{}, err
	}
	e, err := d.Data.Event(ctx, id)
	e.CanEdit = e.CanEdit && !fixed[e.AccountID]
	return e, err
}

// CreateEvent implements calendar.Data.
func (d calendarData) CreateEvent(ctx context.Context, n mirror.NewEvent) (int64, error) {
	if err := d.writable(ctx, n.AccountID); err != nil {
		return 0, err
	}
	return d.Data.CreateEvent(ctx, n)
}

// EditEvent implements calendar.Data.
func (d calendarData) EditEvent(ctx context.Context, id int64, edit mirror.EventEdit) error {
	if err := d.eventWritable(ctx, id); err != nil {
		return err
	}
	return d.Data.EditEvent(ctx, id, edit)
}

// EditSeries implements calendar.Data.
func (d calendarData) EditSeries(ctx context.Context, id int64, edit mirror.EventEdit) error {
	if err := d.eventWritable(ctx, id); err != nil {
		return err
	}
	return d.Data.EditSeries(ctx, id, edit)
}

// DeleteEvent implements calendar.Data.
func (d calendarData) DeleteEvent(ctx context.Context, id int64) error {
	if err := d.eventWritable(ctx, id); err != nil {
		return err
	}
	return d.Data.DeleteEvent(ctx, id)
}

// Respond implements calendar.Data.
func (d calendarData) Respond(ctx context.Context, id int64, response string) error {
	if err := d.eventWritable(ctx, id); err != nil {
		return err
	}
	return d.Data.Respond(ctx, id, response)
}

func (d calendarData) eventWritable(ctx context.Context, id int64) error {
	e, err := d.Data.Event(ctx, id)
	if err != nil {
		return err
	}
	return d.writable(ctx, e.AccountID)
}

func (d calendarData) writable(ctx context.Context, accountID int64) error {
	fixed, err := d.fixed(ctx)
	if err == nil && fixed[accountID] {
		return errReadOnly
	}
	return err
}
