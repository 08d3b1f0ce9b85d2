package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"supercrm/ui/page"
)

func TestCtrlZUndoesWhatTheLineOffers(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	undone := false
	h.win.Toast("Archived", func() { undone = true })
	h.win.Undo() // what the key does: the canvas of tests takes no shortcuts
	if !undone || h.shows("Archived") {
		t.Fatal("Ctrl+Z does nothing")
	}
	h.win.Undo()
	h.until("it says that there is nothing", func() bool { return h.shows("There is nothing to undo now") })
	// On the main menu the key would be taken from the fields.
	for _, m := range h.win.Window().MainMenu().Items {
		for _, it := range m.Items {
			if it.Shortcut != nil && it.Shortcut.ShortcutName() == (&fyne.ShortcutUndo{}).ShortcutName() {
				t.Fatalf("%q takes the key from fields", it.Label)
			}
		}
	}
	h.win.Open(page.Calendar, 0)
	h.press("Search")
	h.until("the list of keys", func() bool { return h.shows("Ctrl+Z") })
}
