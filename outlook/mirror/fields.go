package mirror

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"supercrm/internal/store"
)

// over gives f's values where it has any, else base's.
func (f eventFields) over(base eventFields) eventFields {
	pick(&base.Subject, f.Subject)
	pick(&base.Start, f.Start)
	pick(&base.End, f.End)
	pick(&base.AllDay, f.AllDay)
	pick(&base.Zone, f.Zone)
	pick(&base.Location, f.Location)
	pick(&base.Body, f.Body)
	pick(&base.BodyType, f.BodyType)
	pick(&base.Preview, f.Preview)
	pick(&base.ShowAs, f.ShowAs)
	pick(&base.Attendees, f.Attendees)
	pick(&base.Response, f.Response)
	return base
}

func pick[T any](into **T, v *T) {
	if v != nil {
		*into = v
	}
}

// only keeps those of f's values that mask has too. Times go together: a start without its end would not be one.
func (f eventFields) only(mask eventFields) eventFields {
	keep(&f.Subject, mask.Subject)
	if mask.Start == nil && mask.End == nil && mask.AllDay == nil {
		f.Start, f.End, f.AllDay, f.Zone = nil, nil, nil, nil
	}
	keep(&f.Location, mask.Location)
	if mask.Body == nil {
		f.Body, f.BodyType, f.Preview = nil, nil, nil
	}
	keep(&f.ShowAs, mask.ShowAs)
	keep(&f.Attendees, mask.Attendees)
	keep(&f.Response, mask.Response)
	return f
}

// without drops those of f's values that mask has.
func (f eventFields) without(mask eventFields) eventFields {
	drop(&f.Subject, mask.Subject)
	if mask.Start != nil || mask.End != nil || mask.AllDay != nil {
		f.Start, f.End, f.AllDay, f.Zone = nil, nil, nil, nil
	}
	drop(&f.Location, mask.Location)
	if mask.Body != nil {
		f.Body, f.BodyType, f.Preview = nil, nil, nil
	}
	drop(&f.ShowAs, mask.ShowAs)
	drop(&f.Attendees, mask.Attendees)
	drop(&f.Response, mask.Response)
	return f
}

func keep[T, U any](v **T, mask *U) {
	if mask == nil {
		*v = nil
	}
}

func drop[T, U any](v **T, mask *U) {
	if mask != nil {
		*v = nil
	}
}

// same says whether two sets mean the same, field by field; what only one has differs.
func (f eventFields) same(g eventFields) bool {
	return equal(f.Subject, g.Subject) && equal(f.Start, g.Start) && equal(f.End, g.End) && equal(f.AllDay, g.AllDay) &&
		equal(f.Location, g.Location) && equalText(f, g) && equal(f.ShowAs, g.ShowAs) && equal(f.Response, g.Response) &&
		equalPeople(f.Attendees, g.Attendees)
}

func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return *a == *b
}

// equalText compares bodies by their words: the service rewrites HTML, and wraps text in it.
func equalText(f, g eventFields) bool {
	if f.Body == nil || g.Body == nil {
		return f.Body == nil && g.Body == nil
	}
	return strings.Join(strings.Fields(f.bodyText()), " ") == strings.Join(strings.Fields(g.bodyText()), " ")
}

// laysOut says whether a text that f has is divided into lines otherwise than g's.
func (f eventFields) laysOut(g eventFields) bool {
	if f.Body == nil || g.Body == nil {
		return f.Body != g.Body
	}
	lines := func(f eventFields) string {
		return strings.TrimSpace(strings.ReplaceAll(f.bodyText(), "\r\n", "\n"))
	}
	return lines(f) != lines(g)
}

func (f eventFields) bodyText() string {
	if f.BodyType != nil && *f.BodyType == "html" {
		return htmlText(*f.Body)
	}
	return *f.Body
}

// equalPeople compares who is invited; answers that came meanwhile are no change of the list.
func equalPeople(a, b *[]Attendee) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return slices.Equal(addresses(*a), addresses(*b))
}

func addresses(list []Attendee) []string {
	out := make([]string, 0, len(list))
	for _, a := range list {
		out = append(out, strings.ToLower(a.Addr))
	}
	slices.Sort(out)
	return out
}

// applyFields writes values onto an event's row, and what is derived from them.
func applyFields(ctx context.Context, tx *store.Tx, id int64, f eventFields) error {
	var attendees *string
	if f.Attendees != nil {
		s := toJSON(*f.Attendees)
		attendees = &s
	}
	if _, err := tx.ExecContext(ctx, `UPDATE event SET subject=coalesce(?,subject), start_at=coalesce(?,start_at), end_at=coalesce(?,end_at),
		all_day=coalesce(?,all_day), start_zone=coalesce(?,start_zone), end_zone=coalesce(?,end_zone), location=coalesce(?,location), body=coalesce(?,body),
		body_type=coalesce(?,body_type), preview=coalesce(?,preview), show_as=coalesce(?,show_as), attendees=coalesce(?,attendees),
		response=coalesce(?,response) WHERE id=?`,
		f.Subject, f.Start, f.End, f.AllDay, f.Zone, f.Zone, f.Location, f.Body, f.BodyType, f.Preview, f.ShowAs, attendees, f.Response, id); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	tx.Changed(store.Events, id)
	return deriveEvent(ctx, tx, id)
}

// applyTo writes values onto an event's row, and onto the occurrences of a series where it is the master of one.
func applyTo(ctx context.Context, tx *store.Tx, id int64, f eventFields) error {
	if err := applyFields(ctx, tx, id, f); err != nil {
		return err
	}
	ids, err := occurrencesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	f.Start, f.End, f.AllDay, f.Zone = nil, nil, nil, nil // each has its own
	for _, occurrence := range ids {
		theirs, err := ownFields(ctx, tx, occurrence)
		if err != nil {
			return err
		}
		if err := applyFields(ctx, tx, occurrence, f.without(theirs)); err != nil {
			return err
		}
	}
	return nil
}

// ownFields are what the person has changed of an occurrence by itself and what is still on its way.
func ownFields(ctx context.Context, tx *store.Tx, id int64) (eventFields, error) {
	var all eventFields
	for _, kind := range []string{kindEdit, kindRespond} {
		o, ok, err := waiting(ctx, tx, "event", id, kind)
		if err != nil {
			return all, err
		}
		if !ok {
			continue
		}
		want, err := parse[eventFields](o.payload)
		if err != nil {
			return all, err
		}
		all = want.over(all)
	}
	return all, nil
}

// occurrencesOf lists the occurrences that take their values from a master; none for any other event.
func occurrencesOf(ctx context.Context, tx *store.Tx, master int64) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT o.id FROM event m JOIN event o ON o.account_id=m.account_id AND o.master_graph_id=m.graph_id AND o.kind='occurrence'
		WHERE m.id=? AND m.kind='seriesMaster' AND m.graph_id<>''`, master)
	if err != nil {
		return nil, fmt.Errorf("read occurrences: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read occurrences: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// deriveEvent keeps the dates of an all-day event and the address index in step with the row.
func deriveEvent(ctx context.Context, tx *store.Tx, id int64) error {
	var kind, organizer, attendees string
	var start, end int64
	var allDay bool
	err := tx.QueryRowContext(ctx, `SELECT kind, organizer_addr, attendees, start_at, end_at, all_day FROM event WHERE id=?`, id).
		Scan(&kind, &organizer, &attendees, &start, &end, &allDay)
	if err != nil {
		return found("read event", err)
	}
	from, to := "", ""
	if allDay {
		from, to = time.UnixMilli(start).UTC().Format(time.DateOnly), time.UnixMilli(end).UTC().Format(time.DateOnly)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE event SET start_date=?, end_date=? WHERE id=? AND (start_date<>? OR end_date<>?)`, from, to, id, from, to); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM event_address WHERE event_id=?`, id); err != nil {
		return fmt.Errorf("write event addresses: %w", err)
	}
	if kind == "seriesMaster" {
		return nil
	}
	list, err := parse[[]Attendee](attendees)
	if err != nil {
		return err
	}
	for _, a := range append(list, Attendee{Address: Address{Addr: organizer}}) {
		if a.Addr == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO event_address (addr_lc, event_id, start_at) VALUES (?,?,?)`, strings.ToLower(a.Addr), id, start); err != nil {
			return fmt.Errorf("write event addresses: %w", err)
		}
	}
	return nil
}

func deleteEvent(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM event WHERE id=?`, id)
	tx.Changed(store.Events, id)
	return err
}

func deleteMessage(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM message WHERE id=?`, id)
	tx.Changed(store.Messages, id)
	tx.Changed(store.Folders)
	return err
}
