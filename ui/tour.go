package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// Walk goes through the pages of the running program as a visitor would and takes a picture of each, light and dark, in
// the usual and the smallest window. shoot keeps a picture of the window as it is, under a name. Sign-in must be answered
// by whoever gets the address. It runs on a goroutine and ends early with the first step that does not come about.
func (a *App) Walk(ctx context.Context, shoot func(ctx context.Context, name string) error) error {
	w := &walk{a: a, ctx: ctx, shoot: shoot}
	for _, step := range []func() error{w.comeIn, w.seeMail, w.seeCalendar, w.seePeople, w.seeRest} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type walk struct {
	a     *App
	ctx   context.Context
	shoot func(context.Context, string) error
}

// on runs fn on the UI thread and waits for it.
func (w *walk) on(fn func()) error {
	done := make(chan struct{})
	w.a.Do(func() {
		defer close(done)
		fn()
	})
	select {
	case <-done:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// until waits for something to become true; ok is called on the UI thread.
func (w *walk) until(what string, ok func() bool) error {
	deadline := time.Now().Add(60 * time.Second)
	for {
		is := false
		if err := w.on(func() { is = ok() }); err != nil {
			return err
		}
		if is {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("tour: waited in vain for %s", what)
		}
		if err := w.rest(50 * time.Millisecond); err != nil {
			return err
		}
	}
}

func (w *walk) rest(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// settle is how long a page has for its reads and paints before a picture is taken.
const settle = 700 * time.Millisecond

var looks = []struct {
	suffix string
	mode   kit.Mode
	size   fyne.Size
}{
	{"dark-small", kit.ModeDark, fyne.NewSize(1024, 640)},
	{"light-small", kit.ModeLight, fyne.NewSize(1024, 640)},
	{"dark", kit.ModeDark, fyne.NewSize(1280, 800)},
	{"light", kit.ModeLight, fyne.NewSize(1280, 800)},
}

// pictures takes what is on the screen in every look.
func (w *walk) pictures(name string) error {
	for _, l := range looks {
		if err := w.on(func() {
			w.a.applyMode(l.mode)
			w.a.window.Resize(l.size)
		}); err != nil {
			return err
		}
		if err := w.picture(name + "-" + l.suffix); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) picture(name string) error {
	if err := w.rest(settle); err != nil {
		return err
	}
	return w.shoot(w.ctx, name)
}

func (w *walk) comeIn() error {
	if err := w.until("the welcome page", func() bool { return w.a.welcome != nil }); err != nil {
		return err
	}
	if err := w.pictures("welcome"); err != nil {
		return err
	}
	if err := w.on(func() { w.a.welcome.Administrator() }); err != nil {
		return err
	}
	if err := w.pictures("welcome-administrator"); err != nil {
		return err
	}
	if err := w.on(func() { w.a.welcome.RegistrationGuide() }); err != nil {
		return err
	}
	if err := w.pictures("welcome-registration"); err != nil {
		return err
	}
	if err := w.on(func() { w.a.welcome.SignIn() }); err != nil {
		return err
	}
	if err := w.picture("welcome-waiting-light"); err != nil {
		return err
	}
	if err := w.until("the account", func() bool { return len(w.a.accounts) > 0 && w.a.frame.Current() != nil }); err != nil {
		return err
	}
	return w.mirrored()
}

// mirrored waits until the first round is complete.
func (w *walk) mirrored() error {
	for deadline := time.Now().Add(2 * time.Minute); ; {
		all, err := w.a.d.Mailbox.Status(w.ctx)
		if err != nil {
			return fmt.Errorf("tour: %w", err)
		}
		if len(all) > 0 && !all[0].SyncedAt.IsZero() && all[0].Done >= all[0].Total {
			return nil
		}
		if time.Now().After(deadline) {
			return errors.New("tour: the mailbox was not mirrored in time")
		}
		if err := w.rest(100 * time.Millisecond); err != nil {
			return err
		}
	}
}

// inbox gives the newest messages of the inbox.
func (w *walk) inbox() ([]mirror.MessageRow, error) {
	folders, err := w.a.d.Mailbox.Folders(w.ctx, w.a.accounts[0].ID)
	if err != nil {
		return nil, err
	}
	for _, f := range folders {
		if f.WellKnown == "inbox" {
			ids, err := w.a.d.Mailbox.MessageIDs(w.ctx, f.ID, false)
			if err != nil {
				return nil, err
			}
			return w.a.d.Mailbox.MessageRows(w.ctx, ids[:min(len(ids), 200)])
		}
	}
	return nil, errors.New("tour: there is no inbox")
}

func (w *walk) seeMail() error {
	rows, err := w.inbox()
	if err != nil {
		return err
	}
	pick := rows[0].ID
	for _, m := range rows {
		if m.HasAttachments && strings.HasPrefix(strings.ToUpper(m.Subject), "RE:") {
			pick = m.ID
			break
		}
	}
	if err := w.on(func() { w.a.Open(page.Mail, pick) }); err != nil {
		return err
	}
	if err := w.pictures("mail"); err != nil {
		return err
	}
	if err := w.on(func() { w.a.mail.TypedRune('r') }); err != nil {
		return err
	}
	if err := w.pictures("mail-reply"); err != nil {
		return err
	}
	return w.on(func() { w.a.mail.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) })
}

func (w *walk) seeCalendar() error {
	if err := w.on(func() { w.a.Open(page.Calendar, 0) }); err != nil {
		return err
	}
	if err := w.pictures("calendar"); err != nil {
		return err
	}
	if err := w.on(w.a.calendar.ToggleCalendars); err != nil {
		return err
	}
	if err := w.pictures("calendar-list"); err != nil {
		return err
	}
	if err := w.on(w.a.calendar.ToggleCalendars); err != nil {
		return err
	}
	now := time.Now()
	events, err := w.a.d.Mailbox.Events(w.ctx, now.AddDate(0, 0, -3), now.AddDate(0, 0, 5))
	if err != nil {
		return fmt.Errorf("tour: %w", err)
	}
	var pick int64
	most := 0
	for _, e := range events {
		if n := len(e.Attendees); n > most && e.IsOrganizer && !e.AllDay {
			pick, most = e.ID, n
		}
	}
	if pick == 0 {
		return errors.New("tour: there is no meeting to show")
	}
	if err := w.on(func() {
		w.a.Open(page.Calendar, pick)
		w.a.calendar.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}); err != nil {
		return err
	}
	if err := w.pictures("calendar-event"); err != nil {
		return err
	}
	return w.on(func() { w.a.calendar.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) })
}

func (w *walk) seePeople() error {
	found, err := w.a.d.Records.Find(w.ctx, "a", 5)
	if err != nil {
		return fmt.Errorf("tour: %w", err)
	}
	var id int64
	if len(found) > 0 {
		id = found[0].ID
	}
	if err := w.on(func() { w.a.Open(page.People, id) }); err != nil {
		return err
	}
	if err := w.pictures("people"); err != nil {
		return err
	}
	if err := w.on(func() { w.a.people.TypedRune('e') }); err != nil {
		return err
	}
	if err := w.pictures("people-edit"); err != nil {
		return err
	}
	return w.on(func() { w.a.people.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) })
}

func (w *walk) seeRest() error {
	if err := w.on(w.a.openPalette); err != nil {
		return err
	}
	if err := w.picture("search-empty-light"); err != nil {
		return err
	}
	if err := w.on(func() { w.a.palette.Look("quote") }); err != nil {
		return err
	}
	if err := w.until("search results", func() bool { return w.a.palette.Results() > 2 }); err != nil {
		return err
	}
	if err := w.pictures("search"); err != nil {
		return err
	}
	if err := w.on(w.a.openAccounts); err != nil {
		return err
	}
	if err := w.pictures("accounts"); err != nil {
		return err
	}
	if err := w.on(w.a.frame.Status.OnPending); err != nil {
		return err
	}
	if err := w.pictures("outbox"); err != nil {
		return err
	}
	if err := w.on(w.a.openMirrored); err != nil {
		return err
	}
	if err := w.pictures("mirrored"); err != nil {
		return err
	}
	if err := w.on(w.a.closeFloating); err != nil {
		return err
	}
	if err := w.on(func() {
		w.a.Open(page.Ledger, 0)
		w.a.ledger.Verify()
	}); err != nil {
		return err
	}
	if err := w.until("the verification", func() bool { return w.a.ledger.Verified() }); err != nil {
		return err
	}
	return w.pictures("history")
}
