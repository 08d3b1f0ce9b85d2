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
	query   bool
	left    *kit.Text
	address string
	failed  bool
	wrong   bool
	over    chan struct{}
	once    sync.Once
}

func newWait(p *Page, query bool) *wait {
	return &wait{p: p, query: query, left: kit.NewLine("", kit.SizeSmall, kit.ColorMuted), over: make(chan struct{})}
}

func (w *wait) end() { w.once.Do(func() { close(w.over) }) }

func (w *wait) show() {
	p := w.p
	title, words := page.T("One moment"), page.T("Looking for the keychain and for Microsoft's sign-in page.")
	if w.address != "" {
		title = page.T("Finish in your browser")
		words = page.T("Your browser has opened Microsoft's sign-in page. Come back here when it says that you are done.")
	}
	objs := []fyne.CanvasObject{p.heading("globe", title), kit.NewParagraph(words, kit.SizeBody, kit.ColorText)}
	if w.failed {
		objs = append(objs, kit.NewBanner(kit.Warn, page.T("The browser did not open"), page.T("Copy the address below and open it in a browser on this computer.")))
	}
	if w.address != "" {
		objs = append(objs, p.copyable(w.address))
	}
	if w.query && w.address != "" {
		field := kit.NewField(page.T("A page that does not load? Paste its address"), "http://localhost:…")
		if w.wrong {
			field.SetWrong(page.T("That is not the address of this sign-in. Copy the whole line from the browser."))
		}
		field.Entry.OnEdit = func(s string) {
			if len(s) > 20 { // pasted, not typed
				select {
				case p.pasted <- s:
				default: // the last one is still being looked at
				}
			}
		}
		objs = append(objs, field)
	}
	row := kit.Row(kit.S2, kit.NewButton(page.T("Cancel (Esc)"), "", p.Back))
	if !w.query && w.address != "" {
		row.Add(kit.NewGhost(page.T("Browser trouble?"), "", func() { p.signIn(true) }))
	}
	row.Add(kit.Grow(w.left))
	objs = append(objs, gap(0), row)
	p.show(objs...)
	// The button that began this is gone: with the keyboard still on it, a second press would begin another sign-in.
	p.primary = nil
	p.host.Window().Canvas().Unfocus()
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
	w.wrong = true
	w.show()
}
