package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	own "supercrm/internal/desktop"
	"supercrm/internal/store"
	"supercrm/ui/kit"
	"supercrm/ui/uitest"
)

func TestWhyTheProgramCannotStartIsTold(t *testing.T) {
	for _, c := range []struct {
		err   error
		dir   string
		title string
	}{
		{fmt.Errorf("open the log: %w", &fs.PathError{Op: "open", Path: "/p/supercrm.log", Err: syscall.ENOSPC}), "/p", "The disk is full"},
		{fmt.Errorf("make the profile folder: %w", &fs.PathError{Op: "mkdir", Path: "/p", Err: syscall.EROFS}), "", "may only be read"},
		{fmt.Errorf("open the log: %w", &fs.PathError{Op: "open", Path: "/p/supercrm.log", Err: syscall.EACCES}), "/p", "may only be read"},
		{fmt.Errorf("check: %w", store.ErrDamaged), "/p", "is damaged"},
		{fmt.Errorf("open: %w", store.ErrNewer), "/p", "A newer Super CRM"},
		{fmt.Errorf("ask: %w", own.ErrNoAnswer), "/p", "running already"},
		{errors.New("no idea"), "/p", "cannot be opened"},
	} {
		got := refusal(c.err, c.dir)
		if !strings.Contains(got.title, c.title) || got.other != nil {
			t.Errorf("%v: %q", c.err, got.title)
		}
		if strings.Contains(got.text, "The folder is") && !strings.Contains(got.text, "The folder is /p.") {
			t.Errorf("%v: %q", c.err, got.text)
		}
	}
}

// ask shows a message in a window of a test and presses its other button.
func ask(t *testing.T, m message) (n *notice, closed *bool) {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme(kit.ModeLight))
	n = newNotice(a, m)
	closed = new(bool)
	n.window.SetOnClosed(func() { *closed = true })
	n.window.Show()
	if !uitest.Shows(n.host, m.title) || !uitest.Press(n.host, m.other.label) {
		t.Fatalf("%q", uitest.Texts(n.host))
	}
	n.working.Wait()
	return n, closed
}

// damagedFile is a profile whose file cannot be read, with a backup or without.
func damagedFile(t *testing.T, backup bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), own.DatabaseName)
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if backup {
		if _, err := db.BackupDue(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestARepairThatFailsIsTold(t *testing.T) {
	for _, backup := range []bool{true, false} {
		path := damagedFile(t, backup)
		repaired := false
		m := wayOut(t.Context(), slog.New(slog.DiscardHandler), path, func() { repaired = true })
		// What was found a moment ago is gone.
		if err := os.Rename(filepath.Dir(path), filepath.Dir(path)+" elsewhere"); err != nil {
			t.Fatal(err)
		}
		n, closed := ask(t, m)
		if repaired || *closed || !uitest.Shows(n.host, "cannot be repaired now") || uitest.Press(n.host, m.other.label) {
			t.Errorf("backup %v: repaired %v, closed %v, %q", backup, repaired, *closed, uitest.Texts(n.host))
		}
	}
}

func TestADamagedFileIsReplacedOnAgreement(t *testing.T) {
	for _, backup := range []bool{true, false} {
		path := damagedFile(t, backup)
		repaired := false
		_, closed := ask(t, wayOut(t.Context(), slog.New(slog.DiscardHandler), path, func() { repaired = true }))
		aside, err := filepath.Glob(path + ".damaged-*")
		if !repaired || !*closed || err != nil || len(aside) != 1 {
			t.Errorf("backup %v: repaired %v, closed %v, aside %q", backup, repaired, *closed, aside)
		}
	}
}

// A disk without room is no reason to give up what can be read.
func TestNoRoomOffersNothingButToQuit(t *testing.T) {
	for _, err := range []error{store.ErrFull, store.ErrReadOnly} {
		m := unrepaired("/p/supercrm.db", fmt.Errorf("repair: %w", err))
		if m.other != nil || !strings.Contains(m.text, "The folder is /p.") || strings.Contains(m.text, "no backup") {
			t.Errorf("%+v", m)
		}
	}
}
