package demo

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"supercrm/assets"
	"supercrm/devtenant/mailbox"
)

var users = []User{
	{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000001", UPN: "maya.torres@harborline.example", Name: "Maya Torres"},
	{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000002", UPN: "jonas.weber@harborline.example", Name: "Jonas Weber"},
	{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000003", UPN: "admin@harborline.example", Name: "Ada Admin"},
}

func filled(t testing.TB, now time.Time, n int) *mailbox.Registry {
	reg := mailbox.NewRegistry(func() time.Time { return now })
	if err := Fill(reg, users, Options{Now: now, Messages: n}); err != nil {
		t.Fatal(err)
	}
	return reg
}

var wednesday = time.Date(2026, 3, 11, 9, 12, 0, 0, time.UTC)

// summary is everything of a mailbox that a client can see, in short.
func summary(reg *mailbox.Registry) string {
	var s strings.Builder
	for _, m := range reg.All() {
		_ = m.Do(func(b *mailbox.Box) error {
			for _, msg := range b.Messages(nil) {
				body := msg.Body()
				fmt.Fprintln(&s, b.FormatID(msg.ID(), true), msg.Subject, msg.Received, msg.Folder().Name, msg.Read(), msg.From, msg.To, len(msg.Attachments), len(body.Text), msg.InternetID)
			}
			for _, e := range b.Events(nil) {
				fmt.Fprintln(&s, e.Subject, e.Start, e.End, e.Attendees, e.ShowAs)
			}
			return nil
		})
	}
	return s.String()
}

func TestDeterministic(t *testing.T) {
	one, two := summary(filled(t, wednesday, 400)), summary(filled(t, wednesday, 400))
	if one != two {
		t.Error("the same time gives different mailboxes")
	}
	if len(one) < 50_000 {
		t.Errorf("only %d characters of mailbox", len(one))
	}
}

func TestMailbox(t *testing.T) {
	reg := filled(t, wednesday, 0)
	maya := reg.All()[0]
	total, unread, folders := 0, 0, map[string]int{}
	var newest time.Time
	html, plain, files, inline, flagged, quoted, answered := 0, 0, 0, 0, 0, 0, 0
	aged, conversations := 0, map[string]int{}
	_ = maya.Do(func(b *mailbox.Box) error {
		for _, f := range b.Folders() {
			n, u := f.Counts()
			total += n
			unread += u
			folders[f.Name] = n
		}
		for _, m := range b.Messages(nil) {
			if m.Received.After(newest) {
				newest = m.Received
			}
			if m.Received.Before(wednesday.AddDate(0, 0, -days-5)) && m.Received.Before(wednesday.AddDate(-1, 0, 0)) {
				aged++
			} else if m.Received.After(wednesday) || m.Received.Before(wednesday.AddDate(0, 0, -days-5)) {
				t.Errorf("%q is of %s", m.Subject, m.Received)
			}
			body := m.Body()
			if body.HTML {
				html++
			} else {
				plain++
			}
			if strings.ContainsAny(body.Text, "{}") && strings.Contains(mailbox.PlainText(body.Text), "{") || strings.Contains(m.Subject, "{") {
				t.Errorf("a blank is left in %q", m.Subject)
			}
			if m.HasFiles() {
				files++
			}
			for _, a := range m.Attachments {
				if a.Inline {
					inline++
					if !strings.Contains(body.Text, "cid:"+a.ContentID) {
						t.Errorf("%q has an inline image that it does not show", m.Subject)
					}
				}
				if len(a.Bytes) == 0 {
					t.Errorf("%s is empty", a.Name)
				}
			}
			if m.Flag.Status == "flagged" {
				flagged++
			}
			if strings.HasPrefix(m.Subject, "RE: ") {
				answered++
				if strings.Contains(body.Text, "divRplyFwdMsg") || strings.Contains(body.Text, "wrote:") {
					quoted++
				}
			}
			conversations[b.Conversation(m)]++
		}
		if n := len(b.Contacts(b.ContactFolders()[0])); n != 60 {
			t.Errorf("%d contacts", n)
		}
		return nil
	})
	t.Log(folders, "html", html, "plain", plain, "files", files, "inline", inline, "flagged", flagged, "threads", len(conversations))
	if aged != len(longAgo) {
		t.Errorf("%d messages of long ago", aged)
	}
	if total != 400 {
		t.Errorf("%d messages", total)
	}
	if unread < 14 || unread > 22 {
		t.Errorf("%d unread", unread)
	}
	if age := wednesday.Sub(newest); age > 30*time.Minute {
		t.Errorf("the newest mail is %s old", age)
	}
	for _, name := range []string{"Inbox", "Sent Items", "Archive", "Junk Email", "Deleted Items", "Nordwind", "Bluepeak"} {
		if folders[name] == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	if folders["Drafts"] != 2 {
		t.Errorf("%d drafts", folders["Drafts"])
	}
	if plain == 0 || html == 0 || files < 20 || inline == 0 || flagged == 0 || quoted != answered || answered < 100 || len(conversations) > 250 {
		t.Errorf("html %d plain %d files %d inline %d flagged %d quoted %d of %d, %d conversations", html, plain, files, inline, flagged, quoted, answered, len(conversations))
	}
	for i, want := range []int{400, 40, 40} {
		n := 0
		_ = reg.All()[i].Do(func(b *mailbox.Box) error { n = len(b.Messages(nil)); return nil })
		if n != want {
			t.Errorf("mailbox %d has %d messages, want %d", i, n, want)
		}
	}
}

func TestCalendarEveryWeekday(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 7 {
		now := wednesday.AddDate(0, 0, n)
		maya := filled(t, now, 20).All()[0]
		y, m, d := now.In(loc).Date()
		for ahead := range 2 {
			from := time.Date(y, m, d+ahead, 0, 0, 0, 0, loc)
			events := maya.EventsBetween(from, from.AddDate(0, 0, 1))
			if len(events) < 2 {
				t.Errorf("%s: %d events", from.Format("Mon 2 Jan"), len(events))
			}
		}
		soon := false
		for _, e := range maya.EventsBetween(now, now.Add(2*time.Hour)) {
			soon = soon || !e.AllDay && e.Start.After(now)
		}
		if !soon {
			t.Errorf("%s: nothing begins within two hours", now.Weekday())
		}
		kinds := map[string]int{}
		for _, e := range maya.EventsBetween(now.AddDate(0, 0, -30), now.AddDate(0, 0, 31)) {
			kinds[e.Kind]++
			if e.AllDay {
				kinds["all day"]++
			}
			if e.Response == "declined" || e.Response == "tentativelyAccepted" {
				kinds[e.Response]++
			}
		}
		if kinds["occurrence"] < 40 || kinds["exception"] != 1 || kinds["singleInstance"] < 60 || kinds["all day"] < 4 || kinds["declined"] == 0 || kinds["tentativelyAccepted"] == 0 {
			t.Errorf("%s: %v", now.Weekday(), kinds)
		}
	}
}

func TestLargeIsQuick(t *testing.T) {
	begin := time.Now()
	reg := filled(t, wednesday, 100_000)
	took := time.Since(begin)
	n := 0
	_ = reg.All()[0].Do(func(b *mailbox.Box) error { n = len(b.Messages(nil)); return nil })
	if n != 100_000 {
		t.Errorf("%d messages", n)
	}
	t.Logf("100,000 messages in %s", took)
	if took > 90*time.Second { // a few seconds on one core; only what is wholly wrong takes so long
		t.Errorf("took %s", took)
	}
}

func TestScriptsParse(t *testing.T) {
	if len(scripts()) < 20 || len(letters()) < 7 {
		t.Fatalf("%d scripts, %d letters", len(scripts()), len(letters()))
	}
	for _, s := range scripts() {
		if s.subject == "" || len(s.turns) == 0 {
			t.Errorf("script %q has no turns", s.subject)
		}
		for _, turn := range s.turns {
			if strings.TrimSpace(turn.text) == "" || strings.Contains(turn.text, "\n@") {
				t.Errorf("script %q: turn %q", s.subject, turn.text)
			}
		}
	}
	if len(assets.DemoCustomers()) != 20 {
		t.Error("20 companies are expected")
	}
}

func BenchmarkFill400(b *testing.B) {
	for b.Loop() {
		filled(b, wednesday, 400)
	}
}

// TestPreviewsComeFromTheBeginning: a preview that was made without the whole body is the one that the body has.
func TestPreviewsComeFromTheBeginning(t *testing.T) {
	reg := mailbox.NewRegistry(func() time.Time { return time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC) })
	owner := User{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000001", UPN: "maya@harborline.example", Name: "Maya Torres"}
	if err := Fill(reg, []User{owner}, Options{Now: time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC), Messages: 1500}); err != nil {
		t.Fatal(err)
	}
	m, _ := reg.Mailbox(owner.UPN)
	whole, all := 0, 0
	if err := m.Do(func(b *mailbox.Box) error {
		for _, one := range b.Messages(nil) {
			body := one.Body()
			asked := false
			text := one.Text
			one.Text = func() mailbox.Body { asked = true; return text() }
			if got, want := one.Preview(), mailbox.Preview(body); got != want {
				t.Errorf("%s\n got %q\nwant %q", one.Subject, got, want)
			}
			all++
			if asked {
				whole++
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if all < 1500 || whole*3 > all {
		t.Errorf("for %d of %d previews the whole body was made", whole, all)
	}
}
