package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// openStore opens the file. A damaged one is never thrown away: the person is asked, and "start afresh" sets it aside
// under another name beside the new one.
func openStore(ctx context.Context, a fyne.App, path string) (*store.DB, error) {
	db, err := store.Open(ctx, path)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, store.ErrNewer):
		tell(a, page.T("A newer Super CRM has written this file"), page.T("This version cannot read it, and has changed nothing. Install the newer version again."), nil)
		return nil, err
	case !errors.Is(err, store.ErrDamaged):
		tell(a, page.T("The program's file cannot be opened"), page.T("Is the disk full, or the folder read-only? The folder is {{.Dir}}.", map[string]any{"Dir": filepath.Dir(path)}), nil)
		return nil, err
	}
	afresh := false
	tell(a, page.T("The program's file is damaged"),
		page.T("Nothing has been changed in it. You can start with a new file: mail and calendar come back from the mailbox. The damaged file is kept beside it for repair, with people and companies and what was still pending: {{.Path}}", map[string]any{"Path": path}),
		func() { afresh = true })
	if !afresh {
		return nil, err
	}
	if err := setAside(path, time.Now()); err != nil {
		return nil, err
	}
	return nil, errAfresh
}

// errAfresh says that the file was set aside and the program is to be started again: a window library that has quit
// cannot run twice.
var errAfresh = errors.New("start again with a new file")

// setAside renames a database and the files that belong to it.
func setAside(path string, now time.Time) error {
	suffix := ".damaged-" + now.Format("20060102-150405")
	for _, part := range []string{"", "-wal", "-shm"} {
		err := os.Rename(path+part, path+suffix+part)
		if err != nil && (part == "" || !errors.Is(err, os.ErrNotExist)) {
			return fmt.Errorf("set the damaged file aside: %w", err)
		}
	}
	return nil
}

// tell shows a window with one message and waits until it is answered. afresh, if not nil, is offered as a button.
func tell(a fyne.App, title, text string, afresh func()) {
	w := a.NewWindow("Super CRM")
	w.SetPadded(false)
	shut := kit.NewPrimary(page.T("Quit"), "", w.Close)
	buttons := kit.Row(kit.S2, shut)
	if afresh != nil {
		buttons.Add(kit.NewButton(page.T("Start with a new file"), "", func() {
			afresh()
			w.Close()
		}))
	}
	body := kit.Stack(kit.S4, kit.NewBanner(kit.Bad, title, text), kit.Spring(), buttons)
	w.SetContent(kit.Surface(kit.ColorPage, kit.InsetAll(body, kit.S5)))
	w.Resize(fyne.NewSize(520, 300))
	w.Canvas().Focus(shut)
	w.ShowAndRun()
}
