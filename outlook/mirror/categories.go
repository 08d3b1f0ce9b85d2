package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

const kindCategories = "mail.categories"

// Category is one of an account's categories. Messages name it by Name, in any case; Color is none or preset0 to preset24.
type Category struct {
	Name  string
	Color string
}

// Categories lists an account's categories in the service's order. It is empty where the permission to read mailbox
// settings is missing.
func (m *Mirror) Categories(ctx context.Context, accountID int64) ([]Category, error) {
	return collect(ctx, m, "list categories", func(row scanner) (c Category, err error) {
		err = row.Scan(&c.Name, &c.Color)
		return c, err
	}, `SELECT name, color FROM category WHERE account_id=? ORDER BY position, name`, accountID)
}

// categoriesEvery is how often the list of categories is read: it hardly ever changes.
const categoriesEvery = time.Hour

// syncCategories brings the list of categories up to date. Without the permission there is none, and nothing else fails.
func (r *runner) syncCategories(ctx context.Context) error {
	return r.seldom(&r.categoriesAt, categoriesEvery, func() error { return r.readCategories(ctx) })
}

func (r *runner) readCategories(ctx context.Context) error {
	list, err := r.client.Categories(ctx)
	if outlook.IsRefused(err) {
		r.m.log.Debug("categories not read", "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("mirror categories: %w", err)
	}
	return r.m.db.Write(ctx, "mirror categories", func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM category WHERE account_id=?`, r.account); err != nil {
			return fmt.Errorf("write categories: %w", err)
		}
		for i, c := range list {
			if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO category (account_id, name, color, position) VALUES (?,?,?,?)`, r.account, c.Name, c.Color, i); err != nil {
				return fmt.Errorf("write categories: %w", err)
			}
		}
		tx.Changed(store.Folders)             // whoever shows messages reads them
		tx.Changed(store.Accounts, r.account) // and so does the calendar
		return nil
	})
}

// seldom does what was not done for a while. What failed is done again with the next round.
func (r *runner) seldom(at *time.Time, every time.Duration, do func() error) error {
	r.mu.Lock()
	last, now, calls := *at, r.m.now(), r.allCalls
	r.mu.Unlock()
	if !last.IsZero() && now.Sub(last) < every && !now.Before(last) {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.allCalls == calls { // what was called for meanwhile may not have been read
		*at = now
	}
	return nil
}

// pollSeldom reads what changes seldom by requests of its own, when its time has come; until then it costs none.
func (r *runner) pollSeldom(context.Context) ([]*pollPart, error) {
	return []*pollPart{{sync: r.syncContacts}, {sync: r.syncCategories}}, nil
}

// SyncAll is SyncNow for everything, also for what is read seldom: contacts and categories.
func (m *Mirror) SyncAll(accountID int64) {
	if r := m.runner(accountID); r != nil {
		r.mu.Lock()
		r.categoriesAt, r.contactsAt = time.Time{}, time.Time{}
		r.allCalls++
		r.mu.Unlock()
	}
	m.SyncNow(accountID)
}

// categoryChange is the payload of mail.categories: what is added and taken away, so that what others set meanwhile stays.
type categoryChange struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

func without(list, names []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return hasName(names, s) })
}

func hasName(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}

// apply gives the categories that a message has after the change.
func (c categoryChange) apply(list []string) []string {
	out := without(list, c.Remove)
	for _, a := range c.Add {
		if !hasName(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// then is c followed by another change.
func (c categoryChange) then(d categoryChange) categoryChange {
	return categoryChange{Add: append(without(c.Add, slices.Concat(d.Remove, d.Add)), d.Add...), Remove: append(without(c.Remove, slices.Concat(d.Remove, d.Add)), d.Remove...)}
}

// Categorize puts categories on messages and takes others off, and queues that for the service. Ids that are gone are
// passed over. Names are bounded to 255 characters and may not be empty or have control characters.
func (m *Mirror) Categorize(ctx context.Context, ids []int64, add, remove []string) error {
	for _, name := range slices.Concat(add, remove) {
		if strings.TrimSpace(name) == "" {
			return ErrBadInput{"categories", "empty"}
		}
		if err := errors.Join(checkText("categories", name, maxSubject), checkLine("categories", name)); err != nil {
			return err
		}
	}
	want := categoryChange{add, remove}
	accounts := map[int64]bool{}
	err := m.db.Write(ctx, "categorize", func(tx *store.Tx) error {
		for _, id := range ids {
			var account int64
			var text string
			err := tx.QueryRowContext(ctx, `SELECT account_id, categories FROM message WHERE id=?`, id).Scan(&account, &text)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return fmt.Errorf("read message: %w", err)
			}
			was, err := parse[[]string](text)
			if err != nil {
				return err
			}
			now := want.apply(was)
			if slices.Equal(was, now) {
				continue
			}
			accounts[account] = true
			if err := setCategories(ctx, tx, id, now); err != nil {
				return err
			}
			o, ok, err := waiting(ctx, tx, "message", id, kindCategories)
			if err != nil {
				return err
			}
			if !ok {
				if _, err := (outboxRow{account: account, kind: kindCategories, itemKind: "message", item: id, payload: toJSON(want), before: toJSON(was), created: millis(m.now())}).insert(ctx, tx); err != nil {
					return err
				}
				continue
			}
			old, err := parse[categoryChange](o.payload)
			if err != nil {
				return err
			}
			o.payload = toJSON(old.then(want))
			if err := o.rewrite(ctx, tx, m.now()); err != nil {
				return err
			}
		}
		return nil
	})
	for a := range accounts {
		m.queued(a)
	}
	return err
}

func setCategories(ctx context.Context, tx *store.Tx, id int64, names []string) error {
	if names == nil {
		names = []string{}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE message SET categories=? WHERE id=?`, toJSON(names), id); err != nil {
		return fmt.Errorf("write categories: %w", err)
	}
	tx.Changed(store.Messages, id)
	return nil
}

// sendCategories carries the change to the service: read, change, write if nobody wrote meanwhile. To repeat it does no
// harm.
func (r *runner) sendCategories(ctx context.Context, o outboxRow) error {
	want, err := parse[categoryChange](o.payload)
	if err != nil {
		return refusal{reasonRefused, err}
	}
	graph, err := r.graphOf(ctx, o)
	if err != nil {
		return err
	}
	if graph == "" {
		return r.endGone(ctx, o, nil)
	}
	var sent []string
	for try := 0; ; try++ {
		now, etag, err := r.client.MessageCategories(ctx, graph)
		if outlook.IsNotFound(err) {
			return r.mailGone(ctx, o)
		}
		if err != nil {
			return err
		}
		if sent = want.apply(now); slices.Equal(sent, now) {
			break // it is so already
		}
		err = r.client.SetMessageCategories(ctx, graph, etag, sent)
		if err == nil {
			break
		}
		if outlook.IsConflict(err) {
			if try < 3 {
				continue
			}
			return fmt.Errorf("set categories: the message keeps changing: %s", err) // later
		}
		if outlook.IsNotFound(err) {
			return r.mailGone(ctx, o)
		}
		return err
	}
	return r.done(ctx, o, func(string) (string, error) { return toJSON(sent), nil }, "", func(tx *store.Tx) error {
		// Their order may be another than here, and where nothing was to be changed no delta will say so.
		next, ok, err := waiting(ctx, tx, "message", o.item, kindCategories)
		if err != nil {
			return err
		}
		if ok { // changed once more meanwhile
			want, err := parse[categoryChange](next.payload)
			if err != nil {
				return err
			}
			sent = want.apply(sent)
		}
		return setCategories(ctx, tx, o.item, sent)
	})
}

// protectCategories lets a row show the service's list with the pending change applied, and notes the list itself, to go
// back to.
func (w *messageWriter) protectCategories(id int64, c *columns) error {
	o, ok, err := waiting(w.ctx, w.tx, "message", id, kindCategories)
	if err != nil || !ok {
		return err
	}
	want, err := parse[categoryChange](o.payload)
	if err != nil {
		return err
	}
	before := o.before
	take(c, "categories", func(v any) { before = v.(string) })
	if before == o.before {
		return nil
	}
	list, err := parse[[]string](before)
	if err != nil {
		return err
	}
	c.set("categories", toJSON(want.apply(list)))
	if _, err := w.tx.ExecContext(w.ctx, `UPDATE outbox SET before=? WHERE id=?`, before, o.id); err != nil {
		return fmt.Errorf("write queue: %w", err)
	}
	return nil
}

// restoreCategories gives a change up.
func restoreCategories(ctx context.Context, tx *store.Tx, o outboxRow) error {
	was, err := parse[[]string](o.before)
	if err != nil {
		return err
	}
	return setCategories(ctx, tx, o.item, was)
}
