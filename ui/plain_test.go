package ui_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

// sqliteCode is an error as the driver gives it.
type sqliteCode int

func (c sqliteCode) Code() int     { return int(c) }
func (c sqliteCode) Error() string { return fmt.Sprint("SQLite ", int(c)) }

func TestWhatFailsIsExplainedAndDamageNoted(t *testing.T) {
	h := newHouse(t)
	h.start()
	suspect := h.db.Path() + ".suspect"
	full := h.win.Explain("attach", fmt.Errorf("copy file: %w", &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}))
	if !strings.Contains(full, "The disk is full") {
		t.Errorf("%q", full)
	}
	if other := h.win.Explain("read", &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}); strings.Contains(other, "The program's file") {
		t.Errorf("a file of the person's is taken for the program's: %q", other)
	}
	if _, err := os.Stat(suspect); err == nil {
		t.Fatal("a whole file is suspect")
	}
	// As a single row is read, without anything between the driver and the page.
	if text := h.win.Explain("open the message", fmt.Errorf("read message: %w", sqliteCode(267))); !strings.Contains(text, "is damaged. Quit and start again") {
		t.Errorf("%q", text)
	}
	if err := os.Remove(suspect); err != nil {
		t.Error("the next start does not look for the damage:", err)
	}
	h.win.Fail("open the message", fmt.Errorf("read message: %w", sqliteCode(11)))
	if !h.shows("is damaged. Quit and start again") {
		t.Error("a failure does not tell of the damage")
	}
	if err := os.Remove(suspect); err != nil {
		t.Error("the next start does not look for the damage:", err)
	}
}
