package mirror

import (
	"context"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// calendar verifies what happens in a calendar's window, and the masters of the series in it.
func (v *verifier) calendar(ctx context.Context, c calendarRef, s scope, p *Place) error {
	from, to := instant(s.from), instant(s.to)
	server := map[string]here{}
	kinds := map[string]string{}
	if err := v.marks(func(link string) (outlook.Page[outlook.Mark], error) {
		return v.r.client.EventMarks(ctx, c.graph, link, from, to)
	}, func(e outlook.Mark) {
		h := here{etag: e.ETag}
		if e.Start != nil && e.End != nil {
			start, err1 := e.Start.Time()
			end, err2 := e.End.Time()
			if err1 == nil && err2 == nil {
				h.start, h.end = millis(start), millis(end)
			}
		}
		server[e.ID], kinds[e.ID] = h, e.Type
	}); err != nil {
		return err
	}
	rows, err := v.rowsOf(ctx, `SELECT graph_id, change_key, start_at, end_at, EXISTS (SELECT 1 FROM outbox WHERE item_kind='event' AND item_id=event.id)
		FROM event WHERE account_id=? AND calendar_id=? AND graph_id<>'' AND kind<>'seriesMaster' AND start_at<? AND end_at>?`, v.r.account, c.id, s.to, s.from)
	if err != nil {
		return err
	}
	p.Server, p.Here = len(server), len(rows)
	var d difference
	// A delta gives occurrences without an ETag of their own: what they say by themselves is their time.
	d, p.Waiting = compare(server, rows, func(srv, row here) bool {
		if row.etag != "" && srv.etag != "" {
			return row.etag == srv.etag
		}
		return srv.start == 0 || srv.start == row.start && srv.end == row.end
	})
	stale, err := v.staleMasters(ctx, c, p)
	if err != nil {
		return err
	}
	cr := &calendarRound{r: v.r, cal: c, from: s.from, to: s.to, masters: map[string]*outlook.Event{}}
	for _, part := range []struct {
		ids    []string
		count  *int
		listed bool // the calendar has it, by its own word
	}{{stale, &p.Renewed, false}, {d.missing, &p.Fetched, true}, {d.stale, &p.Renewed, true}, {d.extra, &p.Removed, false}} {
		if err := v.repairEvents(ctx, cr, part.ids, part.listed, part.count, p); err != nil {
			return err
		}
	}
	return nil
}

// staleMasters finds the series of a calendar whose master has changed or is gone: it is in no list of occurrences.
func (v *verifier) staleMasters(ctx context.Context, c calendarRef, p *Place) ([]string, error) {
	type master struct{ id, etag string }
	masters, err := collect(ctx, v.r.m, "read masters", func(s scanner) (x master, err error) {
		err = s.Scan(&x.id, &x.etag)
		return x, err
	}, `SELECT graph_id, change_key FROM event WHERE account_id=? AND calendar_id=? AND graph_id<>'' AND kind='seriesMaster'
		AND NOT EXISTS (SELECT 1 FROM outbox WHERE item_kind='event' AND item_id=event.id)`, v.r.account, c.id)
	if err != nil {
		return nil, err
	}
	through := "" // one of somebody else's calendar is reached through that calendar only
	if c.shared {
		through = c.graph
	}
	var stale []string
	for at := 0; at < len(masters); at += outlook.MaxParts {
		some := masters[at:min(at+outlook.MaxParts, len(masters))]
		marks := make([]outlook.Mark, len(some))
		parts := make([]*outlook.Part, len(some))
		for i := range some {
			parts[i] = outlook.EventMarkPart(through, some[i].id, &marks[i])
		}
		if err := v.batch(ctx, parts); err != nil {
			return nil, err
		}
		for i, part := range parts {
			etag, err := marks[i].ETag, part.Err
			if err != nil && !outlook.IsNotFound(err) && !outlook.IsRefused(err) { // such as throttled: by itself it is waited for
				var live outlook.Event
				live, err = v.r.eventOf(ctx, c, some[i].id)
				v.asked(1)
				etag = live.ETag
			}
			switch {
			case outlook.IsRefused(err):
				p.Failed++ // no reason to keep the others waiting
			case err != nil && !outlook.IsNotFound(err):
				return nil, err
			case err != nil || etag != some[i].etag:
				stale = append(stale, some[i].id)
			}
		}
	}
	return stale, nil
}

// batch asks for the parts in one request. Where the service takes no batch they are left unanswered.
func (v *verifier) batch(ctx context.Context, parts []*outlook.Part) error {
	if v.r.batchRefused() {
		return nil
	}
	err := v.r.client.Batch(ctx, parts)
	v.asked(1)
	if outlook.IsBatchRefused(err) {
		v.r.refuseBatches(err)
		return nil
	}
	return err
}

// repairEvents asks for each event by itself, as a sweep does.
func (v *verifier) repairEvents(ctx context.Context, cr *calendarRound, ids []string, listed bool, lives *int, p *Place) error {
	for _, id := range ids {
		asked := v.r.m.now()
		live, err := cr.event(ctx, id)
		v.asked(1)
		change := eventChange{gone: id}
		switch {
		case err == nil && !listed:
			change, err = cr.left(ctx, &live)
			if cr.wanted(&live) && !cr.cal.shared {
				v.asked(1) // where it is
			}
		case err == nil && cr.wanted(&live):
			change = eventChange{live: &live}
		}
		if outlook.IsRefused(err) {
			p.Failed++ // no reason to keep the others waiting
			continue
		}
		if err != nil && !outlook.IsNotFound(err) {
			return err
		}
		if err := v.r.m.db.Write(ctx, "repair event", func(tx *store.Tx) error {
			w := &eventWriter{ctx: ctx, tx: tx, account: v.r.account, log: v.r.m.log, from: v.r.origin(whyVerify),
				late: func(row int64) bool { return v.r.late.since("event", row, asked) }} // rounds go on meanwhile
			return w.apply(change, cr.cal.id)
		}); err != nil {
			return err
		}
		switch {
		case change.live == nil:
			p.Removed++
		case lives == &p.Removed:
			p.Renewed++
		default:
			*lives++
		}
	}
	return nil
}
