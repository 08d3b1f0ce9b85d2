package ledger

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/uitest"
)

// book is a real mirror without a network, whose verification the test plays.
type book struct {
	*mirror.Mirror
	verify chan mirror.Verification
	began  chan bool
}

func (b *book) Verify(ctx context.Context, account int64, progress func(mirror.VerifyProgress)) (mirror.Verification, error) {
	progress(mirror.VerifyProgress{Place: 3, Places: 11, Items: 4200})
	b.began <- true
	select {
	case v := <-b.verify:
		return v, nil
	case <-ctx.Done():
		return mirror.Verification{Cancelled: true}, ctx.Err()
	}
}

func openPage(t *testing.T, size fyne.Size, rows int) (*uitest.Host, *book, *Page) {
	t.Helper()
	h := uitest.New(t, size)
	b := &book{Mirror: mirror.New(mirror.Options{DB: h.DB()}), verify: make(chan mirror.Verification, 1), began: make(chan bool, 1)}
	t.Cleanup(b.Close)
	ctx := t.Context()
	if err := h.DB().Write(ctx, "fixture", func(tx *store.Tx) error {
		for _, q := range []string{
			`INSERT INTO account (id, key, upn, name, added_at) VALUES (1,'t.o','maya.torres@harborline.example','Maya Torres',1)`,
			`INSERT INTO mail_folder (id, account_id, graph_id, name, well_known) VALUES (1,1,'F','Inbox','inbox'), (2,1,'A','Archive','archive')`,
			`INSERT INTO calendar (id, account_id, graph_id, name) VALUES (1,1,'K','Calendar')`,
			`INSERT INTO message (id, account_id, folder_id, graph_id, subject) VALUES (7,1,1,'M','Offer for the new line, delivery in week 49')`,
			`INSERT INTO event (id, account_id, calendar_id, graph_id, kind, subject, start_at, end_at) VALUES (9,1,1,'E','singleInstance','Quarterly review',0,1)`,
		} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC).UnixMilli()
		kinds := []struct{ kind, item, out, what, why, who, fields any }{
			{"message", 7, 0, "new", "first", "service", ""}, {"message", 7, 1, "queued", "mail.read", "you", "read"}, {"message", 7, 1, "sent", "mail.read", "you", "read"},
			{"event", 9, 0, "changed", "delta", "elsewhere", "location time"}, {"event", 9, 1, "conflict", "event.edit", "you", "subject time"}, {"event", 9, 1, "resolved", "event.edit", "you", "subject"},
			{"message", 99, 0, "deleted", "delta", "elsewhere", ""}, {"message", 0, 1, "queued", "mail.send", "you", ""}, {"event", 9, 1, "failed", "event.edit", "you", "refused"},
			{"message", 7, 0, "moved", "verify", "elsewhere", "folder"},
		}
		for i := range rows {
			k := kinds[i%len(kinds)]
			if _, err := tx.Exec(`INSERT INTO ledger (account_id, at, item_kind, item_id, outwards, what, why, who, fields) VALUES (1,?,?,?,?,?,?,?,?)`,
				at+int64(i)*61_000, k.kind, k.item, k.out, k.what, k.why, k.who, k.fields); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p := New(h, b)
	h.Show(p)
	h.Until("the ledger is read", func() bool { return len(p.rows) > 0 || rows == 0 && p.accounts != nil })
	return h, b, p
}

func TestLedgerIsReadAndFiltered(t *testing.T) {
	h, _, p := openPage(t, fyne.NewSize(1200, 700), 700)
	for _, words := range []string{"confirmed: read", "changed: place, time", "a message that is gone (row 99)", "failed: refused", "decided, mine for title", "you wrote it", "first reading of the mailbox"} {
		if !uitest.Shows(p.Object(), words) {
			t.Errorf("%q is not shown", words)
		}
	}
	if len(p.rows) != batch || p.rows[0].ID < p.rows[1].ID {
		t.Fatal("not the newest first", len(p.rows))
	}
	p.list.Reveal(len(p.rows) - 1)
	h.Until("older rows come", func() bool { return len(p.rows) > batch })
	p.direction.Select(1)
	h.Until("only what came in", func() bool { return len(p.rows) > 0 && !p.rows[0].Out && !uitest.Shows(p.Object(), "queued") })
	p.direction.Select(0)
	p.OpenItem("event", 9)
	h.Until("one item", func() bool {
		return uitest.Shows(p.Object(), "Only “Quarterly review”") && !uitest.Shows(p.Object(), "Offer")
	})
	shown := ""
	p.OnShow = func(kind string, id int64) { shown = fmt.Sprint(kind, id) }
	p.list.OnOpen(0)
	if shown != "event9" {
		t.Fatal(shown)
	}
	if !uitest.Press(p.Object(), "Show the history of everything again") {
		t.Fatal("no way back")
	}
	h.Until("everything again", func() bool { return uitest.Shows(p.Object(), "Offer") })
}

// What was chosen before must not hide the history that is asked for, nor stay lit once it counts no more.
func TestHistoryOfOneItemForgetsWhatWasChosen(t *testing.T) {
	h, _, p := openPage(t, fyne.NewSize(1200, 700), 60)
	p.kind.Select(1)
	p.direction.Select(2)
	h.Until("only mail that went out", func() bool { return len(p.rows) > 0 && !uitest.Shows(p.Object(), "Quarterly review") })
	p.OpenItem("event", 9)
	h.Until("both directions of one item", func() bool {
		return uitest.Shows(p.Object(), "changed: place, time") && uitest.Shows(p.Object(), "failed: refused")
	})
	if p.direction.Selected() != 0 {
		t.Error("“Out” is lit")
	}
	if !uitest.Press(p.Object(), "Show the history of everything again") {
		t.Fatal("no way back")
	}
	h.Until("everything", func() bool {
		return uitest.Shows(p.Object(), "Offer") && uitest.Shows(p.Object(), "Quarterly review")
	})
	p.kind.Select(1)
	h.Until("mail, although it was chosen before", func() bool { return !uitest.Shows(p.Object(), "Quarterly review") })
}

func TestFiltersThatLeaveNothingSaySo(t *testing.T) {
	h, _, p := openPage(t, fyne.NewSize(1200, 700), 1) // mail that came in
	p.direction.Select(2)
	h.Until("nothing is left", func() bool { return len(p.rows) == 0 })
	if !uitest.Shows(p.Object(), "No such changes") || uitest.Shows(p.Object(), "Nothing has changed yet") {
		t.Fatal(uitest.Texts(p.Object()))
	}
	if !uitest.Press(p.Object(), "Show all") {
		t.Fatal("no way back")
	}
	h.Until("it is there again", func() bool { return len(p.rows) == 1 })
	if p.direction.Selected() != 0 {
		t.Fatal("“Out” is still lit")
	}
}

func TestVerifyShowsProgressAndResult(t *testing.T) {
	h, b, p := openPage(t, fyne.NewSize(1200, 700), 20)
	if !uitest.Press(p.Header(), "Verify mailbox") {
		t.Fatal("no button")
	}
	<-b.began
	h.Until("progress", func() bool { return uitest.Shows(p.Object(), "Folder or calendar 3 of 11 · 4200 items compared") })
	if uitest.Press(p.Header(), "Verify mailbox") {
		t.Fatal("it can be begun twice")
	}
	if !uitest.Press(p.Object(), "Stop") {
		t.Fatal("it cannot be stopped")
	}
	h.Until("it has stopped", func() bool { return len(h.Toasts) == 1 && !uitest.Shows(p.Object(), "Folder or calendar") })
	report(t, h)
	h.Until("the report", func() bool {
		return uitest.Shows(p.Object(), "4201 items compared, 5 differed and were repaired")
	})
	if !uitest.Press(p.Object(), "Details") || !uitest.Shows(p.Object(), "Archive") {
		t.Fatal(uitest.Texts(p.Object()))
	}
}

func report(t *testing.T, h *uitest.Host) {
	t.Helper()
	v := `{"at":"2026-11-23T09:14:00Z","requests":18,"places":[{"kind":"folder","id":1,"server":4100,"here":4098,"fetched":2,"removed":0,"renewed":2},{"kind":"folder","id":2,"server":1,"here":1,"waiting":0},{"kind":"calendar","id":1,"server":100,"here":101,"removed":1}]}`
	if err := h.DB().Write(t.Context(), "report", func(tx *store.Tx) error {
		tx.Changed(store.Ledger)
		_, err := tx.Exec(`INSERT OR REPLACE INTO verification VALUES (1,1,?)`, v)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Pictures for whoever wants to look: SUPERCRM_SHOTS names a folder.
func TestPictures(t *testing.T) {
	dir := os.Getenv("SUPERCRM_SHOTS")
	if dir == "" {
		t.Skip("SUPERCRM_SHOTS is not set")
	}
	for name, mode := range map[string]kit.Mode{"light": kit.ModeLight, "dark": kit.ModeDark} {
		for _, size := range []fyne.Size{fyne.NewSize(1212, 720), fyne.NewSize(956, 560)} {
			for _, rows := range []int{0, 1, 60} {
				h, _, p := openPage(t, size, rows)
				fyne.CurrentApp().Settings().SetTheme(kit.NewTheme(mode))
				if rows == 1 {
					p.direction.Select(2)
					h.Until("nothing is left", func() bool { return len(p.rows) == 0 })
				}
				if rows > 1 {
					report(t, h)
					h.Until("the report", func() bool { return uitest.Shows(p.Object(), "4201") })
					uitest.Press(p.Object(), "Details")
				}
				f, err := os.Create(filepath.Join(dir, fmt.Sprintf("ledger-%d-%s-%.0f.png", rows, name, size.Width)))
				if err != nil {
					t.Fatal(err)
				}
				err = errors.Join(png.Encode(f, h.Window().Canvas().Capture()), f.Close())
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
