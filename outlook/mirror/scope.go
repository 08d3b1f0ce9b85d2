package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// scope is one thing followed by delta, as its sync_state row has it. round > 0 means that it is read anew: what the
// round has not met is looked at one by one when it ends, and only what the service denies is deleted.
type scope struct {
	name     string
	link     string
	complete bool
	from, to int64
	synced   int64
	round    int64
	// anew gives where the window begins when the scope is read anew; nil: where it did.
	anew func(context.Context) (int64, error)
}

func (r *runner) scope(ctx context.Context, name string) (scope, error) {
	s := scope{name: name}
	err := r.m.db.Reader().QueryRowContext(ctx, `SELECT link, complete, window_from, window_to, synced_at, round FROM sync_state
		WHERE account_id=? AND scope=?`, r.account, name).Scan(&s.link, &s.complete, &s.from, &s.to, &s.synced, &s.round)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("read sync state: %w", err)
	}
	return s, nil
}

func (r *runner) saveScope(ctx context.Context, tx *store.Tx, s scope) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sync_state (account_id, scope, link, complete, window_from, window_to, synced_at, round)
		VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (account_id, scope) DO UPDATE SET link=excluded.link, complete=excluded.complete,
		window_from=excluded.window_from, window_to=excluded.window_to, synced_at=excluded.synced_at, round=excluded.round`,
		r.account, s.name, s.link, s.complete, s.from, s.to, s.synced, s.round)
	if err != nil {
		return fmt.Errorf("write sync state: %w", err)
	}
	return nil
}

// quietScope is a scope in which nothing was new, and the link to go on from then.
type quietScope struct {
	scope
	next string
}

// renewLink keeps the new link of a scope that still is where it was when it was asked about. One that was removed meanwhile
// stays removed, and one that is read anew is: the link would leave out what that has yet to read.
func (r *runner) renewLink(ctx context.Context, tx *store.Tx, s quietScope) error {
	_, err := tx.ExecContext(ctx, `UPDATE sync_state SET link=?, synced_at=? WHERE account_id=? AND scope=? AND link=?`, s.next, millis(r.m.now()), r.account, s.name, s.link)
	if err != nil {
		return fmt.Errorf("write sync state: %w", err)
	}
	return nil
}

// restart begins a round of mark and sweep: rows stay, links go.
func (r *runner) restart(ctx context.Context, s *scope) (err error) {
	if s.anew != nil {
		if s.from, err = s.anew(ctx); err != nil {
			return err
		}
	}
	s.link, s.complete = "", false
	s.round++
	return r.m.db.Write(ctx, "begin resync", func(tx *store.Tx) error {
		if err := clearSeen(ctx, tx, r.account, s.name); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sync_state WHERE account_id=? AND scope=?`, r.account, "rest:"+s.name); err != nil {
			return fmt.Errorf("write sync state: %w", err)
		}
		return r.saveScope(ctx, tx, *s)
	})
}

func clearSeen(ctx context.Context, tx *store.Tx, account int64, name string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM sync_seen WHERE account_id=? AND scope=?`, account, name)
	return err
}

// met notes an item in a round of mark and sweep.
func (s scope) met(ctx context.Context, tx *store.Tx, account int64, graphID string) error {
	if s.round == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO sync_seen VALUES (?,?,?)`, account, s.name, graphID)
	return err
}

var errNoLink = errors.New("a page ends without a link")

// maxResets bounds how often one call begins anew: a service that calls every link stale is left for the next round.
const maxResets = 2

// follow reads a scope page by page to the end of its round. fetch gets the link to go on from; keep is given each page
// outside a transaction, to ask the service for what the page leaves open, and returns what writes it. Rows and link are
// committed together, so a crash costs at most the page under way. The page after it is fetched meanwhile, so at most two
// are held. sweep ends a round that was read anew.
func follow[T any](ctx context.Context, r *runner, s scope,
	fetch func(link string) (outlook.Page[T], error),
	keep func(page outlook.Page[T], s scope) (func(*store.Tx) error, error),
	sweep func(s scope) error) error {
	resets := 0
	var ahead ahead[T]
	defer ahead.drop()
	for {
		if s.complete && s.round > 0 {
			if err := r.sweep(ctx, &s, sweep); err != nil {
				return err
			}
		}
		page, err := ahead.take(s.link, fetch)
		if outlook.IsResync(err) && s.link != "" && resets < maxResets {
			resets++
			r.m.log.Info("delta link no longer good, reading anew", "error", err)
			if err := r.restart(ctx, &s); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if page.Next == "" && page.Delta == "" || page.Next != "" && page.Next == s.link {
			return errNoLink
		}
		if !page.Last() {
			ahead.begin(page.Next, fetch)
		}
		write, err := keep(page, s)
		if err != nil {
			return err
		}
		next := s
		next.link, next.complete = page.Next, false
		if page.Last() {
			next.link, next.complete = page.Delta, true
			if next.round == 0 {
				next.synced = millis(r.m.now())
			}
		}
		if err := r.m.db.Write(ctx, "mirror page", func(tx *store.Tx) error {
			if err := write(tx); err != nil {
				return err
			}
			return r.saveScope(ctx, tx, next)
		}); err != nil {
			return err
		}
		s = next
		if page.Last() {
			if s.round > 0 {
				return r.sweep(ctx, &s, sweep)
			}
			return nil
		}
	}
}

// ahead fetches the next page of a scope while the one before it is written.
type ahead[T any] struct {
	link string
	done chan struct{} // nil: nothing is being fetched
	page outlook.Page[T]
	err  error
}

func (a *ahead[T]) begin(link string, fetch func(string) (outlook.Page[T], error)) {
	done := make(chan struct{})
	a.link, a.done = link, done
	go func() {
		defer close(done)
		a.page, a.err = fetch(link)
	}()
}

// take gives the page of a link: what was fetched ahead, else it is fetched now.
func (a *ahead[T]) take(link string, fetch func(string) (outlook.Page[T], error)) (outlook.Page[T], error) {
	if a.done == nil || a.link != link {
		return fetch(link)
	}
	<-a.done
	page, err := a.page, a.err
	*a = ahead[T]{}
	return page, err
}

// drop waits for what is being fetched, whose end is the caller's.
func (a *ahead[T]) drop() {
	if a.done != nil {
		<-a.done
	}
}

// sweep looks at what the round has not met, then ends it. It may be interrupted and begun again.
func (r *runner) sweep(ctx context.Context, s *scope, sweep func(scope) error) error {
	if err := sweep(*s); err != nil {
		return err
	}
	s.round, s.synced = 0, millis(r.m.now())
	return r.m.db.Write(ctx, "end resync", func(tx *store.Tx) error {
		if err := clearSeen(ctx, tx, r.account, s.name); err != nil {
			return err
		}
		return r.saveScope(ctx, tx, *s)
	})
}

// askAll calls ask for each item, two at a time: of the four requests a mailbox allows, some stay free for the person.
func askAll[T, V any](ctx context.Context, items []T, ask func(context.Context, T) (V, error)) ([]V, error) {
	out := make([]V, len(items))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for i, it := range items {
		g.Go(func() error {
			v, err := ask(ctx, it)
			out[i] = v
			return err
		})
	}
	return out, g.Wait()
}
