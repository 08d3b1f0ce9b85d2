package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"supercrm/ui/page"
)

// ctrl is a key with the platform's main modifier.
func ctrl(k fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

var pageKeys = []struct {
	id  page.ID
	key fyne.KeyName
}{{page.Calendar, fyne.Key1}, {page.Mail, fyne.Key2}, {page.People, fyne.Key3}}

// wireKeys gives plain keys to the page in view when no field has the focus. Keys with a modifier are on the main menu,
// since a focused entry takes shortcuts from the canvas.
func (a *App) wireKeys() {
	c := a.window.Canvas()
	c.SetOnTypedRune(func(r rune) {
		if r == '?' {
			a.palette.ShowKeys()
			a.float(a.palette.Object())
			return
		}
		if k, ok := a.keyed(); ok {
			k.TypedRune(r)
		}
	})
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape && len(a.floating.Objects) > 0 {
			a.closeFloating()
			return
		}
		if a.welcome != nil {
			a.welcome.TypedKey(e)
			return
		}
		if k, ok := a.keyed(); ok {
			k.TypedKey(e)
		}
	})
	// Not on the menu: its keys come before a field's own, and a field undoes its typing.
	c.AddShortcut(&fyne.ShortcutUndo{}, func(fyne.Shortcut) { a.undo() })
}

// undo does what the line at the foot offers. A field that has the focus undoes its own typing instead: it is asked first.
func (a *App) undo() {
	if a.welcome == nil && !a.frame.Toasts.Undo() {
		a.Toast(page.T("There is nothing to undo now. “Undo” stands in the line below for ten seconds after a change."), nil)
	}
}

func (a *App) keyed() (page.Keyed, bool) {
	if a.welcome != nil || len(a.floating.Objects) > 0 || a.frame.Current() == nil {
		return nil, false
	}
	k, ok := a.frame.Current().(page.Keyed)
	return k, ok
}

// ownCommands is how many of the commands are the program's own beside the pages.
const ownCommands = 6

// shift is a key with the platform's main modifier and Shift.
func shift(k fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}
}

// commands are what can be done now, for the main menu and the palette: the program's own, then the page's.
func (a *App) commands() []page.Command {
	var out []page.Command
	if len(a.accounts) > 0 {
		for i, k := range pageKeys {
			out = append(out, page.Command{
				Label: a.frame.Page(k.id).Title(), Key: "Ctrl+" + string(rune('1'+i)), Shortcut: ctrl(k.key),
				Do: func() { a.Open(k.id, 0) },
			})
		}
		out = append(out, page.Command{Label: page.T("New…"), Key: "Ctrl+N", Shortcut: ctrl(fyne.KeyN), Do: a.newItem},
			page.Command{Label: page.T("Undo what was just done"), Key: "Ctrl+Z", Do: a.undo})
		// Not F5: Fyne triggers a menu's shortcut only where it has a modifier (fyne v2.8.1, glfw/window.go, triggersShortcut).
		out = append(out, page.Command{Label: page.T("Sync now"), Key: "Ctrl+M", Shortcut: ctrl(fyne.KeyM), Do: a.syncNow},
			page.Command{Label: page.T("On their way"), Key: "Ctrl+Shift+O", Shortcut: shift(fyne.KeyO), Do: func() { a.Open(page.Outbox, 0) }},
			page.Command{Label: page.T("History, verify mailbox"), Key: "Ctrl+Shift+H", Shortcut: shift(fyne.KeyH), Do: func() { a.Open(page.Ledger, 0) }},
			page.Command{Label: page.T("What is mirrored…"), Key: "Ctrl+,", Shortcut: ctrl(fyne.KeyComma), Do: a.openMirrored})
		if c, ok := a.frame.Current().(page.Commander); ok {
			out = append(out, c.Commands()...)
		}
	}
	return out
}

func (a *App) newItem() {
	if n, ok := a.frame.Current().(page.Newer); ok && a.welcome == nil {
		a.closeFloating()
		n.New()
	}
}

func (a *App) syncNow() {
	for _, acc := range a.accounts {
		a.d.Mailbox.SyncAll(acc.ID)
	}
}
