package mirror

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// atOnce is how many folders and calendars are read at a time.
const atOnce = 3

// longestWait bounds the back-off after failures.
const longestWait = 5 * time.Minute

// backoff is the wait after n failures in a row (1 is the first), doubled each time, with jitter.
func (r *runner) backoff(n int) time.Duration {
	d := r.m.retry << min(max(n-1, 0), 10)
	d = min(d, longestWait)
	return d/2 + rand.N(d/2+1)
}

// syncLoop makes rounds: at once, then every poll interval or when woken, later after failures.
func (r *runner) syncLoop(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		if r.isPaused() {
			<-ctx.Done()
			return
		}
		err := r.round(ctx)
		if ctx.Err() != nil {
			return
		}
		r.seen(err)
		d := r.m.poll
		if err != nil {
			failures++
			d = r.backoff(failures)
			if outlook.IsNetwork(err) {
				d = min(d, r.m.poll) // to be offline is no error, and its end should show soon
			}
			r.m.log.Warn("mirror round failed", "account", r.account, "failures", failures, "error", err)
		} else {
			failures = 0
			if err := r.trimLedger(ctx); err != nil && ctx.Err() == nil {
				r.m.log.Error("ledger not trimmed", "error", err)
			}
		}
		poke(r.bodyWake)
		wait(ctx, r.syncWake, d)
	}
}

// round brings folders, messages, calendars and events up to date. A folder that fails does not stop the others, unless
// nothing would work: no network, no sign-in.
func (r *runner) round(ctx context.Context) (err error) {
	r.setSyncing(true, "")
	defer func() { r.setSyncing(false, problemOf(err)) }()
	folders, err := r.syncFolders(ctx)
	if err != nil {
		return err
	}
	r.seen(nil)
	r.readZone(ctx)
	var failed firstError
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	run := func(work func() error) {
		g.Go(func() error {
			err := work()
			if hopeless(err) {
				return err
			}
			failed.note(err)
			return nil
		})
	}
	for i, f := range folders {
		run(func() error { return r.syncMessages(ctx, f) })
		if i == 0 { // the inbox; the calendar is what is looked at next
			run(func() error { return r.syncEvents(ctx) })
		}
	}
	if len(folders) == 0 {
		run(func() error { return r.syncEvents(ctx) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if failed.err != nil {
		return failed.err
	}
	if err := r.settleDoubts(r.ctx); err != nil {
		return err
	}
	return r.m.db.Write(r.ctx, "end round", func(tx *store.Tx) error {
		tx.Changed(store.Sync)
		return r.saveScope(r.ctx, tx, scope{name: "all", complete: true, synced: millis(r.m.now())})
	})
}

type firstError struct {
	mu  sync.Mutex
	err error
}

func (f *firstError) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

func hopeless(err error) bool {
	return err != nil && (outlook.IsNetwork(err) || outlook.SignInAgain(err) || outlook.IsUnauthorized(err) || outlook.KeychainFails(err) ||
		cannotKeep(err) || errors.Is(err, context.Canceled))
}

func (r *runner) setSyncing(on bool, problem string) {
	r.mu.Lock()
	r.syncing = on
	if !on {
		r.problem = problem
	}
	r.mu.Unlock()
	r.announce()
}

// readZone keeps the mailbox's own time zone, once for each connection. Without it nothing else fails.
func (r *runner) readZone(ctx context.Context) {
	if r.zoneRead {
		return
	}
	name, err := r.client.MailboxZone(ctx)
	if err != nil {
		r.m.log.Debug("mailbox zone not read", "error", err)
		return
	}
	r.zoneRead = true
	loc, ok := outlook.Location(name)
	if !ok {
		return
	}
	if err := r.m.db.Write(ctx, "keep zone", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE account SET time_zone=? WHERE id=?`, loc.String(), r.account)
		return err
	}); err != nil && ctx.Err() == nil {
		r.m.log.Error("mailbox zone not kept", "error", err)
	}
}
