package mirrored

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/uitest"
	"supercrm/ui/when"
)

// rig is the panel on a real mirror without a network. colleague stands in for the one call that needs one.
type rig struct {
	*uitest.Host
	p    *Panel
	m    *mirror.Mirror
	shut int
	in   string
}

type data struct {
	*mirror.Mirror
	colleague error
}

func (d *data) AddColleague(context.Context, int64, string) (mirror.Calendar, error) {
	return mirror.Calendar{}, d.colleague
}

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, fill func(exec func(query string, args ...any))) (*rig, *data) {
	t.Helper()
	h := uitest.New(t, fyne.NewSize(1024, 640))
	r := &rig{Host: h, m: mirror.New(mirror.Options{DB: h.DB(), Now: func() time.Time { return now }, Zone: "UTC"})}
	t.Cleanup(r.m.Close)
	if err := h.DB().Write(t.Context(), "fill", func(tx *store.Tx) error {
		fill(func(query string, args ...any) {
			if _, err := tx.Exec(query, args...); err != nil {
				t.Fatal(err)
			}
		})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d := &data{Mirror: r.m}
	r.p = New(h, d)
	r.p.Now = func() time.Time { return now }
	r.p.OnClose = func() { r.shut++ }
	r.p.OnSignIn = func(upn string) { r.in = upn }
	h.Window().SetContent(r.p.Object())
	r.p.Opened(0)
	h.Until("it is read", func() bool { return r.p.shape != "" })
	h.Settle()
	return r, d
}

func account(exec func(string, ...any), id int, granted string) {
	exec(`INSERT INTO account (id, key, upn, name, granted, added_at) VALUES (?,?,?,?,?,?)`, id, fmt.Sprint("k", id), fmt.Sprintf("person%d@harborline.example", id), "P", granted, id)
	exec(`INSERT INTO mail_folder (id, account_id, graph_id, name, well_known, total) VALUES (?,?,?,?,?,?)`, id, id, fmt.Sprint("f", id), "Inbox", "inbox", 4000)
	exec(`INSERT INTO calendar (id, account_id, graph_id, name, is_default) VALUES (?,?,?,'Calendar',1)`, id*10, id, fmt.Sprint("c", id))
	exec(`INSERT INTO calendar (id, account_id, graph_id, name, owner_name, owner_addr, picked, problem) VALUES (?,?,?,'Calendar','Jonas Weber','jonas@harborline.example',0,'denied')`, id*10+1, id, "users/jonas/x")
	exec(`INSERT INTO contact_folder (id, account_id, graph_id, name, is_default) VALUES (?,?,?,'Contacts',1)`, id, id, fmt.Sprint("p", id))
	exec(`INSERT INTO sync_state (account_id, scope, complete, synced_at) VALUES (?,'all',1,?)`, id, now.UnixMilli())
	for i, age := range []int{1, 5, 20} {
		exec(`INSERT INTO message (account_id, folder_id, graph_id, received_at, body_type, body) VALUES (?,?,?,?,'text','some text')`, id, id, fmt.Sprint("m", id, i), now.AddDate(0, -age, 0).UnixMilli())
	}
}

func (r *rig) choice() mirror.Choice {
	c, err := r.m.Choice(r.Context(), r.p.account)
	if err != nil {
		panic(err)
	}
	return c
}

func TestChoicesAreShownAndMade(t *testing.T) {
	r, _ := open(t, func(exec func(string, ...any)) { account(exec, 1, "") })
	p := r.p
	if got := p.mail.months.Selected(); mirror.Months[got] != 12 {
		t.Errorf("months: %d", got)
	}
	if p.facts.figures[0].Text() != "3" || !strings.Contains(p.facts.words[0].Text(), "since 23 Mar 2025") {
		t.Errorf("%q %q", p.facts.figures[0].Text(), p.facts.words[0].Text())
	}
	if !uitest.Shows(p.Object(), "1 message here is older than that") || !uitest.Shows(p.Object(), "the mailbox holds 4\u00a0000 messages in all") {
		t.Errorf("%q", uitest.Texts(p.Object()))
	}
	// The keyboard is in the panel at once, and what is chosen with it is kept.
	if b, ok := r.Window().Canvas().Focused().(*kit.Button); !ok || b != p.mail.months.Choices()[2] {
		t.Errorf("focus: %T", r.Window().Canvas().Focused())
	}
	p.mail.months.Choices()[3].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.Until("24 months", func() bool { return r.choice().Months == 24 })
	r.Until("nothing is older", func() bool { return !p.mail.older.Visible() })
	p.mail.months.Select(0)
	r.Until("3 months", func() bool { return r.choice().Months == 3 && p.mail.older.Visible() })
	p.files.each.Select(0)
	r.Until("no files", func() bool { return r.choice().FileLimit == 0 && p.files.all.Choices()[0].Disabled() })
	p.files.each.Select(3)
	r.Until("files of 5 MB", func() bool { return r.choice().FileLimit == 5<<20 && !p.files.all.Choices()[0].Disabled() })
	p.files.all.Select(2)
	r.Until("2 GB", func() bool { return r.choice().FilesLimit == 2<<30 })
	if !uitest.Press(p.Object(), "Remove from this computer") {
		t.Fatal("there is no button")
	}
	r.Until("two are removed", func() bool { return len(r.Toasts) == 1 && p.facts.figures[0].Text() == "1" })
	if !strings.HasPrefix(r.Toasts[0], "2 messages removed") {
		t.Errorf("%q", r.Toasts)
	}
}

func TestCalendarsAndAddressBooks(t *testing.T) {
	r, d := open(t, func(exec func(string, ...any)) { account(exec, 1, "") })
	p := r.p
	if !p.calendars.checks[10].On() || p.calendars.checks[11].On() || !uitest.Shows(p.Object(), "Jonas Weber · Calendar") || !uitest.Shows(p.Object(), "not shared any more") {
		t.Errorf("%q", uitest.Texts(p.Object()))
	}
	p.calendars.checks[11].Tapped(nil)
	p.contacts.checks[1].Tapped(nil)
	r.Until("both are kept", func() bool {
		c, _ := r.m.Calendars(r.Context(), 1)
		f, _ := r.m.ContactFolders(r.Context(), 1)
		return c[1].Picked && !f[0].Picked
	})
	for err, words := range map[error]string{mirror.ErrNotShared: "Nobody with this address shares", mirror.ErrBadInput{Field: "calendar", Why: "invalid"}: "not the address of a colleague"} {
		d.colleague = err
		p.calendars.addr.Fill("jonas@harborline.example")
		p.calendars.submit()
		r.Until("it is told", func() bool { return uitest.Shows(p.Object(), words) })
	}
	d.colleague = nil
	p.calendars.submit()
	r.Until("the field is empty again", func() bool { return p.calendars.addr.Text == "" && !p.calendars.wrong.Visible() })
}

func TestWhatIsNotAllowedIsExplained(t *testing.T) {
	r, _ := open(t, func(exec func(string, ...any)) { account(exec, 1, "User.Read Mail.ReadWrite Calendars.ReadWrite") })
	if r.p.calendars.addr != nil || !uitest.Shows(r.p.Object(), "Calendars that others share with you cannot be shown") || !uitest.Shows(r.p.Object(), "Outlook's contacts are not offered") {
		t.Fatalf("%q", uitest.Texts(r.p.Object()))
	}
	if !uitest.Press(r.p.Object(), "Sign in again to allow it") || r.in != "person1@harborline.example" {
		t.Errorf("signs in as %q", r.in)
	}
}

func TestEachAccountHasItsOwn(t *testing.T) {
	r, _ := open(t, func(exec func(string, ...any)) {
		account(exec, 1, "")
		account(exec, 2, "")
		exec(`UPDATE account SET mail_months=24 WHERE id=2`)
	})
	if !uitest.Press(r.p.Object(), "person2@harborline.example") {
		t.Fatal("there is no choice of accounts")
	}
	r.Until("the second one", func() bool { return r.p.mail.months.Selected() == 3 && r.p.account == 2 })
	r.p.mail.months.Select(4)
	r.Until("it is kept", func() bool { return r.choice().Months == 0 })
	if c, _ := r.m.Choice(r.Context(), 1); c.Months != 12 {
		t.Errorf("the first one has %d months", c.Months)
	}
}

func TestNobodyIsSignedIn(t *testing.T) {
	r, _ := open(t, func(func(string, ...any)) {})
	if !uitest.Shows(r.p.Object(), "Nothing is mirrored") {
		t.Errorf("%q", uitest.Texts(r.p.Object()))
	}
	if len(r.Failures) > 0 {
		t.Error(r.Failures)
	}
}

func TestStateSaysTheDayAndWhatIsWrong(t *testing.T) {
	old := now.AddDate(0, 0, -3)
	for _, c := range []struct {
		name string
		in   snapshot
		want string
	}{
		{"today", snapshot{holdings: mirror.Holdings{MailAt: now}}, "Current as of " + when.Time(now)},
		{"after a weekend", snapshot{holdings: mirror.Holdings{MailAt: old}}, "Current as of " + when.Day(old) + ", " + when.Time(old)},
		{"the disk is full", snapshot{holdings: mirror.Holdings{MailAt: now}, status: mirror.Status{Problem: "diskfull"}}, "The disk is full: nothing new can be kept. Free some space."},
		{"the mailbox is unwell", snapshot{holdings: mirror.Holdings{MailAt: old}, status: mirror.Status{Problem: "server"}},
			"The mailbox does not answer as it should, trying again · current as of " + when.Day(old) + ", " + when.Time(old)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := stateOf(c.in, now); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}
