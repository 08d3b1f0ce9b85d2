package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// SendShortcuts are Ctrl+Return and Ctrl+Enter (the keypad's): "send" everywhere.
var SendShortcuts = []*desktop.CustomShortcut{
	{KeyName: fyne.KeyReturn, Modifier: fyne.KeyModifierShortcutDefault},
	{KeyName: fyne.KeyEnter, Modifier: fyne.KeyModifierShortcutDefault},
}

// IsSend tells whether a shortcut is one of SendShortcuts.
func IsSend(s fyne.Shortcut) bool {
	for _, k := range SendShortcuts {
		if s.ShortcutName() == k.ShortcutName() {
			return true
		}
	}
	return false
}
