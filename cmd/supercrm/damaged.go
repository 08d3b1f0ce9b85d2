package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// openStore opens the file. A damaged one is never thrown away: the person is told what can be taken over into a new one,
// and the damaged one is set aside under another name.
func openStore(ctx context.Context, a fyne.App, path string) (*store.DB, error) {
	db, err := store.Open(ctx, path)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, store.ErrNewer):
		tell(a, page.T("A newer Super CRM has written this file"), page.T("This version cannot read it, and has changed nothing. Install the newer version again."), nil)
		return nil, err
	case errors.Is(err, store.ErrFull):
		tell(a, page.T("The disk is full"), page.T("The program's file cannot be opened. Nothing is lost: free some space and start again. The folder is {{.Dir}}.", map[string]any{"Dir": filepath.Dir(path)}), nil)
		return nil, err
	case !errors.Is(err, store.ErrDamaged):
		tell(a, page.T("The program's file cannot be opened"), page.T("Is the disk full, or the folder read-only? The folder is {{.Dir}}.", map[string]any{"Dir": filepath.Dir(path)}), nil)
		return nil, err
	}
	way := wayOut(ctx, path)
	agreed := false
	tell(a, page.T("The program's file is damaged"), way.text, &answer{way.button, func() { agreed = true }})
	if !agreed {
		return nil, err
	}
	if err := way.do(); err != nil {
		return nil, err
	}
	return nil, errAfresh
}

// errAfresh says that a new file is in place and the program is to be started again: a window library that has quit
// cannot run twice.
var errAfresh = errors.New("start again with a new file")

// repair is a way out of a damaged file: what the person is told, and what happens on agreement.
type repair struct {
	text, button string
	do           func() error
}

// wayOut finds out what can be saved before anything is promised.
func wayOut(ctx context.Context, path string) repair {
	can, err := store.Repairable(ctx, path)
	if err != nil {
		return repair{
			page.T("Nothing has been changed in it, and there is no backup. You can start with a new file: mail and calendar come back from the mailbox. The damaged file is kept beside it for repair, with people and companies and what was still pending: {{.Path}}", map[string]any{"Path": path}),
			page.T("Start with a new file"),
			func() error { _, err := store.SetAside(path, time.Now()); return err },
		}
	}
	out := repair{button: page.T("Repair and start"), do: func() error { _, err := store.Repair(ctx, path, time.Now()); return err }}
	if can.FromBackup.IsZero() {
		out.text = page.T("People, companies, settings and what was still to be sent can be read and are taken over into a new file. Mail and calendar come back from the mailbox. The damaged file is kept beside it.")
		return out
	}
	out.text = page.T("It cannot be read any more. The backup of {{.Time}} is taken instead: people, companies, settings and what was still to be sent as they were then. Mail and calendar come back from the mailbox. The damaged file is kept beside it.",
		map[string]any{"Time": when.Long(can.FromBackup.Local())})
	return out
}

// answer is the other button of a message than Quit.
type answer struct {
	label string
	do    func()
}

// tell shows a window with one message and waits until it is answered. other, if not nil, is offered beside Quit.
func tell(a fyne.App, title, text string, other *answer) {
	w := a.NewWindow("Super CRM")
	w.SetPadded(false)
	shut := kit.NewPrimary(page.T("Quit"), "", w.Close)
	buttons := kit.Row(kit.S2, shut)
	if other != nil {
		buttons.Add(kit.NewButton(other.label, "", func() {
			other.do()
			w.Close()
		}))
	}
	body := kit.Stack(kit.S4, kit.NewBanner(kit.Bad, title, text), kit.Spring(), buttons)
	w.SetContent(kit.Surface(kit.ColorPage, kit.InsetAll(body, kit.S5)))
	w.Resize(fyne.NewSize(520, 300))
	w.Canvas().Focus(shut)
	w.ShowAndRun()
}
