package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Tone is the meaning of a coloured thing. Colour stands for state only.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Info
	OK
	Warn
	Bad
)

func (t Tone) colors() (soft, strong fyne.ThemeColorName) {
	switch t {
	case Info:
		return ColorAccentSoft, ColorAccent
	case OK:
		return ColorOKSoft, ColorOK
	case Warn:
		return ColorWarnSoft, ColorWarn
	case Bad:
		return ColorBadSoft, ColorBad
	}
	return ColorHover, ColorMuted
}

// NewChip is a small rounded label.
func NewChip(text string, tone Tone) fyne.CanvasObject {
	soft, strong := tone.colors()
	return container.NewStack(NewFill(soft, 9), Inset(NewText(text, SizeSmall, strong), 1, S2, 1, S2))
}

// NewSection is a small heading above a group in a pane.
func NewSection(text string) *Text {
	return NewText(text, SizeSmall, ColorMuted).Bold()
}
