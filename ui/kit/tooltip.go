package kit

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// tipDelay is how long the mouse rests before a tooltip shows.
const tipDelay = 600 * time.Millisecond

// TipLayer is the sheet on which tooltips are drawn: the topmost child of a window's content, which takes no events.
type TipLayer struct {
	box   *fyne.Container
	do    func(func())
	timer *time.Timer
	owner fyne.CanvasObject
}

var tipLayers sync.Map // fyne.Canvas → *TipLayer

// WithTips puts a window's content under a layer for tooltips. do runs a function on the UI thread. The returned function
// ends the layer when the window closes.
func WithTips(c fyne.Canvas, content fyne.CanvasObject, do func(func())) (fyne.CanvasObject, func()) {
	l := &TipLayer{box: container.NewWithoutLayout(), do: do}
	tipLayers.Store(c, l)
	return container.NewStack(content, l.box), func() {
		tipLayers.Delete(c)
		if l.timer != nil {
			l.timer.Stop()
		}
	}
}

func tipLayer(o fyne.CanvasObject) (*TipLayer, fyne.Canvas) {
	app := fyne.CurrentApp()
	if app == nil {
		return nil, nil
	}
	c := app.Driver().CanvasForObject(o)
	if c == nil {
		return nil, nil
	}
	l, ok := tipLayers.Load(c)
	if !ok {
		return nil, nil
	}
	return l.(*TipLayer), c
}

func showTip(o fyne.CanvasObject, text string) {
	if text == "" {
		return
	}
	l, c := tipLayer(o)
	if l == nil {
		return
	}
	l.hide()
	l.owner = o
	l.timer = time.AfterFunc(tipDelay, func() {
		l.do(func() {
			if l.owner == o {
				l.draw(c, o, text)
			}
		})
	})
}

func hideTip(o fyne.CanvasObject) {
	if l, _ := tipLayer(o); l != nil && l.owner == o {
		l.hide()
	}
}

func (l *TipLayer) hide() {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.owner = nil
	if len(l.box.Objects) > 0 {
		l.box.RemoveAll()
	}
}

func (l *TipLayer) draw(c fyne.Canvas, o fyne.CanvasObject, text string) {
	tip := container.NewStack(NewFill(ColorTip, 4), Inset(NewText(text, SizeSmall, ColorOnTip), 4, S2, 4, S2))
	size := tip.MinSize()
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	x := pos.X + (o.Size().Width-size.Width)/2
	y := pos.Y + o.Size().Height + S1
	if y+size.Height > c.Size().Height {
		y = pos.Y - size.Height - S1
	}
	x = max(S1, min(x, c.Size().Width-size.Width-S1))
	tip.Resize(size)
	tip.Move(fyne.NewPos(x, y))
	l.box.Add(tip)
}

// ShowTip shows a tooltip below an object after a moment, for widgets that are not Tappable; HideTip takes it away.
func ShowTip(o fyne.CanvasObject, text string) { showTip(o, text) }

// HideTip takes an object's tooltip away.
func HideTip(o fyne.CanvasObject) { hideTip(o) }
