package realwindow

import (
	"bytes"
	"crypto/rand"
	"image"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// TestAttachAndSend sends a file that is too large for one request, chosen with the mouse from the computer's folders; then
// it selects meetings, and each time the panel of people follows by itself.
func TestAttachAndSend(t *testing.T) {
	r := newRig(t)
	b := r.d.StartBrowser()
	r.start()
	r.signIn(b)
	r.win.Focus()
	r.painted()
	r.attaches()
	r.looksWhoItIs()
}

func (r *rig) attaches() {
	r.t.Helper()
	home := strings.TrimSpace(r.d.command("sh", "-c", "echo $HOME"))
	want := make([]byte, 4<<20)
	_, _ = rand.Read(want) // never fails
	if err := os.WriteFile(filepath.Join(home, "Quote 2026-118 – Sonnenhof.pdf"), want, 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.win.Key("ctrl+2")
	r.d.Still(300 * time.Millisecond)
	r.win.Key("ctrl+n")
	r.d.Still(300 * time.Millisecond)
	r.win.Type("hannah.clegg@ironbridge.example")
	r.win.Key("Tab", "Tab")
	r.win.Type("Quote for the Sonnenhof clinics")
	r.win.Key("Tab")
	r.win.Type("Hello Hannah, the quote is attached.")
	r.d.Still(300 * time.Millisecond)
	// The dialog darkens the page's head, where nothing else changes.
	w := r.win.Bounds()
	head := image.Rect(w.Min.X+80, w.Min.Y+30, w.Max.X-300, w.Min.Y+70)
	composer := cut(r.d.Screen(), head)
	r.win.Key("ctrl+shift+a")
	r.d.Eventually("the dialog for a file", func() bool { return !same(composer, cut(r.d.Screen(), head)) })
	r.d.Still(300 * time.Millisecond)
	r.d.Keep("dialog")
	r.win.Key("Escape")
	r.d.Eventually("the dialog to be left", func() bool { return same(composer, cut(r.d.Screen(), head)) })
	r.win.Key("ctrl+shift+a")
	r.d.Still(500 * time.Millisecond)
	// The dialog is 900 by 620 in the middle of the window; the folder above is its first row, the file the second.
	size := r.win.Bounds().Size()
	left, top := (size.X-900)/2, (size.Y-620)/2
	r.win.Click(left+280, top+136)
	r.d.Still(300 * time.Millisecond)
	r.win.Click(left+900-34, top+620-20)
	r.d.Eventually("the file to be copied", func() bool {
		return r.count(`SELECT count(*) FROM outbox_file WHERE whole=1 AND size=?`, len(want)) == 1
	})
	r.d.Still(300 * time.Millisecond)
	r.d.Keep("attached")
	before := len(r.box().SentMail())
	r.win.Key("ctrl+Return")
	var sent []mailbox.Mail
	r.d.Eventually("the mail to be sent", func() bool { sent = r.box().SentMail(); return len(sent) == before+1 })
	got := sent[before]
	if len(got.Attachments) != 1 || !bytes.Equal(got.Attachments[0].Bytes, want) || got.To[0].Addr != "hannah.clegg@ironbridge.example" {
		r.t.Errorf("sent to %v with %d attachments", got.To, len(got.Attachments))
	}
	r.d.Eventually("an empty outbox", func() bool { return r.pending() == 0 })
}

// looksWhoItIs clicks two meetings in turn.
func (r *rig) looksWhoItIs() {
	r.t.Helper()
	start := r.freeHour()
	mail := r.d.Screen()
	r.win.Key("ctrl+1")
	r.d.Eventually("the calendar", func() bool { return Changed(mail, r.d.Screen(), r.page()).Dx() > 300 })
	r.win.Key("3", "t")
	r.d.Still(time.Second)
	var blocks []image.Rectangle
	for i, who := range []string{"anna.lindqvist@nordwind-logistics.example", "grace.hadley@saltmarsh.example"} {
		before := r.d.Screen()
		at := start.Add(time.Duration(i) * 75 * time.Minute)
		made := r.graph(http.MethodPost, "/me/events", map[string]any{
			"subject":   "Who is it",
			"start":     map[string]string{"dateTime": at.UTC().Format("2006-01-02T15:04:05"), "timeZone": "UTC"},
			"end":       map[string]string{"dateTime": at.Add(time.Hour).UTC().Format("2006-01-02T15:04:05"), "timeZone": "UTC"},
			"attendees": []map[string]any{{"type": "required", "emailAddress": map[string]string{"address": who}}},
		})
		id, _ := made["id"].(string)
		r.win.Key("ctrl+m")
		r.d.Eventually("the event in the program", func() bool { return r.count(`SELECT count(*) FROM event WHERE graph_id = ?`, id) == 1 })
		var block image.Rectangle
		r.d.Eventually("the event on the screen", func() bool {
			block = Changed(before, r.d.Screen(), r.page())
			return block.Dx() > 60 && block.Dy() > 40 && block.Dy() < 70
		})
		blocks = append(blocks, block)
	}
	r.d.Still(300 * time.Millisecond)
	b := r.win.Bounds()
	who := image.Rect(b.Max.X-270, b.Min.Y+20, b.Max.X-10, b.Min.Y+120)
	for range 3 {
		for _, block := range blocks {
			before := cut(r.d.Screen(), who)
			at := r.inWindow(image.Pt((block.Min.X+block.Max.X)/2, block.Min.Y+block.Dy()/3))
			r.win.Click(at.X, at.Y)
			r.d.Eventually("the panel to show who it is", func() bool { return !same(before, cut(r.d.Screen(), who)) })
		}
	}
	r.d.Keep("who")
}
