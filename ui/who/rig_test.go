package who

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"go.uber.org/goleak"

	"supercrm/crm"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
	"supercrm/ui/uitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// rig is a panel on real records and a real mirror.
type rig struct {
	*uitest.Host
	t     testing.TB
	crm   *crm.CRM
	panel *Panel
	made  int64
}

func newRig(t testing.TB) *rig {
	t.Helper()
	h := uitest.New(t, fyne.NewSize(280, 700))
	m := mirror.New(mirror.Options{DB: h.DB(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }, Zone: "UTC"})
	t.Cleanup(m.Close)
	r := &rig{Host: h, t: t, crm: crm.New(h.DB(), func() time.Time { return noon })}
	r.use(r.crm, m)
	r.mailbox()
	return r
}

// use makes the panel work on these.
func (r *rig) use(records Records, timeline Timeline) {
	r.panel = New(r.Host, records, timeline)
	r.panel.now = func() time.Time { return noon }
	r.Window().SetContent(r.panel.Object())
	r.Window().Resize(fyne.NewSize(280, 700))
}

// show shows parties and waits.
func (r *rig) show(parties ...page.Party) {
	r.panel.Show(parties...)
	r.Settle()
}

func (r *rig) person(p crm.Person) crm.Person {
	r.t.Helper()
	if err := r.crm.SavePerson(r.t.Context(), &p); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// mailbox makes an account with a folder and a calendar, once.
func (r *rig) mailbox() {
	r.exec(`INSERT OR IGNORE INTO account (id, key, upn, name, added_at) VALUES (1, 'k', 'maya@harborline.example', 'Maya', 0)`)
	r.exec(`INSERT OR IGNORE INTO mail_folder (id, account_id, graph_id, name) VALUES (1, 1, 'f', 'Inbox')`)
	r.exec(`INSERT OR IGNORE INTO calendar (id, account_id, graph_id, name) VALUES (1, 1, 'c', 'Calendar')`)
}

// mail puts a received message into the mirror.
func (r *rig) mail(from, subject string, at time.Time) {
	r.mailbox()
	r.made++
	r.exec(`INSERT INTO message (id, account_id, folder_id, graph_id, subject, from_addr, received_at) VALUES (?, 1, 1, ?, ?, ?, ?)`,
		r.made, "m"+strconv.FormatInt(r.made, 10), subject, from, at.UnixMilli())
	r.exec(`INSERT INTO message_address (addr_lc, message_id, role, at) VALUES (?, ?, 'from', ?)`, from, r.made, at.UnixMilli())
}

// meeting puts an event into the mirror.
func (r *rig) meeting(with, subject string, at time.Time) {
	r.mailbox()
	r.made++
	r.exec(`INSERT INTO event (id, account_id, calendar_id, graph_id, kind, subject, start_at, end_at) VALUES (?, 1, 1, ?, 'singleInstance', ?, ?, ?)`,
		r.made, "e"+strconv.FormatInt(r.made, 10), subject, at.UnixMilli(), at.Add(time.Hour).UnixMilli())
	r.exec(`INSERT INTO event_address (addr_lc, event_id, start_at) VALUES (?, ?, ?)`, with, r.made, at.UnixMilli())
}

func (r *rig) exec(query string, args ...any) {
	r.t.Helper()
	err := r.DB().Write(r.t.Context(), "test", func(tx *store.Tx) error {
		tx.Changed(store.Messages)
		tx.Changed(store.Events)
		_, err := tx.ExecContext(r.t.Context(), query, args...)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}
