package calendar

import (
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// manyAnswers is how many attendees are listed before the rest is folded away.
const manyAnswers = 8

// answers lists who has answered what; nil if nobody is invited.
func (n *panel) answers() fyne.CanvasObject {
	var list []mirror.Attendee
	for _, a := range n.event.Attendees {
		if !n.event.IsOrganizer || !n.me().Is(a.Addr) {
			list = append(list, a)
		}
	}
	if len(list) == 0 || n.isNew {
		return nil
	}
	rows := kit.Stack(0)
	shown := list
	if len(list) > manyAnswers+1 {
		shown = list[:manyAnswers]
	}
	for _, a := range shown {
		rows.Add(answerRow(a))
	}
	if rest := list[len(shown):]; len(rest) > 0 {
		var more *kit.Button
		more = kit.NewGhost(page.T("Show all {{.N}}", map[string]any{"N": len(list)}), "chevron-down", func() {
			rows.Remove(more)
			for _, a := range rest {
				rows.Add(answerRow(a))
			}
			n.body.Refresh()
		})
		rows.Add(more)
	}
	heading := kit.NewSection(page.T("Answers"))
	return kit.Stack(kit.S1, kit.Row(kit.S2, heading, kit.Grow(kit.NewLine(tally(list), kit.SizeSmall, kit.ColorMuted))), rows)
}

// tally counts the answers in words.
func tally(list []mirror.Attendee) string {
	var yes, maybe, no, none int
	for _, a := range list {
		switch a.Response {
		case "accepted", "organizer":
			yes++
		case "tentativelyAccepted":
			maybe++
		case "declined":
			no++
		default:
			none++
		}
	}
	var out []string
	add := func(n int, text string) {
		if n > 0 {
			out = append(out, page.T(text, map[string]any{"N": n}))
		}
	}
	add(yes, "{{.N}} yes")
	add(maybe, "{{.N}} maybe")
	add(no, "{{.N}} no")
	add(none, "{{.N}} not answered")
	return strings.Join(out, " · ")
}

func answerRow(a mirror.Attendee) fyne.CanvasObject {
	icon, color, word := "", kit.ColorFaint, page.T("no answer")
	switch a.Response {
	case "accepted":
		icon, color, word = "check", kit.ColorOK, page.T("yes")
	case "organizer":
		icon, color, word = "person", kit.ColorMuted, page.T("organizer")
	case "tentativelyAccepted":
		icon, color, word = "info", kit.ColorWarn, page.T("maybe")
	case "declined":
		icon, color, word = "close", kit.ColorBad, page.T("no")
	}
	name := nameOf(a.Address)
	switch a.Kind {
	case "optional":
		name = page.T("{{.Name}} (optional)", map[string]any{"Name": name})
	case "resource":
		if icon == "" {
			icon = "location"
		}
	}
	if icon == "" {
		icon, color = "clock", kit.ColorFaint
	}
	return kit.Fixed(kit.Row(kit.S2, kit.NewIcon(icon, color, 16), kit.Grow(kit.NewLine(name, kit.SizeBody, kit.ColorText)),
		kit.NewText(word, kit.SizeSmall, kit.ColorMuted)), 0, 24)
}
