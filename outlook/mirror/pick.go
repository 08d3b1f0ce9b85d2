package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// PickCalendar begins or ends mirroring and showing a calendar. What is mirrored of it and what waits in the outbox stays;
// picked again, it goes on from where it was.
func (m *Mirror) PickCalendar(ctx context.Context, id int64, on bool) error {
	return m.pick(ctx, "pick calendar", `UPDATE calendar SET picked=? WHERE id=? RETURNING account_id`, id, on, store.Events)
}

// PickContactFolder is PickCalendar for an address book.
func (m *Mirror) PickContactFolder(ctx context.Context, id int64, on bool) error {
	return m.pick(ctx, "pick contact folder", `UPDATE contact_folder SET picked=? WHERE id=? RETURNING account_id`, id, on, store.Contacts)
}

func (m *Mirror) pick(ctx context.Context, what, query string, id int64, on bool, kind store.Kind) error {
	var account int64
	err := m.db.Write(ctx, what, func(tx *store.Tx) error {
		tx.Changed(kind)
		return found("write choice", tx.QueryRowContext(ctx, query, on, id).Scan(&account))
	})
	if err == nil && on {
		m.SyncAll(account)
	}
	return err
}

// ErrNotShared is returned (wrapped) by AddColleague when there is no such mailbox, its calendar is not shared, or the
// permission to read shared calendars is missing.
var ErrNotShared = errors.New("the calendar is not shared")

// AddColleague adds the calendar of a colleague, by address, to those that are mirrored. It waits for the network. One
// that is there already is picked.
func (m *Mirror) AddColleague(ctx context.Context, accountID int64, addr string) (Calendar, error) {
	addr = strings.TrimSpace(addr)
	if err := checkAddresses("calendar", []Address{{Addr: addr}}); err != nil {
		return Calendar{}, err
	}
	r := m.runner(accountID)
	if r == nil {
		return Calendar{}, fmt.Errorf("add calendar: %w", ErrNotConnected)
	}
	if r.isMe(addr) {
		return Calendar{}, ErrBadInput{"calendar", "invalid"}
	}
	have, err := m.Calendars(ctx, accountID)
	if err != nil {
		return Calendar{}, err
	}
	for _, c := range have {
		if strings.EqualFold(c.Owner.Addr, addr) {
			return c, m.PickCalendar(ctx, c.ID, true)
		}
	}
	cal, err := r.client.ColleagueCalendar(ctx, addr)
	if outlook.IsNotFound(err) || outlook.IsRefused(err) {
		return Calendar{}, fmt.Errorf("add calendar: %w: %w", ErrNotShared, err)
	}
	if err != nil {
		return Calendar{}, err
	}
	if cal.Owner.Address == "" {
		cal.Owner.Address = addr
	}
	if r.isMe(cal.Owner.Address) { // by yet another address
		return Calendar{}, ErrBadInput{"calendar", "invalid"}
	}
	var id int64
	err = m.db.Write(ctx, "add calendar", func(tx *store.Tx) error {
		var err error
		id, _, err = r.upsertCalendar(ctx, tx, cal)
		tx.Changed(store.Events)
		return err
	})
	if err != nil {
		return Calendar{}, err
	}
	m.SyncNow(accountID)
	all, err := m.Calendars(ctx, accountID)
	for _, c := range all {
		if c.ID == id {
			return c, nil
		}
	}
	return Calendar{}, errors.Join(err, ErrNotFound)
}

// RemoveColleague forgets a calendar that AddColleague has added, with its rows.
func (m *Mirror) RemoveColleague(ctx context.Context, id int64) error {
	return m.db.Write(ctx, "remove calendar", func(tx *store.Tx) error {
		var account int64
		var graph string
		if err := tx.QueryRowContext(ctx, `SELECT account_id, graph_id FROM calendar WHERE id=?`, id).Scan(&account, &graph); err != nil {
			return found("read calendar", err)
		}
		if !outlook.IsColleagueCalendar(graph) {
			return ErrBadInput{"calendar", "invalid"}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM calendar WHERE id=?`, id); err != nil {
			return fmt.Errorf("delete calendar: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sync_state WHERE account_id=? AND scope=?`, account, "events:"+graph); err != nil {
			return fmt.Errorf("delete calendar: %w", err)
		}
		tx.Changed(store.Events)
		return clearSeen(ctx, tx, account, "events:"+graph)
	})
}

// upsertCalendar writes a calendar as the service has it. One that somebody else shares is shown once the person picks it,
// and is not changed from here. One that was taken for somebody else's and turns out to be the person's own is shown as
// their own are.
func (r *runner) upsertCalendar(ctx context.Context, tx *store.Tx, c outlook.Calendar) (id int64, changed bool, err error) {
	c = r.asSeen(c)
	owner := c.Owner
	err = tx.QueryRowContext(ctx, `INSERT INTO calendar (account_id, graph_id, name, color, is_default, can_edit, owner_name, owner_addr, picked) VALUES (?,?,?,?,?,?,?,?,?)
		ON CONFLICT (account_id, graph_id) DO UPDATE SET name=excluded.name, color=excluded.color, is_default=excluded.is_default, can_edit=excluded.can_edit,
		owner_name=excluded.owner_name, owner_addr=excluded.owner_addr, picked=picked OR calendar.owner_addr<>'' AND excluded.owner_addr=''
		WHERE (name, color, is_default, can_edit, owner_name, owner_addr) <> (excluded.name, excluded.color, excluded.is_default, excluded.can_edit, excluded.owner_name, excluded.owner_addr)
		RETURNING id`, r.account, c.ID, c.Name, c.Color, c.IsDefault, c.CanEdit, owner.Name, owner.Address,
		owner.Address == "" || outlook.IsColleagueCalendar(c.ID)).Scan(&id)
	if err := found("write calendar", err); err != nil {
		if isNotFound(err) { // as it was
			return 0, false, nil
		}
		return 0, false, err
	}
	return id, true, nil
}

// setProblem notes why a calendar is not mirrored, or "" that it is.
func (r *runner) setProblem(ctx context.Context, calendar int64, problem string) error {
	return r.m.db.Write(ctx, "note calendar", func(tx *store.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE calendar SET problem=? WHERE id=? AND problem<>?`, problem, calendar, problem)
		if err != nil {
			return fmt.Errorf("write calendar: %w", err)
		}
		if n, _ := res.RowsAffected(); n > 0 {
			tx.Changed(store.Events)
		}
		return nil
	})
}
