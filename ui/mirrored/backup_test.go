package mirrored

import (
	"errors"
	"testing"
	"time"

	"supercrm/internal/store"
	"supercrm/ui/uitest"
)

func TestTheLastBackupIsShownAndItsFailure(t *testing.T) {
	r, _ := open(t, func(exec func(string, ...any)) { account(exec, 1, "") })
	if uitest.Shows(r.p.Object(), "Backup") {
		t.Error("a backup is spoken of where none is made")
	}
	var made time.Time
	var failed error
	r.p.LastBackup = func() (time.Time, error) { return made, failed }
	shows := func(words string) {
		t.Helper()
		r.p.Opened(0)
		r.Until(words, func() bool { return r.p.shown && uitest.Shows(r.p.Object(), words) })
	}
	shows("None yet")
	made = time.Date(2026, 11, 22, 9, 30, 0, 0, time.Local)
	shows("Last made Sunday 22 November 2026, 09:30")
	if r.p.backup.failed.Visible() {
		t.Error("a failure is shown where there is none")
	}
	failed = store.ErrFull
	shows("The last backup failed")
	shows("Last made Sunday 22 November 2026")
	if len(r.Explained) == 0 || !errors.Is(r.Explained[0], store.ErrFull) {
		t.Errorf("%v", r.Explained)
	}
}
