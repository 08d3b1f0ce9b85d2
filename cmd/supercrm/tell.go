package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	own "supercrm/internal/desktop"
	"supercrm/internal/store"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// message is what a window tells while there is none of the program's own. other, if not nil, is offered beside Quit.
type message struct {
	title, text string
	other       *answer
}

// answer is the other button of a message than Quit. do is called off the UI thread; what it returns is told next, and nil
// closes the window.
type answer struct {
	label string
	do    func() *message
}

// tell shows a window with one message and waits until it is answered, and until what the answer began has ended.
func tell(a fyne.App, m message) {
	n := newNotice(a, m)
	n.window.ShowAndRun()
	n.working.Wait()
}

type notice struct {
	window  fyne.Window
	host    *fyne.Container
	working sync.WaitGroup
}

func newNotice(a fyne.App, m message) *notice {
	n := &notice{window: a.NewWindow("Super CRM"), host: container.NewStack()}
	n.window.SetPadded(false)
	n.window.SetContent(kit.Surface(kit.ColorPage, n.host))
	n.window.Resize(fyne.NewSize(520, 300))
	n.show(m)
	return n
}

func (n *notice) show(m message) {
	shut := kit.NewPrimary(page.T("Quit"), "", n.window.Close)
	buttons := kit.Row(kit.S2, shut)
	if m.other != nil {
		var other *kit.Button
		other = kit.NewButton(m.other.label, "", func() {
			shut.Disable()
			other.Disable()
			n.window.SetCloseIntercept(func() {}) // half a repair is none
			n.working.Go(func() {
				next := m.other.do()
				fyne.Do(func() {
					n.window.SetCloseIntercept(nil)
					if next == nil {
						n.window.Close()
					} else {
						n.show(*next)
					}
				})
			})
		})
		buttons.Add(other)
	}
	n.host.Objects = []fyne.CanvasObject{kit.InsetAll(kit.Stack(kit.S4, kit.NewBanner(kit.Bad, m.title, m.text), kit.Spring(), buttons), kit.S5)}
	n.host.Refresh()
	n.window.Canvas().Focus(shut)
}

// refuse tells why the program cannot start, and gives the error back. dir is the profile's folder, if it is known. log may
// be nil: it may be what could not be opened.
func refuse(a fyne.App, log *slog.Logger, err error, dir string) error {
	if log != nil {
		log.Error("the program cannot start", "error", err)
	}
	tell(a, refusal(err, dir))
	return err
}

func refusal(err error, dir string) message {
	err = store.PlaceProblem(err)
	var at *fs.PathError
	if dir == "" && errors.As(err, &at) {
		dir = at.Path // what failed is the making of the folder
	}
	where := map[string]any{"Dir": dir}
	switch {
	case errors.Is(err, own.ErrNoAnswer):
		return message{title: page.T("Super CRM is running already, but does not answer"),
			text: page.T("Wait a moment and start it again. If that does not help, end it in the system's list of running programs first.")}
	case errors.Is(err, store.ErrNewer):
		return message{title: page.T("A newer Super CRM has written this file"),
			text: page.T("This version cannot read it, and has changed nothing. Install the newer version again.")}
	case errors.Is(err, store.ErrDamaged):
		return message{title: page.T("The program's file is damaged"), text: page.T("Start again: you are then told what can be saved. Nothing has been changed.")}
	case errors.Is(err, store.ErrFull):
		return message{title: page.T("The disk is full"),
			text: page.T("The program's file cannot be opened. Nothing is lost: free some space and start again. The folder is {{.Dir}}.", where)}
	case errors.Is(err, store.ErrReadOnly):
		return message{title: page.T("The program's folder may only be read"),
			text: page.T("Nothing is lost. Check the permissions of the folder, then start again. The folder is {{.Dir}}.", where)}
	}
	return message{title: page.T("The program's file cannot be opened"), text: page.T("Is the disk full, or the folder read-only? The folder is {{.Dir}}.", where)}
}
