package frame

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
	"supercrm/ui/uitest"
)

func TestUndoOfALineIsDoneOnce(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(800, 300))
	toasts := newToasts(h.Do)
	h.Window().SetContent(toasts.Object())
	if toasts.Undo() {
		t.Fatal("something is undone although nothing is offered")
	}
	undone := 0
	toasts.Show("Archived", func() { undone++ })
	if !toasts.Undo() || toasts.Undo() || undone != 1 {
		t.Fatal(undone)
	}
	toasts.Show("Archived", func() { undone++ })
	toasts.Show("Text copied", nil) // the line that offered it is gone
	if toasts.Undo() || undone != 1 {
		t.Fatal(undone)
	}
	toasts.Show("Archived", func() { undone++ })
	if !uitest.Press(toasts.Object(), "Undo") || undone != 2 || uitest.Shows(toasts.Object(), "Archived") {
		t.Fatal(undone)
	}
	toasts.Hide()
}

func TestAQuestionTakesTheKeyboardAndGivesItBack(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(800, 300))
	toasts := newToasts(h.Do)
	field := kit.NewEntry("", false)
	h.Window().SetContent(container.NewStack(field, toasts.Object()))
	c := h.Window().Canvas()
	c.Focus(field)
	done := false
	toasts.Ask("Discard “Plan”?", "Discard", func() { done = true })
	b, ok := c.Focused().(*kit.Button)
	if !ok || b.Label != "Cancel" {
		t.Fatalf("%T has the keyboard", c.Focused())
	}
	b.TypedRune(' ')
	if done || c.Focused() != fyne.Focusable(field) || uitest.Shows(toasts.Object(), "Discard") {
		t.Fatal("Space on Cancel does it, or the keyboard is lost")
	}
}
