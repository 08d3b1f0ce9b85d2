package realwindow

import (
	"fmt"
	"image"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// TestFirstRun is a person's first day: sign in, answer a mail, move a meeting, close to the tray, quit, come back, and
// lose power with work under way. The steps build on one another, as they do for the person.
func TestFirstRun(t *testing.T) {
	r := newRig(t)
	b := r.d.StartBrowser()
	r.start()
	r.seesMail(b)
	r.replies()
	r.movesAnEvent()
	r.usesTheTray()
	r.comesBack(b)
	r.losesPower(b)
}

// seesMail: from Welcome through the browser to a list with the mailbox's mail in it.
func (r *rig) seesMail(b *Browser) {
	r.t.Helper()
	welcome := r.d.Screen()
	r.signIn(b)
	r.win.Focus()
	r.d.Eventually("rows in the message list", func() bool {
		rows := r.mailList()
		return !same(cut(r.d.Screen(), rows), cut(welcome, rows)) && Colours(r.d.Screen(), rows) > 30
	})
	for _, f := range r.folders("/me/mailFolders?$top=100") {
		got := r.count(`SELECT count(*) FROM message m JOIN mail_folder f ON f.id = m.folder_id WHERE f.graph_id = ?`, f.id)
		want := 0
		for _, m := range r.box().Messages(f.id) { // a year of it is mirrored, unless one chooses otherwise
			if m.Draft || m.Received.After(time.Now().AddDate(-1, 0, 0)) {
				want++
			}
		}
		if got != want || want > f.total {
			r.t.Errorf("folder %q shows %d messages, the tenant has %d of the last year, %d in all", f.name, got, want, f.total)
		}
	}
	now := time.Now().UTC().Truncate(24 * time.Hour)
	from, to := now.AddDate(0, 0, -7), now.AddDate(0, 0, 7)
	want := 0
	for _, e := range r.box().EventsBetween(from, to) {
		if !e.AllDay && !e.Start.Before(from) {
			want++
		}
	}
	got := r.count(`SELECT count(*) FROM event WHERE kind <> 'seriesMaster' AND all_day = 0 AND start_at >= ? AND start_at < ?`, from.UnixMilli(), to.UnixMilli())
	if got != want || want == 0 {
		r.t.Errorf("two weeks hold %d events in the program and %d in the tenant", got, want)
	}
	if n := r.sent(); n == 0 {
		r.t.Error("the tenant's Sent Items is empty, so the next steps prove little")
	}
	r.d.Keep("mail")
}

// replies answers the newest mail with keys alone.
func (r *rig) replies() {
	r.t.Helper()
	before := r.sent()
	from := query[string](r, `SELECT from_addr FROM message m JOIN mail_folder f ON f.id = m.folder_id WHERE f.well_known = 'inbox' ORDER BY received_at DESC, m.id DESC LIMIT 1`)
	const text = "Thank you, that works for us. I will confirm the details tomorrow."
	r.writesReply(text)
	r.d.Keep("reply")
	r.win.Key("ctrl+Return")
	r.d.Eventually("the reply in Sent Items", func() bool { return r.sent() == before+1 })
	r.d.Eventually("an empty outbox", func() bool { return r.pending() == 0 })
	mail := r.graph(http.MethodGet, "/me/mailFolders/sentitems/messages?$top=1&$orderby=sentDateTime+desc", nil)
	last := fmt.Sprint(mail["value"])
	if !strings.Contains(last, text) || !strings.Contains(last, from) {
		r.t.Errorf("the newest message in Sent Items does not answer %s with the text typed: %.2000s", from, last)
	}
	r.d.Eventually("the reply in the program's own Sent folder", func() bool { return r.sentHere() == before+1 })
	r.stays("one reply", 3*time.Second, func() bool { return r.sent() == before+1 && r.pending() == 0 && r.sentHere() == before+1 })
}

// writesReply opens the first message of the list and types an answer, as far as the last key before sending.
func (r *rig) writesReply(text string) {
	r.t.Helper()
	r.win.Key("ctrl+2", "Home")
	r.d.Eventually("the message to be opened and counted as read", func() bool {
		return r.count(`SELECT is_read FROM message m JOIN mail_folder f ON f.id = m.folder_id WHERE f.well_known = 'inbox' ORDER BY received_at DESC, m.id DESC LIMIT 1`) == 1
	})
	before := r.d.Screen()
	r.win.Key("r")
	r.d.Eventually("the composer", func() bool {
		at := Changed(before, r.d.Screen(), r.page())
		return at.Dx() > 250 && at.Dy() > 60
	})
	r.win.Type(text)
	r.d.Eventually("the draft to be kept", func() bool {
		return r.count(`SELECT count(*) FROM setting WHERE name LIKE 'mail.draft.%' AND instr(value, ?)`, text) == 1
	})
}

// movesAnEvent drags a meeting an hour and a quarter down with the mouse.
func (r *rig) movesAnEvent() {
	r.t.Helper()
	start := r.freeHour()
	mail := r.d.Screen()
	r.win.Key("ctrl+1")
	r.d.Eventually("the calendar", func() bool { return Changed(mail, r.d.Screen(), r.page()).Dx() > 300 })
	r.win.Key("3", "t")
	r.d.Still(time.Second)
	before := r.d.Screen()
	made := r.graph(http.MethodPost, "/me/events", map[string]any{
		"subject": "Drag me by hand",
		"start":   map[string]string{"dateTime": start.UTC().Format("2006-01-02T15:04:05"), "timeZone": "UTC"},
		"end":     map[string]string{"dateTime": start.Add(time.Hour).UTC().Format("2006-01-02T15:04:05"), "timeZone": "UTC"},
	})
	id, _ := made["id"].(string)
	r.win.Key("ctrl+m")
	r.d.Eventually("the event in the program", func() bool { return r.count(`SELECT count(*) FROM event WHERE graph_id = ?`, id) == 1 })
	var block image.Rectangle
	r.d.Eventually("the event on the screen", func() bool {
		block = Changed(before, r.d.Screen(), r.page())
		return block.Dx() > 60 && block.Dy() > 40 && block.Dy() < 70
	})
	r.d.Still(300 * time.Millisecond)
	r.d.Keep("event")
	// An hour is as many pixels as the block of one hour is high, less the gap below it.
	const hour = 56
	if block.Dy() < hour-6 || block.Dy() > hour {
		r.t.Fatalf("the block of an hour is %v, about %d pixels are expected", block, hour)
	}
	from := r.inWindow(image.Pt((block.Min.X+block.Max.X)/2, block.Min.Y+block.Dy()/3))
	r.win.Drag(from, from.Add(image.Pt(0, hour*5/4+2))) // two more: it snaps
	want := start.Add(75 * time.Minute)
	r.d.Eventually("the new time in the tenant", func() bool {
		e, err := r.box().Event(id)
		return err == nil && e.Start.Equal(want) && e.End.Equal(want.Add(time.Hour))
	})
	got := r.graph(http.MethodGet, "/me/events/"+url.PathEscape(id), nil)
	if at := fmt.Sprint(got["start"]); !strings.Contains(at, want.UTC().Format("2006-01-02T15:04:05")) {
		r.t.Errorf("the tenant says that it starts at %s, want %s", at, want.UTC())
	}
	r.d.Eventually("an empty outbox", func() bool { return r.pending() == 0 })
	r.d.Keep("moved")
}

// usesTheTray reads the menu, hides the window with its close button and brings it back.
func (r *rig) usesTheTray() {
	r.t.Helper()
	item := r.trayItem()
	r.d.Eventually("the next meeting in the tray menu", func() bool {
		subject, ok := r.nextMeeting()
		menu, err := item.Menu()
		return err == nil && ok && len(menu) > 0 && menu[0].Enabled && strings.Contains(menu[0].Label, subject)
	})
	r.win.Close()
	r.win.Gone()
	r.stays("the program runs without its window", time.Second, func() bool { r.app.alive("hiding"); return !r.d.HasWindowTitled(appTitle) })
	if err := item.Click("Open"); err != nil {
		r.t.Fatal(err)
	}
	r.win = r.d.WindowTitled(appTitle)
	r.painted()
	r.win.Close()
	r.win.Gone()
	second := r.d.Run(r.env(), Build(r.t), "-profile", r.dir) // who has lost the window starts the program again
	second.WaitEnd()
	r.win = r.d.WindowTitled(appTitle)
	r.painted()
}

// comesBack quits, starts again and gets new mail without being asked anything.
func (r *rig) comesBack(b *Browser) {
	r.t.Helper()
	r.quit()
	opened := len(b.Opened())
	r.start()
	r.painted()
	list := cut(r.d.Screen(), r.mailList())
	id := r.box().Deliver(mailbox.Mail{From: mailbox.Address{Name: "Nora Vance", Addr: "nora@coastal.example"},
		Subject: "While you were away", Body: mailbox.Body{Text: "Could you call me back?"}})
	r.win.Key("ctrl+m")
	r.d.Eventually("the new message in the program", func() bool { return r.count(`SELECT count(*) FROM message WHERE graph_id = ?`, id) == 1 })
	r.d.Eventually("the new message on the screen", func() bool { return !same(list, cut(r.d.Screen(), r.mailList())) })
	if state := query[string](r, `SELECT state FROM account`); state != "ok" || len(b.Opened()) != opened {
		r.t.Errorf("after the restart the account is %q and the browser was opened %d times", state, len(b.Opened())-opened)
	}
	r.d.Keep("back")
}

// losesPower ends the program twice as a power cut does: with edits that never left, and in the middle of a send whose
// answer is lost.
func (r *rig) losesPower(b *Browser) {
	r.t.Helper()
	before := r.sent()
	r.tenant.Intercept(func(q *http.Request) *graph.Fault {
		if q.Method == http.MethodGet {
			return nil
		}
		return &graph.Fault{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"1"}}}
	})
	const text = "Calling you in an hour."
	r.writesReply(text)
	r.win.Key("ctrl+Return")
	r.d.Eventually("the reply to be queued", func() bool { return r.count(`SELECT count(*) FROM outbox WHERE kind = 'mail.reply'`) == 1 })
	r.app.Kill()
	if r.sent() != before {
		r.t.Fatal("a reply has left although the tenant takes none")
	}

	sending := make(chan struct{}, 1)
	r.tenant.Intercept(func(q *http.Request) *graph.Fault {
		if q.Method == http.MethodPost && strings.HasSuffix(q.URL.Path, "/send") {
			select {
			case sending <- struct{}{}:
				return &graph.Fault{AfterApply: true, Reset: true}
			default:
			}
			return &graph.Fault{Status: http.StatusServiceUnavailable} // until the power is gone
		}
		return nil
	})
	r.start()
	select {
	case <-sending:
	case <-time.After(limit):
		r.t.Fatal("the queued reply was not sent after the restart")
	}
	r.app.Kill()
	r.tenant.Intercept(nil)
	if n := r.count(`SELECT count(*) FROM outbox WHERE kind = 'mail.reply'`); n != 1 {
		r.t.Errorf("%d replies are queued after the power cut, want 1", n)
	}
	opened := len(b.Opened())
	r.start()
	r.d.Eventually("an empty outbox", func() bool { return r.pending() == 0 })
	r.d.Eventually("the reply in the program's own Sent folder", func() bool { return r.sentHere() == before+1 })
	r.stays("one reply", 3*time.Second, func() bool { return r.sent() == before+1 && r.sentHere() == before+1 })
	if len(b.Opened()) != opened {
		r.t.Error("the browser was opened after a power cut")
	}
	if n := r.count(`SELECT count(*) FROM setting WHERE name LIKE 'mail.draft.%' AND instr(value, ?)`, text); n != 0 {
		r.t.Error("the sent reply is still kept as a draft")
	}
	r.d.Keep("after-power-cut")
	r.d.Tray.Close() // without a tray the close button must not hide the window for good
	r.win.Close()
	r.app.WaitEnd()
}

// nextMeeting is the beginning of the subject that the tray should name, as the tenant's own calendar has it.
func (r *rig) nextMeeting() (string, bool) {
	now := time.Now()
	for _, e := range r.box().EventsBetween(now.Add(-10*time.Minute), now.AddDate(0, 0, 14)) {
		if !e.AllDay && e.Start.After(now.Add(-10*time.Minute)) && e.End.After(now) && e.Response != "declined" {
			return e.Subject[:min(12, len(e.Subject))], true
		}
	}
	return "", false
}

func (r *rig) box() *mailbox.Mailbox {
	r.t.Helper()
	box, ok := r.tenant.Mailboxes.Mailbox(directory.DemoUPN)
	if !ok {
		r.t.Fatal("the tenant has no mailbox for the demo's person")
	}
	return box
}
