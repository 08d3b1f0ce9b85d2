package welcome

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// wait is the card while the person is in the browser. began, browserFailed and pasteRefused are called on the UI thread.
type wait struct {
	p       *Page
	how     manner
	field   *kit.Field // for what is pasted; nil while there is none
	told    bool       // that the browser shows an error
	left    *kit.Text
	address string
	failed  bool
	over    chan struct{}
	once    sync.Once
}

func newWait(p *Page, how manner) *wait {
	return &wait{p: p, how: how, left: kit.NewLine("", kit.SizeSmall, kit.ColorMuted), over: make(chan struct{})}
}

func (w *wait) end() { w.once.Do(func() { close(w.over) }) }

func (w *wait) show() {
	p := w.p
	title, words := page.T("One moment"), page.T("Looking for the keychain and for Microsoft's sign-in page.")
	if w.address != "" {
		title = page.T("Finish in your browser")
		words = page.T("Your browser has opened Microsoft's sign-in page. Come back here when it says that you are done.")
		if w.how == pasting {
			words += " " + page.T("Should it end on a page that does not load, paste that page's address here.")
		} else if w.told {
			words = page.T("Some of Microsoft's errors stay in the browser. Mark the whole text of that page, copy it and paste it here: you are then told what it means and who can help.")
		}
		if w.how == quietly {
			words = page.T("Your browser asks Microsoft. If it knows you there is nothing to do, and this page goes on by itself; else sign in there.")
		}
	}
	objs := []fyne.CanvasObject{p.heading("globe", title), kit.NewParagraph(words, kit.SizeBody, kit.ColorText)}
	if w.failed {
		objs = append(objs, kit.NewBanner(kit.Warn, page.T("The browser did not open"), page.T("Copy the address below and open it in a browser on this computer.")))
	}
	if w.address != "" {
		objs = append(objs, p.copyable(w.address))
	}
	if (w.how == pasting || w.told) && w.address != "" {
		objs = append(objs, w.paste())
	}
	row := kit.Row(kit.S2, kit.NewButton(page.T("Cancel (Esc)"), "", p.Back))
	if w.how != pasting && w.address != "" {
		row.Add(kit.NewGhost(page.T("Browser trouble?"), "", func() { p.signIn(pasting) }))
	}
	row.Add(kit.Grow(w.left))
	objs = append(objs, gap(0), row)
	if w.how != pasting && !w.told && w.address != "" {
		objs = append(objs, kit.Row(0, kit.NewLink(page.T("Does the browser show an error?"), "warning", func() {
			w.told = true
			w.show()
		}), kit.Spring()))
	}
	p.show(objs...)
	// The button that began this is gone: with the keyboard still on it, a second press would begin another sign-in.
	p.primary = nil
	if w.field != nil {
		p.host.Window().Canvas().Focus(w.field.Entry)
		return
	}
	p.host.Window().Canvas().Unfocus()
}

// paste takes the address of a page that the browser could not load, or the text of a page on which Microsoft shows an error
// that never comes back here. What was pasted in one go is taken at once; what is
// typed waits for Return or the button.
func (w *wait) paste() fyne.CanvasObject {
	p := w.p
	if w.field == nil {
		label, example := page.T("Text of the error page"), "AADSTS…"
		if w.how == pasting {
			label, example = page.T("Address of the page that did not load, or the text of an error"), "http://localhost:…"
		}
		w.field = kit.NewField(label, example)
		use := func(text string) {
			select {
			case p.pasted <- text:
			default: // the last one is still being looked at
			}
		}
		before := 0
		w.field.Entry.OnEdit = func(text string) {
			w.field.SetWrong("")
			if len(text)-before > 20 {
				use(text)
			}
			before = len(text)
		}
		w.field.Entry.OnSubmitted = use
		w.field.Entry.OnEscape = p.Back
	}
	return kit.Columns(kit.S2, kit.Grow(w.field), kit.Stack(0, gap(18), kit.NewButton(page.T("Use it"), "", func() { w.field.Entry.OnSubmitted(w.field.Text()) }), kit.Spring()))
}

func (w *wait) began(address string, until time.Time) {
	w.address = address
	w.show()
	w.count(until)
	w.p.host.Go("count down", func(ctx context.Context) {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.over:
				return
			case <-tick.C:
				w.p.host.Do(func() { w.count(until) })
			}
		}
	})
}

func (w *wait) count(until time.Time) {
	left := time.Until(until).Round(time.Second)
	if left < 0 {
		left = 0
	}
	w.left.SetText(page.T("{{.Left}} left", map[string]any{"Left": fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)}))
}

func (w *wait) browserFailed() {
	w.failed = true
	w.show()
}

func (w *wait) pasteRefused() {
	if w.told {
		w.field.SetWrong(page.T("There is no error code in that (AADSTS and a number)."))
		return
	}
	w.field.SetWrong(page.T("Not this sign-in's. Copy the whole address line."))
}
