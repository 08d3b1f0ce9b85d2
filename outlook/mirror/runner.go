package mirror

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// runner owns the workers of one connected account: one that follows the mailbox, one that empties the outbox, one that
// fetches what a delta leaves out.
type runner struct {
	m       *Mirror
	account int64
	upn     string
	client  *outlook.Client

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	syncWake, outboxWake, fileWake, bodyWake chan struct{} // one slot each: a wake is not lost and not repeated
	paceWake, lookWake                       chan struct{} // the sync worker's: its pace, or what is on the screen, has changed
	retryOffline                             atomic.Bool   // what waits for the network is to be tried now
	whole                                    atomic.Bool   // the next round looks at everything

	zoneRead bool      // by the sync worker only
	trimmed  time.Time // the ledger; likewise
	poll     poll      // by the sync worker only
	answers  answers
	late     lateness
	// What could not be completed, and whose attachments could not be fetched.
	laterBodies, laterFiles later
	noBatch                 atomic.Int64 // until when the service takes no batches, in milliseconds since 1970

	mu      sync.Mutex
	address string // the mailbox's own, as the calendars tell; "" until they have
	stopped bool
	syncing bool
	offline bool
	problem string
	paused  bool // sign in again: only a new Connect goes on
	wanted  []int64
	names   map[string]string // folder graph id → well-known name
	namesAt time.Time
	// When what changes seldom was read last.
	categoriesAt, contactsAt time.Time
	allCalls                 int       // how often that was called for
	refused                  int       // answers of 401 in a row
	wellAt                   time.Time // when a round ended without a failure
}

func newRunner(m *Mirror, account int64, upn string, client *outlook.Client) *runner {
	return &runner{m: m, account: account, upn: upn, client: client,
		syncWake: make(chan struct{}, 1), outboxWake: make(chan struct{}, 1), fileWake: make(chan struct{}, 1), bodyWake: make(chan struct{}, 1),
		paceWake: make(chan struct{}, 1), lookWake: make(chan struct{}, 1)}
}

// start begins the workers. They keep ctx's values and not its end: they live until stop.
func (r *runner) start(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.spawn("sync", r.syncLoop)
	r.spawn("outbox", r.outboxLoop)
	r.spawn("files", r.fileLoop)
	r.spawn("bodies", r.bodyLoop)
}

// spawn starts a worker. One that panics is reported and begun again after a while: the others and the program go on.
func (r *runner) spawn(name string, work func(context.Context)) {
	r.wg.Go(func() {
		for r.ctx.Err() == nil {
			func() {
				defer func() {
					if p := recover(); p != nil {
						r.m.log.Error("mirror worker failed", "worker", name, "panic", p, "stack", string(debug.Stack()))
					}
				}()
				work(r.ctx)
			}()
			wait(r.ctx, nil, time.Minute)
		}
	})
}

func (r *runner) cancelled() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	if r.cancel != nil {
		r.cancel()
	}
}

// stop ends the workers and waits for them.
func (r *runner) stop() {
	r.cancelled()
	r.wg.Wait()
}

// wait returns after d, when woken, or when ctx ends. d <= 0 waits for the other two.
func wait(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	var after <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		after = t.C
	}
	select {
	case <-ctx.Done():
	case <-wake:
	case <-after:
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (r *runner) wakeSync() { poke(r.syncWake) }

func (r *runner) wakeOutbox() {
	poke(r.outboxWake)
	poke(r.fileWake)
}

func (r *runner) wantBody(id int64) {
	r.mu.Lock()
	if len(r.wanted) < 1000 {
		r.wanted = append(r.wanted, id)
	}
	r.mu.Unlock()
	poke(r.bodyWake)
}

func (r *runner) isPaused() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.paused
}

// seen notes how a request ended: whether the network is there, and whether the account must sign in again. When the network
// has come back the next round is made at once.
func (r *runner) seen(err error) {
	if r.learn(err) {
		r.wakeSync()
	}
}

// learn is seen for the round itself, which wakes nobody to make another: one whose beginning succeeds and whose end always
// fails would be made without a rest.
func (r *runner) learn(err error) (back bool) {
	if err != nil && (errors.Is(err, context.Canceled) || r.ctx.Err() != nil) {
		return false
	}
	r.mu.Lock()
	if outlook.IsUnauthorized(err) {
		r.refused++ // a fresh token was refused too; more than once is no accident
	} else if err == nil {
		r.refused = 0
	}
	again := r.refused >= 3 || outlook.SignInAgain(err)
	r.mu.Unlock()
	if again {
		r.pause()
		return false
	}
	r.mu.Lock()
	was := r.offline
	r.offline = outlook.IsNetwork(err)
	now := r.offline
	r.mu.Unlock()
	if was != now {
		r.announce()
	}
	if back = was && !now; back {
		r.anew()
		r.retryOffline.Store(true)
		r.wakeOutbox()
	}
	return back
}

// anew has what failed in the background tried again.
func (r *runner) anew() {
	r.laterBodies.clear()
	r.laterFiles.clear()
	poke(r.bodyWake)
}

func (r *runner) announce() { r.m.db.Hub().Announce(store.Sync) }

// pause marks the account: the person must sign in again. Cache and queue stay as they are.
func (r *runner) pause() {
	r.mu.Lock()
	was := r.paused
	r.paused = true
	r.mu.Unlock()
	if was {
		return
	}
	err := r.m.db.Write(r.ctx, "mark account", func(tx *store.Tx) error {
		tx.Changed(store.Accounts, r.account)
		tx.Changed(store.Sync)
		_, err := tx.ExecContext(r.ctx, `UPDATE account SET state='signin' WHERE id=?`, r.account)
		return err
	})
	if err != nil {
		r.m.log.Error("account not marked", "error", err)
	}
}

// cannotKeep says that the file takes nothing: asking the service for more would be of no use.
func cannotKeep(err error) bool {
	return errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrDamaged)
}
