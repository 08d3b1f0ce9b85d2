package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// openStore opens the file. A damaged one is never thrown away: the person is told what can be taken over into a new one,
// and the damaged one is set aside under another name.
func openStore(ctx context.Context, a fyne.App, log *slog.Logger, path string) (*store.DB, error) {
	db, err := store.Open(ctx, path)
	switch {
	case err == nil:
		return db, nil
	case !errors.Is(err, store.ErrDamaged):
		return nil, refuse(a, log, err, filepath.Dir(path))
	}
	log.Error("open the file", "error", err)
	repaired := false
	tell(a, wayOut(ctx, log, path, func() { repaired = true }))
	if !repaired {
		return nil, err
	}
	return nil, errAfresh
}

// errAfresh says that a new file is in place and the program is to be started again: a window library that has quit
// cannot run twice.
var errAfresh = errors.New("start again with a new file")

// wayOut finds out what can be saved before anything is promised. repaired is called when that is done.
func wayOut(ctx context.Context, log *slog.Logger, path string, repaired func()) message {
	can, err := store.Repairable(ctx, path)
	out := message{title: page.T("The program's file is damaged")}
	switch {
	case errors.Is(err, store.ErrNothingLeft):
		log.Error("nothing can be saved", "error", err)
		out.text = page.T("Nothing has been changed in it, and there is no backup. You can start with a new file: mail and calendar come back from the mailbox. The damaged file is kept beside it for repair, with people and companies and what was still pending: {{.Path}}", map[string]any{"Path": path})
		out.other = &answer{page.T("Start with a new file"), func() *message {
			_, err := store.Afresh(path, time.Now())
			return outcome(log, path, err, repaired)
		}}
		return out
	case err != nil:
		log.Error("look for what can be saved", "error", err)
		return unrepaired(path, err)
	}
	out.other = &answer{page.T("Repair and start"), func() *message {
		_, err := store.Repair(ctx, path, time.Now())
		return outcome(log, path, err, repaired)
	}}
	if can.FromBackup.IsZero() {
		out.text = page.T("People, companies, settings and what was still to be sent can be read and are taken over into a new file. Mail and calendar come back from the mailbox. The damaged file is kept beside it.")
		return out
	}
	out.text = page.T("It cannot be read any more. The backup of {{.Time}} is taken instead: people, companies, settings and what was still to be sent as they were then. Mail and calendar come back from the mailbox. The damaged file is kept beside it.",
		map[string]any{"Time": when.Long(can.FromBackup.Local())})
	return out
}

// outcome is what is told after a repair; nil where it succeeded.
func outcome(log *slog.Logger, path string, err error, repaired func()) *message {
	if err == nil {
		log.Info("a new file is in place of the damaged one")
		repaired()
		return nil
	}
	log.Error("repair the file", "error", err)
	m := unrepaired(path, err)
	return &m
}

// unrepaired tells why a damaged file cannot be repaired now.
func unrepaired(path string, err error) message {
	out := message{title: page.T("The program's file is damaged, and cannot be repaired now")}
	dir := map[string]any{"Dir": filepath.Dir(path)}
	switch {
	case errors.Is(err, store.ErrFull):
		out.text = page.T("The disk is full, and a repair needs room for a new file. Nothing has been changed. Free some space and start again. The folder is {{.Dir}}.", dir)
	case errors.Is(err, store.ErrReadOnly):
		out.text = page.T("The program's folder may only be read, and a repair writes a new file there. Nothing has been changed. Check the permissions of the folder and start again. The folder is {{.Dir}}.", dir)
	default:
		out.text = page.T("Nothing has been changed. Start again to try once more; the program's log tells the reason. The folder is {{.Dir}}.", dir)
	}
	return out
}
