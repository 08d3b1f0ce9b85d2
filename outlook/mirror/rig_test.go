package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/contract"
	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/recurrence"
	"supercrm/internal/store"
	"supercrm/outlook"
)

// rig is a mailbox of the simulated tenant and a mirror of it.
type rig struct {
	t       testing.TB
	reg     *mailbox.Registry
	box     *mailbox.Mailbox
	h       *graph.Handler
	server  *httptest.Server
	hourly  atomic.Bool // tokens end with the hour, and only a refusal tells
	cached  atomic.Pointer[string]
	poll    time.Duration // where time is simulated; 0: 20 s
	step    time.Duration // between looks at whether something is true
	path    string
	db      *store.DB
	m       *Mirror
	account int64
	offset  atomic.Int64 // added to the clock
	token   atomic.Pointer[error]
	http    *http.Client
	down    atomic.Bool // no network
	cable   *cable

	pollEvery time.Duration // 0: 50 ms
	scopes    []string      // of every token; changed before start
}

// filtered is how many messages the service tells in a filtered first round; the real one tells 5,000.
const filtered = 300

const me = "maya.torres@harborline.example"

func newRig(t testing.TB) *rig { return newRigOn(t, nil) }

// newRigOn makes a rig whose network is in memory where line is not nil: then it may live in a synctest bubble.
func newRigOn(t testing.TB, line *memoryLine) *rig {
	t.Helper()
	r := &rig{t: t, path: filepath.Join(t.TempDir(), "supercrm.db"), step: 3 * time.Millisecond}
	reg := mailbox.NewRegistry(r.now)
	r.reg, r.scopes = reg, []string{"User.Read", "Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Calendars.Read.Shared", "Contacts.Read", "MailboxSettings.Read"}
	r.box = reg.Add(mailbox.Owner{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000001", UPN: me, Name: "Maya Torres"})
	r.h = graph.NewHandler(graph.Options{Mailboxes: reg, Now: r.now, FourAtOnce: true, Observe: contract.Watch(t), MaxFiltered: filtered, Verify: func(token string) (graph.Caller, error) {
		if m, ok := reg.Mailbox(token); ok { // other people's tokens are their addresses
			return graph.Caller{ObjectID: m.Owner().ObjectID, UPN: m.Owner().UPN, Scopes: r.scopes}, nil
		}
		if token != r.valid() {
			return graph.Caller{}, errors.New("unknown token")
		}
		return graph.Caller{ObjectID: r.box.Owner().ObjectID, UPN: me, Scopes: r.scopes}, nil
	}})
	dial := new(net.Dialer).DialContext
	if line == nil {
		r.server = httptest.NewServer(r.h)
	} else {
		r.step = 250 * time.Millisecond
		r.server = &httptest.Server{Listener: line, Config: &http.Server{Handler: r.h}}
		r.server.Start()
		dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return line.dial(ctx) }
	}
	r.cable = &cable{Transport: &http.Transport{DialContext: dial}, down: &r.down}
	r.http = &http.Client{Transport: r.cable}
	t.Cleanup(r.server.Close)
	t.Cleanup(func() {
		r.stop()
		r.http.CloseIdleConnections()
	})
	return r
}

func (r *rig) now() time.Time { return time.Now().Add(time.Duration(r.offset.Load())) }

// valid is the token that the service takes at this time.
func (r *rig) valid() string {
	if !r.hourly.Load() {
		return "good"
	}
	return fmt.Sprint("good until ", r.now().Truncate(time.Hour).Add(time.Hour).Unix())
}

// start opens the file and connects; stop ends both, as a quit does.
func (r *rig) start() {
	r.t.Helper()
	db, err := store.Open(r.t.Context(), r.path)
	must(r.t, err)
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("MIRROR_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	poll, retry := cmp.Or(r.pollEvery, 50*time.Millisecond), 30*time.Millisecond
	if r.step > 100*time.Millisecond { // simulated time
		poll, retry = max(r.poll, 20*time.Second), time.Second
	}
	r.db, r.m = db, New(Options{DB: db, Now: r.now, Zone: "Europe/Berlin", PollEvery: poll, RetryBase: retry, Log: log})
	r.m.endsEarly = filtered - 20
	r.connect()
}

func (r *rig) connect() {
	r.t.Helper()
	client, err := outlook.New(outlook.Options{BaseURL: r.server.URL + "/graph/v1.0", HTTP: r.http, RetryBase: 5 * time.Millisecond, Timeout: 2 * time.Second,
		Token: func(context.Context) (string, error) {
			if err := r.token.Load(); err != nil {
				return "", *err
			}
			if held := r.cached.Load(); held != nil && r.hourly.Load() {
				return *held, nil
			}
			good := r.valid()
			r.cached.Store(&good)
			return good, nil
		}, Invalidate: func(string) { r.cached.Store(nil) }})
	must(r.t, err)
	a, err := r.m.Connect(r.t.Context(), AccountInfo{Key: "t.maya", UPN: me, Name: "Maya Torres", Granted: []string{"Mail.ReadWrite"}}, client)
	must(r.t, err)
	r.account = a.ID
}

func (r *rig) stop() {
	if r.m != nil {
		r.m.Close()
		r.db.Close()
		r.m = nil
	}
}

// until waits for something to become true.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	deadline := time.Now().Add(time.Minute)
	if r.step > 100*time.Millisecond {
		deadline = deadline.Add(15 * time.Minute) // simulated
	}
	for !ok() {
		if time.Now().After(deadline) {
			box, _ := r.m.Outbox(r.t.Context())
			st, _ := r.m.Status(r.t.Context())
			r.t.Fatalf("never: %s\noutbox %+v\nstatus %+v", what, box, st)
		}
		time.Sleep(r.step)
	}
}

// synced waits for a round that began after the call. Where no poll is due for long, none is under way afterwards either: what the test changes on
// the other side then is told when it says so.
func (r *rig) synced() {
	r.t.Helper()
	for range 2 { // the first may have been under way
		var before int64
		_ = r.db.Reader().QueryRow(`SELECT synced_at FROM sync_state WHERE scope='all'`).Scan(&before)
		time.Sleep(2 * time.Millisecond) // the stamp counts milliseconds
		r.m.SyncNow(r.account)
		r.until("a round ends", func() bool {
			var at int64
			_ = r.db.Reader().QueryRow(`SELECT synced_at FROM sync_state WHERE scope='all'`).Scan(&at)
			return at != before && at != 0
		})
	}
	if r.pollEvery >= time.Hour {
		r.rests()
	}
}

// offline takes the network away, and returns when it was noticed and nothing is under way any more.
func (r *rig) offline() {
	r.down.Store(true)
	r.until("it is noticed", func() bool {
		r.m.SyncNow(r.account)
		st, err := r.m.Status(r.t.Context())
		must(r.t, err)
		return st[0].Offline && r.cable.busy.Load() == 0
	})
}

// triedInVain waits until everything in the outbox was tried as it stands, without a network: then no attempt to send it as
// it was before is under way.
func (r *rig) triedInVain() {
	r.t.Helper()
	r.until("it is tried without a network", func() bool {
		box, err := r.m.Outbox(r.t.Context())
		must(r.t, err)
		return !slices.ContainsFunc(box, func(it OutboxItem) bool { return it.Reason != reasonOffline })
	})
}

func (r *rig) sent() {
	r.t.Helper()
	r.until("the outbox is empty", func() bool {
		box, err := r.m.Outbox(r.t.Context())
		must(r.t, err)
		return len(box) == 0
	})
}

// fault makes requests that match go wrong, at most times times. No method: all of them.
func (r *rig) fault(method, part string, times int64, f graph.Fault) *atomic.Int64 {
	var n atomic.Int64
	r.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if (method == "" || req.Method == method) && strings.Contains(req.URL.Path, part) && n.Add(1) <= times {
			g := f
			return &g
		}
		return nil
	})
	return &n
}

// furnish puts mail, a single meeting, an all-day one and a series with an exception into the mailbox.
func (r *rig) furnish(mails int) (series string) {
	for i := range mails {
		mail := mailbox.Mail{From: mailbox.Address{Name: "Anna Lindqvist", Addr: "anna.lindqvist@nordwind-logistics.example"},
			To: []mailbox.Address{{Name: "Maya Torres", Addr: me}}, Subject: fmt.Sprintf("Quote %d", i), At: r.now().Add(-time.Duration(i) * time.Hour),
			Body: mailbox.Body{HTML: true, Text: fmt.Sprintf("<html><body><p>Pallets, number%d, please.</p></body></html>", i)}}
		if i%5 == 0 {
			mail.Attachments = []mailbox.Attachment{{Num: 1, Name: "quote.txt", Type: "text/plain", Bytes: []byte("forty pallets")}}
		}
		r.box.Deliver(mail)
	}
	day := r.now().UTC().Truncate(24 * time.Hour)
	r.box.NewEvent(mailbox.Event{Subject: "Review", Start: day.Add(34 * time.Hour), End: day.Add(35 * time.Hour), StartZone: "W. Europe Standard Time", EndZone: "W. Europe Standard Time",
		IsOrganizer: true, Response: "organizer", Organizer: r.box.Owner().Address(), Attendees: []mailbox.Attendee{{Address: mailbox.Address{Addr: "anna.lindqvist@nordwind-logistics.example"}, Type: "required", Response: "none"}}})
	r.box.NewEvent(mailbox.Event{Subject: "Fair", Start: day.AddDate(0, 0, 3), End: day.AddDate(0, 0, 5), AllDay: true, StartZone: "W. Europe Standard Time", EndZone: "W. Europe Standard Time",
		IsOrganizer: true, Response: "organizer", Organizer: r.box.Owner().Address()})
	series = r.box.NewEvent(mailbox.Event{Subject: "Standup", Start: day.Add(8 * time.Hour), End: day.Add(8*time.Hour + 15*time.Minute), StartZone: "W. Europe Standard Time", EndZone: "W. Europe Standard Time",
		IsOrganizer: true, Response: "organizer", Organizer: r.box.Owner().Address(), Location: "Room 1",
		Rule: &recurrence.Rule{Type: recurrence.Weekly, Interval: 1, Days: []time.Weekday{time.Monday, time.Wednesday}, Range: recurrence.NoEnd, Start: recurrence.DayOf(day)}})
	return series
}

// same compares the mirror with the mailbox: every message in its folder, every event at its time.
func (r *rig) same() {
	r.t.Helper()
	if diff := r.diff(); diff != "" {
		r.t.Fatal(diff)
	}
}

// indexed compares the full-text index with the rows: each is in it once, and nothing else is.
func (r *rig) indexed() {
	r.t.Helper()
	for _, view := range []string{"message_search", "event_search", "person_search", "company_search", "person_note_search", "company_note_search"} {
		var lost int
		must(r.t, r.db.Reader().QueryRow(`SELECT count(*) FROM `+view+` WHERE doc NOT IN (SELECT id FROM search_fts_docsize)`).Scan(&lost))
		if lost != 0 {
			r.t.Errorf("%s: %d rows cannot be found", view, lost)
		}
	}
	var extra int
	must(r.t, r.db.Reader().QueryRow(`SELECT count(*) FROM search_fts_docsize WHERE id NOT IN (SELECT doc FROM message_search UNION ALL SELECT doc FROM event_search
		UNION ALL SELECT doc FROM person_search UNION ALL SELECT doc FROM company_search UNION ALL SELECT doc FROM person_note_search UNION ALL SELECT doc FROM company_note_search)`).Scan(&extra))
	if extra != 0 {
		r.t.Errorf("%d documents of rows that are gone", extra)
	}
}

func (r *rig) diff() string {
	ctx := r.t.Context()
	folders, err := r.m.Folders(ctx, r.account)
	must(r.t, err)
	if len(folders) < 5 {
		return fmt.Sprintf("%d folders", len(folders))
	}
	for _, f := range folders {
		if f.WellKnown == "" {
			continue
		}
		ids, err := r.m.MessageIDs(ctx, f.ID, false)
		must(r.t, err)
		rows, err := r.m.MessageRows(ctx, ids)
		must(r.t, err)
		var have, want []string
		for _, m := range rows {
			have = append(have, fmt.Sprint(m.Subject, " read=", m.Read, " draft=", m.Draft, " flagged=", m.Flagged, " ", m.Categories))
		}
		for _, m := range r.box.Messages(f.WellKnown) {
			want = append(want, fmt.Sprint(m.Subject, " read=", m.Read, " draft=", m.Draft, " flagged=", m.Flagged, " ", m.Categories))
		}
		if d := apart(have, want); d != "" {
			return f.WellKnown + ": " + d
		}
	}
	from, to := r.m.window()
	from, to = from.AddDate(0, 0, 8), to.AddDate(0, 0, -8) // inside every window that a round may have
	events, err := r.m.Events(ctx, from, to)
	must(r.t, err)
	var have, want []string
	for _, e := range events {
		have = append(have, fmt.Sprint(e.Start.Format(time.RFC3339), " ", e.End.Format(time.RFC3339), " ", e.Subject, " ", e.AllDay, " ", e.Location))
	}
	for _, e := range r.box.EventsBetween(from, to) {
		if e.Kind == "seriesMaster" {
			continue
		}
		want = append(want, fmt.Sprint(e.Start.Format(time.RFC3339), " ", e.End.Format(time.RFC3339), " ", e.Subject, " ", e.AllDay, " ", e.Location))
	}
	if d := apart(have, want); d != "" {
		return "events: " + d
	}
	return ""
}

// apart says what only one of the sides has.
func apart(mirror, mailbox []string) string {
	slices.Sort(mirror)
	slices.Sort(mailbox)
	var one, other []string
	for len(mirror) > 0 || len(mailbox) > 0 {
		switch {
		case len(mailbox) == 0 || len(mirror) > 0 && mirror[0] < mailbox[0]:
			one, mirror = append(one, mirror[0]), mirror[1:]
		case len(mirror) == 0 || mailbox[0] < mirror[0]:
			other, mailbox = append(other, mailbox[0]), mailbox[1:]
		default:
			mirror, mailbox = mirror[1:], mailbox[1:]
		}
	}
	if len(one)+len(other) == 0 {
		return ""
	}
	return fmt.Sprintf("only the mirror has %q\nonly the mailbox has %q", one, other)
}

func (r *rig) find(subject string) Event {
	r.t.Helper()
	from, to := r.m.window()
	events, err := r.m.Events(r.t.Context(), from, to)
	must(r.t, err)
	for _, e := range events {
		if e.Subject == subject {
			return e
		}
	}
	r.t.Fatalf("no event %q among %d", subject, len(events))
	return Event{}
}

func (r *rig) graphID(table string, id int64) (s string) {
	r.t.Helper()
	must(r.t, r.db.Reader().QueryRow(`SELECT graph_id FROM `+table+` WHERE id=?`, id).Scan(&s))
	return s
}

func (r *rig) mail(subject string) MessageRow {
	r.t.Helper()
	var id int64
	must(r.t, r.db.Reader().QueryRow(`SELECT id FROM message WHERE subject=?`, subject).Scan(&id))
	rows, err := r.m.MessageRows(r.t.Context(), []int64{id})
	must(r.t, err)
	return rows[0]
}

type signInAgain struct{}

func (signInAgain) Error() string     { return "the grant is gone" }
func (signInAgain) SignInAgain() bool { return true }

type keychainFails struct{}

func (keychainFails) Error() string       { return "the keychain is locked" }
func (keychainFails) KeychainFails() bool { return true }
