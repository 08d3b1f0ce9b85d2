package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// Options is what a Mirror needs.
type Options struct {
	DB        *store.DB
	Log       *slog.Logger     // nil: no log
	Now       func() time.Time // nil: time.Now
	Zone      string           // IANA zone of the person, for the dates of all-day events; "": UTC
	PollEvery time.Duration    // between rounds of delta; 0: 60 s
	RetryBase time.Duration    // first wait after a failure, doubled each time; 0: 5 s
	// UndoSend is how long mail and the deletion of an event wait in the outbox before their first request, so that
	// Discard can still take them back.
	UndoSend time.Duration
	// Files is the folder for copies of the files that go with mail written here; "": outbox, beside the file that DB is.
	Files string
}

// Mirror reads and edits what is mirrored, and owns the workers that fill it and carry edits away. It is safe for
// concurrent use. Reads and edits work without any account connected.
type Mirror struct {
	db       *store.DB
	log      *slog.Logger
	now      func() time.Time
	zone     *time.Location
	poll     time.Duration
	retry    time.Duration
	undoSend time.Duration
	// endsEarly is the constant of that name; tests make it smaller.
	endsEarly int
	files     string

	mu         sync.Mutex
	pace       pace
	connecting sync.Mutex
	runners    map[int64]*runner
	closed     bool
}

// New makes a mirror over an open file. It starts nothing; an unknown zone counts as UTC.
func New(opt Options) *Mirror {
	m := &Mirror{db: opt.DB, log: opt.Log, now: opt.Now, zone: time.UTC, poll: opt.PollEvery, retry: opt.RetryBase, undoSend: opt.UndoSend, endsEarly: endsEarly, files: opt.Files, runners: map[int64]*runner{}}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	if m.now == nil {
		m.now = time.Now
	}
	if loc, ok := outlook.Location(opt.Zone); ok {
		m.zone = loc
	}
	if m.poll <= 0 {
		m.poll = time.Minute
	}
	if m.retry <= 0 {
		m.retry = 5 * time.Second
	}
	if m.files == "" {
		m.files = store.OutboxFolder(m.db.Path())
	}
	return m
}

// ErrNotFound is returned (wrapped) when no row has the id asked for.
var ErrNotFound = errors.New("not found")

// ErrNotOrganizer is returned (wrapped) when an event that somebody else organizes, or of a calendar that may only be
// read, is to be changed.
var ErrNotOrganizer = errors.New("only the organizer may change this event")

// ErrClosed is returned by Connect after Close.
var ErrClosed = errors.New("the mirror is closed")

// ErrBadInput says which field of an edit cannot be taken. Field is subject, start, end, location, attendees, to, cc,
// bcc, text, calendar, account, folder, showAs, zone, response, files or state; Why is a short key: empty, invalid, toolong,
// toolarge, before, missing, many, sending or conflict.
type ErrBadInput struct{ Field, Why string }

// Error names the field and the reason.
func (e ErrBadInput) Error() string { return "bad input: " + e.Field + " " + e.Why }

// AccountInfo is what sign-in knows of an account.
type AccountInfo struct {
	Key, UPN, Name string
	Granted        []string
}

// Connect keeps the account's row up to date and starts its workers, which live until Disconnect, Erase or Close,
// whatever becomes of ctx. An account that was connected before gets the new client; one that had to sign in again is
// well again.
func (m *Mirror) Connect(ctx context.Context, info AccountInfo, client *outlook.Client) (Account, error) {
	if info.Key == "" {
		return Account{}, ErrBadInput{"account", "empty"}
	}
	var id int64
	var address string
	err := m.db.Write(ctx, "connect account", func(tx *store.Tx) error {
		err := tx.QueryRowContext(ctx, `INSERT INTO account (key, upn, name, state, granted, added_at) VALUES (?,?,?,'ok',?,?)
			ON CONFLICT (key) DO UPDATE SET upn=excluded.upn, name=excluded.name, state='ok', granted=excluded.granted
			RETURNING id, address`, info.Key, info.UPN, info.Name, strings.Join(info.Granted, " "), millis(m.now())).Scan(&id, &address)
		if err != nil {
			return err
		}
		tx.Changed(store.Accounts, id)
		return nil
	})
	if err != nil {
		return Account{}, err
	}
	m.connecting.Lock() // one at a time: between stopping the old worker and starting the new one nobody may start a third
	defer m.connecting.Unlock()
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return Account{}, ErrClosed
	}
	old := m.runners[id]
	r := newRunner(m, id, info.UPN, client)
	r.address = address
	m.runners[id] = r
	m.mu.Unlock()
	if old != nil {
		old.stop() // before the new one starts: two workers must never send from one queue
	}
	r.start(ctx)
	return m.account(ctx, id)
}

// Disconnect stops the account's workers and waits for them. Rows and queue stay.
func (m *Mirror) Disconnect(_ context.Context, accountID int64) error {
	m.mu.Lock()
	r := m.runners[accountID]
	delete(m.runners, accountID)
	m.mu.Unlock()
	if r != nil {
		r.stop()
	}
	return nil
}

// Close stops all workers and waits for them. The file stays open, so reads and edits still work.
func (m *Mirror) Close() {
	m.mu.Lock()
	m.closed = true
	all := m.runners
	m.runners = map[int64]*runner{}
	m.mu.Unlock()
	for _, r := range all {
		r.cancelled()
	}
	for _, r := range all {
		r.stop()
	}
}

// SyncNow begins a round of everything at once, and lets what waits for the network be tried. An account that is not connected is
// ignored.
func (m *Mirror) SyncNow(accountID int64) {
	if r := m.runner(accountID); r != nil {
		r.whole.Store(true)
		r.wakeSync()
		r.retryOffline.Store(true)
		r.wakeOutbox()
	}
}

func (m *Mirror) runner(accountID int64) *runner {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.runners[accountID]
}

// queued wakes the workers of the accounts whose queues have grown.
func (m *Mirror) queued(accounts ...int64) {
	for _, a := range accounts {
		if r := m.runner(a); r != nil {
			r.wakeOutbox()
		}
	}
}

const accountColumns = `id, key, upn, address, name, granted, state`

type scanner interface{ Scan(...any) error }

func scanAccount(row scanner) (Account, error) {
	var a Account
	var granted, state string
	if err := row.Scan(&a.ID, &a.Key, &a.UPN, &a.Address, &a.Name, &granted, &state); err != nil {
		return Account{}, err
	}
	a.Granted, a.SignIn = strings.Fields(granted), state == "signin"
	return a, nil
}

func (m *Mirror) account(ctx context.Context, id int64) (Account, error) {
	a, err := scanAccount(m.db.Reader().QueryRowContext(ctx, `SELECT `+accountColumns+` FROM account WHERE id=?`, id))
	return a, found("read account", err)
}

// Accounts lists the accounts in the order they were added.
func (m *Mirror) Accounts(ctx context.Context) ([]Account, error) {
	return collect(ctx, m, "list accounts", scanAccount, `SELECT `+accountColumns+` FROM account ORDER BY added_at, id`)
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, m *Mirror, what string, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := m.db.Reader().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, m.db.Examine(err))
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, m.db.Examine(err))
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, m.db.Examine(err))
	}
	return out, nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("mirror: " + err.Error()) // only our own plain structs come here
	}
	return string(b)
}
