package kit

import (
	"fyne.io/fyne/v2"
)

// ButtonKind says how loud a button is. A page has one primary button at most.
type ButtonKind int

// The kinds, from quiet to loud; Danger is for what cannot be undone.
const (
	Plain   ButtonKind = iota // a light ground
	Ghost                     // no ground until hovered
	Primary                   // the accent
	Danger
)

// Button is a button with text, an icon, or both. An icon alone always has a Tip.
type Button struct {
	Press
	Label string
	Icon  string
	Kind  ButtonKind
	// On shows a toggle that is pressed.
	On bool
	// Tint replaces the colour of text and icon; "" for the kind's own.
	Tint fyne.ThemeColorName
	// Tall makes it 38 high, for a page with little else on it.
	Tall bool
	// small has the height of a line of text, for status lines and rows.
	small bool
}

var _ fyne.Widget = (*Button)(nil)

// NewButton returns a plain button.
func NewButton(label, icon string, tapped func()) *Button {
	b := &Button{Label: label, Icon: icon}
	b.OnTapped = tapped
	b.Extend(b)
	return b
}

// NewPrimary returns the page's one loud button.
func NewPrimary(label, icon string, tapped func()) *Button {
	b := NewButton(label, icon, tapped)
	b.Kind = Primary
	return b
}

// NewGhost returns a button without a ground.
func NewGhost(label, icon string, tapped func()) *Button {
	b := NewButton(label, icon, tapped)
	b.Kind = Ghost
	return b
}

// NewIconButton returns a quiet square button; tip names what it does.
func NewIconButton(icon, tip string, tapped func()) *Button {
	b := NewGhost("", icon, tapped)
	b.Tip = tip
	return b
}

// NewLink returns a button of the height of a line of small text.
func NewLink(label, icon string, tapped func()) *Button {
	b := NewGhost(label, icon, tapped)
	b.small = true
	b.Tint = ColorMuted
	return b
}

// SetLabel changes the text.
func (b *Button) SetLabel(s string) {
	if b.Label != s {
		b.Label = s
		b.Refresh()
	}
}

// SetOn presses or releases a toggle.
func (b *Button) SetOn(on bool) {
	if b.On != on {
		b.On = on
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		b: b, ground: NewFill("", Corner), shade: NewFill("", Corner),
		icon: NewIcon(b.Icon, ColorText, 16), text: NewText(b.Label, b.scale(), ColorText),
	}
	r.apply()
	return r
}

func (b *Button) scale() fyne.ThemeSizeName {
	if b.small {
		return SizeSmall
	}
	return SizeBody
}

type buttonRenderer struct {
	b      *Button
	ground *Fill
	shade  *Fill // hover
	icon   *Icon
	text   *Text
}

func (r *buttonRenderer) colors() (ground, border, fg fyne.ThemeColorName) {
	b := r.b
	switch {
	case b.disabled && b.Kind == Ghost:
		return "", "", ColorFaint
	case b.disabled:
		return ColorHover, "", ColorFaint
	case b.Kind == Primary:
		return ColorAccent, "", ColorOnAccent
	case b.Kind == Danger:
		return ColorBadSoft, "", ColorBad
	case b.On:
		return ColorAccentSoft, "", ColorAccent
	case b.Kind == Ghost:
		return "", "", ColorText
	}
	return ColorRaised, ColorHairline, ColorText
}

func (r *buttonRenderer) apply() {
	b := r.b
	ground, border, fg := r.colors()
	if b.Kind == Ghost && b.Label == "" && !b.On && !b.disabled && !b.hovered {
		fg = ColorMuted
	}
	if b.Tint != "" && !b.disabled {
		fg = b.Tint
	}
	r.ground.Color, r.ground.Border = ground, border
	r.shade.Color, r.shade.Border = "", ""
	if b.hovered && !b.disabled {
		r.shade.Color = ColorHover
	}
	if b.focused && !b.disabled {
		r.shade.Border = ColorAccent
		if b.Kind == Primary {
			r.shade.Border = ColorText
		}
	}
	r.ground.Refresh()
	r.shade.Refresh()
	r.icon.Set(b.Icon, fg)
	r.icon.Hidden = b.Icon == ""
	r.text.Set(b.Label, fg, b.Kind == Primary)
	r.text.Hidden = b.Label == ""
}

func (r *buttonRenderer) Refresh() {
	r.apply()
	r.icon.Refresh()
	r.text.Refresh()
	r.Layout(r.b.BaseWidget.Size())
}

func (r *buttonRenderer) MinSize() fyne.Size {
	h, pad := float32(30), 2*S3
	if r.b.small {
		h, pad = 22, 2*6
	}
	if r.b.Tall {
		h = 38
	}
	switch {
	case r.b.Label == "":
		return fyne.NewSize(h, h)
	case r.b.Icon == "":
		return fyne.NewSize(r.text.MinSize().Width+pad, h)
	}
	return fyne.NewSize(r.text.MinSize().Width+16+6+pad, h)
}

func (r *buttonRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.shade.Resize(s)
	w := r.text.MinSize().Width
	x := (s.Width - w) / 2
	if r.b.Icon != "" {
		if r.b.Label == "" {
			r.icon.Resize(fyne.NewSquareSize(16))
			r.icon.Move(fyne.NewPos((s.Width-16)/2, (s.Height-16)/2))
			return
		}
		x = (s.Width - w - 22) / 2
		r.icon.Resize(fyne.NewSquareSize(16))
		r.icon.Move(fyne.NewPos(x, (s.Height-16)/2))
		x += 22
	}
	r.text.Resize(fyne.NewSize(w, s.Height))
	r.text.Move(fyne.NewPos(x, 0))
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon, r.text, r.shade}
}
func (r *buttonRenderer) Destroy() {}
