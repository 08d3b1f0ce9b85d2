package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// NewBanner is a notice that stays on the thing it concerns: an icon, a bold title, words that say what happened and what
// to do, and the buttons that do it. Title or text may be "".
func NewBanner(tone Tone, title, text string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	soft, strong := tone.colors()
	name := map[Tone]string{Neutral: "info", Info: "info", OK: "check", Warn: "warning", Bad: "warning"}[tone]
	words := Stack(2)
	if title != "" {
		p := NewParagraph(title, SizeBody, strong)
		p.Style.Bold = true
		words.Add(p)
	}
	if text != "" {
		words.Add(NewParagraph(text, SizeBody, ColorText))
	}
	if len(actions) > 0 {
		words.Add(Inset(Row(S2, actions...), S1+2, 0, 0, 0))
	}
	icon := Stack(0, Inset(NewIcon(name, strong, 16), 1, 0, 0, 0), Spring())
	return container.NewStack(NewFill(soft, Corner), InsetAll(Columns(S3, icon, Grow(words)), S3))
}

// NewEmpty is what a page without content shows: an icon, what is missing, and what to do next.
func NewEmpty(icon, title, text string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	heading := NewText(title, SizeHeading, ColorText).Bold().Aligned(fyne.TextAlignCenter)
	heading.Whole = false
	body := NewParagraph(text, SizeBody, ColorMuted)
	body.Align = fyne.TextAlignCenter
	col := Stack(S2, NewIcon(icon, ColorFaint, 32), heading, body)
	if len(actions) > 0 {
		col.Add(Inset(container.NewCenter(Row(S2, actions...)), S2, 0, 0, 0))
	}
	return Stack(0, Spring(), Capped(Inset(col, S4, S4, S4, S4), 380), Spring(), Spring())
}
