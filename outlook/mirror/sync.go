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

// syncLoop makes rounds: at once, then polls when it is time or when woken, later after failures.
func (r *runner) syncLoop(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		if r.isPaused() {
			<-ctx.Done()
			return
		}
		err := r.turn(ctx)
		if ctx.Err() != nil {
			return
		}
		r.learn(err)
		if err != nil {
			failures++
			r.m.log.Warn("mirror round failed", "account", r.account, "failures", failures, "error", err)
		} else {
			failures = 0
			r.mu.Lock()
			r.wellAt = r.m.now()
			r.mu.Unlock()
			if err := r.trimLedger(ctx); err != nil && ctx.Err() == nil {
				r.m.log.Error("ledger not trimmed", "error", err)
			}
		}
		poke(r.bodyWake)
		r.untilDue(ctx, failures, outlook.IsNetwork(err))
	}
}

// turn is one round of everything where that is needed, else a poll.
func (r *runner) turn(ctx context.Context) error {
	if r.whole.Swap(false) || !r.poll.ready || r.m.now().Sub(r.poll.wholeAt) > wholeEvery {
		err := r.round(ctx)
		if err != nil {
			r.whole.Store(true)
		}
		return err
	}
	return r.pollRound(ctx)
}

// round brings folders, messages, calendars and events up to date. A folder that fails does not stop the others, unless
// nothing would work: no network, no sign-in.
func (r *runner) round(ctx context.Context) (err error) {
	r.setSyncing(true, "")
	r.late.begin(r.m.now())
	defer func() { r.setSyncing(false, problemOf(err)) }()
	r.beginProbe(outlook.WithPriority(ctx, outlook.InView))
	folders, err := r.syncFolders(outlook.WithPriority(ctx, outlook.InView))
	if err != nil {
		return err
	}
	r.learn(nil)
	r.readZone(outlook.WithPriority(ctx, outlook.Near))
	r.prefetch(outlook.WithPriority(ctx, outlook.Near), folders)
	defer r.answers.clear()
	work := newJobs(ctx)
	for i, f := range folders {
		priority := outlook.Backfill
		switch {
		case r.inView(f.id):
			priority = outlook.InView
		case i == 0: // the inbox; the calendar is what is looked at next
			priority = outlook.Near
		}
		work.run(func(ctx context.Context) error { return r.syncMessages(outlook.WithPriority(ctx, priority), f) })
		if i == 0 {
			work.run(func(ctx context.Context) error { return r.syncEvents(outlook.WithPriority(ctx, outlook.Near)) })
		}
	}
	if len(folders) == 0 {
		work.run(func(ctx context.Context) error { return r.syncEvents(outlook.WithPriority(ctx, outlook.Near)) })
	}
	work.run(func(ctx context.Context) error { return r.syncContacts(outlook.WithPriority(ctx, outlook.Backfill)) })
	work.run(func(ctx context.Context) error { return r.syncCategories(outlook.WithPriority(ctx, outlook.Backfill)) })
	if err := work.wait(); err != nil {
		if !hopeless(err) { // one folder that always fails does not leave the others' rows in doubt
			err = errors.Join(err, r.settleDoubts(r.ctx))
		}
		return err
	}
	r.poll.ready, r.poll.wholeAt = true, r.m.now()
	return r.endRound(nil)
}

// endRound notes that everything was looked at, and keeps the new links of scopes in which nothing was new.
func (r *runner) endRound(quiet []quietScope) error {
	if err := r.settleDoubts(r.ctx); err != nil {
		return err
	}
	if err := r.endFolders(r.ctx); err != nil {
		return err
	}
	return r.m.db.Write(r.ctx, "end round", func(tx *store.Tx) error {
		tx.Changed(store.Sync)
		for _, s := range quiet {
			if err := r.renewLink(r.ctx, tx, s); err != nil {
				return err
			}
		}
		return r.saveScope(r.ctx, tx, scope{name: "all", complete: true, synced: millis(r.m.now())})
	})
}

// jobs runs readings of several scopes, a few at a time. One that fails does not stop the others, unless nothing would
// work.
type jobs struct {
	g      *errgroup.Group
	ctx    context.Context
	failed firstError
}

func newJobs(ctx context.Context) *jobs {
	j := &jobs{}
	j.g, j.ctx = errgroup.WithContext(ctx)
	j.g.SetLimit(atOnce)
	return j
}

func (j *jobs) run(work func(context.Context) error) {
	j.g.Go(func() error {
		err := work(j.ctx)
		if hopeless(err) {
			return err
		}
		j.failed.note(err)
		return nil
	})
}

func (j *jobs) wait() error {
	if err := j.g.Wait(); err != nil {
		return err
	}
	return j.failed.err
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
