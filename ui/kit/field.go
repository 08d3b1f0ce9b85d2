package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Field is a labelled input with a place for what is wrong with it.
type Field struct {
	widget.BaseWidget
	Entry *Entry
	label *Text
	wrong *Text
	box   *fyne.Container
}

// NewField returns a one-line field.
func NewField(label, placeholder string) *Field { return newField(label, placeholder, false) }

// NewTextField returns a field of several lines.
func NewTextField(label, placeholder string, lines int) *Field {
	f := newField(label, placeholder, true)
	f.Entry.SetMinRowsVisible(lines)
	return f
}

func newField(label, placeholder string, multi bool) *Field {
	f := &Field{Entry: NewEntry(placeholder, multi), label: NewText(label, SizeSmall, ColorMuted), wrong: NewLine("", SizeSmall, ColorBad)}
	f.wrong.Hide()
	f.box = Stack(3, f.label, f.Entry, f.wrong)
	f.ExtendBaseWidget(f)
	return f
}

// Text is what was typed.
func (f *Field) Text() string { return f.Entry.Text }

// SetText fills the field without calling OnEdit.
func (f *Field) SetText(s string) { f.Entry.Fill(s) }

// SetWrong shows what is wrong below the field, or nothing for "".
func (f *Field) SetWrong(why string) {
	f.wrong.SetText(why)
	f.wrong.Hidden = why == ""
	f.box.Refresh()
	f.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// Entry is Fyne's entry with two habits more: filling it is not editing it, and Ctrl+Return and Escape have a meaning.
type Entry struct {
	widget.Entry
	OnEdit   func(string) // typed by the person; Fill does not call it
	OnSend   func()       // Ctrl+Return
	OnEscape func()
	OnDown   func() // arrow down in a one-line entry: on to the list below
	OnUp     func() // arrow up, likewise
	OnBlur   func() // the focus has gone elsewhere
	// Before, if set, is given every key first; true says that the key is used up.
	Before  func(*fyne.KeyEvent) bool
	filling bool
}

// NewEntry returns an entry; a one-line one never wraps, one of several lines wraps at words.
func NewEntry(placeholder string, multi bool) *Entry {
	e := &Entry{}
	e.MultiLine = multi
	if multi {
		e.Wrapping = fyne.TextWrapWord
	}
	e.PlaceHolder = placeholder
	e.ExtendBaseWidget(e)
	e.OnChanged = func(s string) {
		if !e.filling && e.OnEdit != nil {
			e.OnEdit(s)
		}
	}
	return e
}

// Fill sets the text without calling OnEdit.
func (e *Entry) Fill(s string) {
	e.filling = true
	defer func() { e.filling = false }()
	e.SetText(s)
}

// TypedShortcut implements fyne.Shortcutable.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if IsSend(s) && e.OnSend != nil {
		e.OnSend()
		return
	}
	e.Entry.TypedShortcut(s)
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case e.Before != nil && e.Before(k):
	case k.Name == fyne.KeyEscape && e.OnEscape != nil:
		e.OnEscape()
	case k.Name == fyne.KeyDown && e.OnDown != nil && !e.MultiLine:
		e.OnDown()
	case k.Name == fyne.KeyUp && e.OnUp != nil && !e.MultiLine:
		e.OnUp()
	default:
		e.Entry.TypedKey(k)
	}
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	if e.OnBlur != nil {
		e.OnBlur()
	}
}
