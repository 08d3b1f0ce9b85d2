package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// The mirrored window of calendars, in days around today. It is moved when it is off by windowSlack.
const (
	windowBack  = 60
	windowAhead = 180
	windowSlack = 7
)

func (m *Mirror) window() (from, to time.Time) {
	y, mo, d := m.now().UTC().Date()
	return time.Date(y, mo, d-windowBack, 0, 0, 0, 0, time.UTC), time.Date(y, mo, d+windowAhead, 0, 0, 0, 0, time.UTC)
}

// windowOff says that a calendar's window is no longer where it should be.
func (m *Mirror) windowOff(s scope) bool {
	from, _ := m.window()
	off := from.Sub(instant(s.from))
	return off >= windowSlack*24*time.Hour || off <= -windowSlack*24*time.Hour
}

type calendarRef struct {
	id             int64
	graph          string
	picked, shared bool
}

// problemDenied is why a calendar that somebody else shares is not mirrored.
const problemDenied = "denied"

// syncEvents brings the calendars and what is in them up to date.
func (r *runner) syncEvents(ctx context.Context) error {
	var failed firstError
	calendars, err := r.syncCalendars(ctx, &failed)
	if err != nil {
		return fmt.Errorf("mirror calendars: %w", err)
	}
	for _, c := range calendars {
		if !c.picked {
			continue
		}
		err := r.syncPicked(ctx, c)
		if hopeless(err) {
			return err
		}
		failed.note(err)
	}
	return failed.err
}

// syncPicked brings one calendar up to date. One that somebody else shares may be taken back, or the permission may be
// missing, or its owner's mailbox may be gone: then what is mirrored stays, and the rest goes on.
func (r *runner) syncPicked(ctx context.Context, c calendarRef) error {
	err := r.syncCalendar(ctx, c)
	switch {
	case c.shared && (outlook.IsRefused(err) || outlook.IsNotFound(err)):
		return r.setProblem(ctx, c.id, problemDenied)
	case c.shared && err == nil:
		return r.setProblem(ctx, c.id, "")
	case outlook.IsNotFound(err):
		return nil // the calendar went; the next list says so
	}
	return err
}

// syncCalendars reads the list of calendars and asks about those that are not in it. What keeps one of them from being
// asked about is noted in failed and does not stop the others, unless nothing would work.
func (r *runner) syncCalendars(ctx context.Context, failed *firstError) ([]calendarRef, error) {
	list, err := r.client.Calendars(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.learnAddress(ctx, list); err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, c := range list {
		listed[c.ID] = true
	}
	known, err := r.calendarRefs(ctx)
	if err != nil {
		return nil, err
	}
	var dead []string
	for _, k := range known {
		if listed[k.graph] {
			continue
		}
		_, err := r.client.Calendar(ctx, k.graph)
		switch {
		case k.shared && outlook.IsRefused(err), outlook.IsColleagueCalendar(k.graph) && outlook.IsNotFound(err):
			if err := r.setProblem(ctx, k.id, problemDenied); err != nil {
				return nil, err
			}
		case outlook.IsNotFound(err):
			dead = append(dead, k.graph)
		case hopeless(err):
			return nil, err
		default:
			failed.note(err)
		}
	}
	err = r.m.db.Write(ctx, "mirror calendars", func(tx *store.Tx) error {
		for _, c := range list {
			_, changed, err := r.upsertCalendar(ctx, tx, c)
			if err != nil {
				return err
			}
			if changed {
				tx.Changed(store.Events)
			}
		}
		for _, g := range dead {
			if _, err := tx.ExecContext(ctx, `DELETE FROM calendar WHERE account_id=? AND graph_id=?`, r.account, g); err != nil {
				return fmt.Errorf("delete calendar: %w", err)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM sync_state WHERE account_id=? AND scope=?`, r.account, "events:"+g); err != nil {
				return fmt.Errorf("delete calendar: %w", err)
			}
			tx.Changed(store.Events)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r.calendarRefs(ctx)
}

func (r *runner) calendarRefs(ctx context.Context) ([]calendarRef, error) {
	return collect(ctx, r.m, "list calendars", func(row scanner) (c calendarRef, err error) {
		err = row.Scan(&c.id, &c.graph, &c.picked, &c.shared)
		return c, err
	}, `SELECT id, graph_id, picked, owner_addr<>'' FROM calendar WHERE account_id=? ORDER BY is_default DESC, id`, r.account)
}

// syncCalendar brings one calendar's window up to date.
func (r *runner) syncCalendar(ctx context.Context, c calendarRef) error {
	s, err := r.scope(ctx, "events:"+c.graph)
	if err != nil {
		return err
	}
	from, to := r.m.window()
	if s.to == 0 {
		s.from, s.to = millis(from), millis(to)
	} else if r.m.windowOff(s) {
		s.from, s.to = millis(from), millis(to)
		if err := r.restart(ctx, &s); err != nil { // the window is inside the link, so a new one is a new round
			return err
		}
	}
	cr := &calendarRound{r: r, cal: c, from: s.from, to: s.to, masters: map[string]*outlook.Event{}}
	fetch := func(link string) (outlook.Page[outlook.Event], error) {
		if page, err, ok := takeAnswer[outlook.Event](&r.answers, link); ok {
			return page, err
		}
		return r.client.CalendarViewDelta(ctx, c.graph, link, instant(cr.from), instant(cr.to))
	}
	keep := func(page outlook.Page[outlook.Event], s scope) (func(*store.Tx) error, error) {
		changes, err := cr.settle(ctx, page.Items)
		if err != nil {
			return nil, err
		}
		return func(tx *store.Tx) error { return cr.write(ctx, tx, s, changes) }, nil
	}
	sweep := func(s scope) error { return cr.sweep(ctx, s) }
	if err := follow(ctx, r, s, fetch, keep, sweep); err != nil {
		return fmt.Errorf("mirror events: %w", err)
	}
	return nil
}

// calendarRound is one round of one calendar. masters are those read or met in it: an occurrence carries nothing of its
// own but its times, and a master may change without being in the delta.
type calendarRound struct {
	r        *runner
	cal      calendarRef
	from, to int64
	masters  map[string]*outlook.Event // nil: the service has none by that id
}

// eventChange is what a delta's item turned out to mean. master fills an occurrence. left: the calendar no longer has it,
// though it is alive; place is the row of the calendar that it is in then, 0 where that does not matter.
type eventChange struct {
	live   *outlook.Event
	master *outlook.Event
	gone   string
	left   bool
	place  int64
}

func whole(e *outlook.Event) bool { return e.Subject != nil && e.Start != nil && e.End != nil }

// settle asks the service for what the items leave open.
func (cr *calendarRound) settle(ctx context.Context, items []outlook.Event) ([]eventChange, error) {
	var wanted []string
	for i := range items {
		e := &items[i]
		if e.Removed == nil && e.Type == "seriesMaster" && whole(e) {
			cr.masters[e.ID] = e
		}
	}
	for i := range items {
		e := &items[i]
		if e.Removed == nil && e.Type == "occurrence" && e.SeriesMasterID != "" {
			if _, ok := cr.masters[e.SeriesMasterID]; !ok {
				cr.masters[e.SeriesMasterID] = nil
				wanted = append(wanted, e.SeriesMasterID)
			}
		}
	}
	got, err := askAll(ctx, wanted, func(ctx context.Context, id string) (*outlook.Event, error) {
		e, err := cr.event(ctx, id)
		if outlook.IsNotFound(err) {
			return nil, nil
		}
		return &e, err
	})
	if err != nil {
		for _, id := range wanted {
			delete(cr.masters, id)
		}
		return nil, err
	}
	changes := make([]eventChange, 0, len(items)+len(got))
	for i, id := range wanted {
		cr.masters[id] = got[i]
		if got[i] != nil {
			changes = append(changes, eventChange{live: got[i]})
		}
	}
	rest, err := askAll(ctx, items, cr.settleOne)
	return append(changes, rest...), err
}

func (cr *calendarRound) event(ctx context.Context, id string) (outlook.Event, error) {
	return cr.r.eventOf(ctx, cr.cal, id)
}

func (cr *calendarRound) settleOne(ctx context.Context, e outlook.Event) (eventChange, error) {
	switch {
	case e.ID == "":
		return eventChange{}, nil
	case e.Removed == nil && e.Type == "occurrence" && e.Start != nil && e.End != nil && cr.masters[e.SeriesMasterID] != nil:
		return eventChange{live: &e, master: cr.masters[e.SeriesMasterID]}, nil
	case e.Removed == nil && whole(&e):
		return eventChange{live: &e}, nil
	}
	var end int64
	var kind string
	err := cr.r.m.db.Reader().QueryRowContext(ctx, `SELECT end_at, kind FROM event WHERE account_id=? AND graph_id=? AND graph_id<>'' AND calendar_id=?`,
		cr.r.account, e.ID, cr.cal.id).Scan(&end, &kind)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return eventChange{}, fmt.Errorf("read event: %w", err)
	}
	if e.Removed != nil && !known {
		return eventChange{}, nil
	}
	if e.Removed != nil && end <= cr.from && kind != "seriesMaster" { // a master's times are its first occurrence's
		return eventChange{}, nil // it left the window by growing old: history stays
	}
	now, err := cr.event(ctx, e.ID)
	if outlook.IsNotFound(err) {
		return eventChange{gone: e.ID}, nil
	}
	if err != nil {
		return eventChange{}, err
	}
	if e.Removed != nil {
		return cr.left(ctx, &now)
	}
	if !cr.wanted(&now) {
		return eventChange{gone: e.ID}, nil
	}
	return eventChange{live: &now}, nil
}

// inside says whether an event overlaps the window: half-open on both sides.
func (cr *calendarRound) inside(e *outlook.Event) bool {
	if e.Start == nil || e.End == nil {
		return true // not known to be outside
	}
	start, err1 := e.Start.Time()
	end, err2 := e.End.Time()
	return err1 != nil || err2 != nil || millis(start) < cr.to && millis(end) > cr.from
}

// wanted says whether an event is to be mirrored: a master is for its occurrences' sake, whenever its series began.
func (cr *calendarRound) wanted(e *outlook.Event) bool {
	return e.Type == "seriesMaster" || cr.inside(e)
}

func (cr *calendarRound) write(ctx context.Context, tx *store.Tx, s scope, changes []eventChange) error {
	w := &eventWriter{ctx: ctx, tx: tx, account: cr.r.account, log: cr.r.m.log, from: cr.r.origin(s.why()),
		late: func(id int64) bool { return cr.r.late.of("event", id) }}
	for _, c := range changes {
		if err := w.apply(c, cr.cal.id); err != nil {
			return err
		}
		if c.live == nil {
			continue
		}
		if err := s.met(ctx, tx, cr.r.account, c.live.ID); err != nil {
			return err
		}
	}
	return nil
}

// sweep asks about each of the window's rows that a whole round has not met.
func (cr *calendarRound) sweep(ctx context.Context, s scope) error {
	if err := cr.r.m.db.Write(ctx, "sweep events", func(tx *store.Tx) error {
		return doubt(ctx, tx, cr.r.account, "event", waited("event")+`t.calendar_id=? AND t.kind<>'seriesMaster' AND t.start_at<? AND t.end_at>?
			AND t.graph_id NOT IN (SELECT graph_id FROM sync_seen WHERE account_id=t.account_id AND scope=?)`, cr.cal.id, cr.to, cr.from, s.name)
	}); err != nil {
		return err
	}
	for {
		lost, err := collect(ctx, cr.r.m, "find unmet events", func(row scanner) (e outlook.Event, err error) {
			e.Removed = &outlook.Removed{}
			err = row.Scan(&e.ID)
			return e, err
		}, `SELECT graph_id FROM event WHERE account_id=?1 AND calendar_id=?2 AND graph_id<>'' AND kind<>'seriesMaster'
			AND start_at < ?4 AND end_at > ?5
			AND graph_id NOT IN (SELECT graph_id FROM sync_seen WHERE account_id=?1 AND scope=?3)
			AND NOT EXISTS (SELECT 1 FROM outbox WHERE item_kind='event' AND item_id=event.id) LIMIT ?6`,
			cr.r.account, cr.cal.id, s.name, cr.to, cr.from, sweepBatch)
		if err != nil || len(lost) == 0 {
			return err
		}
		changes, err := cr.settle(ctx, lost)
		if err != nil {
			return err
		}
		if err := cr.r.m.db.Write(ctx, "sweep events", func(tx *store.Tx) error {
			for _, e := range lost {
				if err := s.met(ctx, tx, cr.r.account, e.ID); err != nil {
					return err
				}
			}
			return cr.write(ctx, tx, s, changes)
		}); err != nil {
			return err
		}
	}
}
