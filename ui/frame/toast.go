package frame

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// toastFor is how long a line stays, and with it the undo.
const toastFor = 10 * time.Second

// Toasts shows one line at the foot of the page at a time: what was done, and the way back.
type Toasts struct {
	do    func(func())
	box   *fyne.Container
	timer *time.Timer
	turn  int
	undo  func() // what the line offers; nil: nothing
	back  func() // gives the keyboard back that a question took; nil: none did
	root  fyne.CanvasObject
}

func newToasts(do func(func())) *Toasts {
	t := &Toasts{do: do, box: container.NewStack()}
	t.root = container.New(&bottomLeft{lift: statusHeight + kit.S4, indent: railWidth + kit.S4}, t.box)
	return t
}

// Object is a layer over the window in which the line appears; it takes no events beside it.
func (t *Toasts) Object() fyne.CanvasObject { return t.root }

// Ask shows a question that stays until it is answered. yes names what would be done.
func (t *Toasts) Ask(text, yes string, do func()) {
	t.Hide()
	words := kit.NewParagraph(text, kit.SizeBody, kit.ColorText)
	words.Resize(fyne.NewSize(420, 0)) // so that it knows its lines before it is asked for its height
	ok := kit.NewButton(yes, "", func() {
		t.Hide()
		do()
	})
	ok.Kind = kit.Danger
	cancel := kit.NewButton(page.T("Cancel"), "", t.Hide)
	body := kit.Stack(kit.S3, kit.Fixed(words, 420, 0), kit.Row(kit.S2, ok, cancel))
	t.box.Objects = []fyne.CanvasObject{kit.Floating(kit.ColorRaised, kit.InsetAll(body, kit.S4))}
	t.turn++
	t.root.Refresh()
	t.hold(ok, cancel)
}

// hold gives the keyboard to the last button of a question, which loses nothing, until the question goes.
func (t *Toasts) hold(buttons ...*kit.Button) {
	c := fyne.CurrentApp().Driver().CanvasForObject(t.root)
	if c == nil {
		return
	}
	before := c.Focused()
	t.back = func() {
		if b, ok := c.Focused().(*kit.Button); !ok || !slices.Contains(buttons, b) {
			return // it has gone elsewhere meanwhile
		}
		if before == nil {
			c.Unfocus()
		} else {
			c.Focus(before)
		}
	}
	c.Focus(buttons[len(buttons)-1])
}

// Undo does what the line offers, as its button does. It tells whether a line does.
func (t *Toasts) Undo() bool {
	undo := t.undo
	if undo == nil {
		return false
	}
	t.Hide()
	undo()
	return true
}

// Show replaces the line. undo may be nil.
func (t *Toasts) Show(text string, undo func()) {
	t.set(kit.ColorTip, kit.ColorOnTip, "check", text, page.T("Undo"), undo)
}

// Fail replaces the line by what went wrong.
func (t *Toasts) Fail(text string) { t.set(kit.ColorBad, kit.ColorPage, "warning", text, "", nil) }

func (t *Toasts) set(ground, fg fyne.ThemeColorName, icon, text, action string, do func()) {
	t.Hide()
	line := kit.NewText(text, kit.SizeBody, fg)
	if line.MinSize().Width > 520 {
		line.Whole = false
	}
	var words fyne.CanvasObject = line
	if !line.Whole {
		words = kit.Fixed(line, 520, 0)
	}
	row := kit.Row(kit.S3, kit.NewIcon(icon, fg, 16), words)
	if do != nil {
		t.undo = do
		b := kit.NewButton(action, "undo", func() { t.Undo() })
		b.Tip = page.T("Undo (Ctrl+Z)")
		row.Add(b)
	}
	shut := kit.NewIconButton("close", page.T("Dismiss"), t.Hide)
	shut.Tint = fg
	row.Add(shut)
	t.box.Objects = []fyne.CanvasObject{kit.Floating(ground, kit.Inset(row, 6, kit.S2, 6, kit.S4))}
	t.root.Refresh()
	t.turn++
	turn := t.turn
	t.timer = time.AfterFunc(toastFor, func() {
		t.do(func() {
			if t.turn == turn {
				t.Hide()
			}
		})
	})
}

// Hide takes the line away.
func (t *Toasts) Hide() {
	if t.timer != nil {
		t.timer.Stop()
	}
	t.undo = nil
	if back := t.back; back != nil {
		t.back = nil
		back()
	}
	if len(t.box.Objects) > 0 {
		t.box.Objects = nil
		t.root.Refresh()
	}
}

// bottomLeft lays its object at the foot of the page beside the rail, at its own size. There it covers the end of a list;
// in the middle it would cover the buttons of whatever is being written.
type bottomLeft struct{ lift, indent float32 }

var _ fyne.Layout = (*bottomLeft)(nil)

func (*bottomLeft) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (b *bottomLeft) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		m := o.MinSize()
		o.Resize(m)
		o.Move(fyne.NewPos(b.indent, s.Height-m.Height-b.lift))
	}
}
