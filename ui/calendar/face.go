package calendar

import (
	"strings"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// face is what an event's block shows, without size and time.
func (s *scene) face(event int) face {
	e := &s.week.events[event]
	past := e.End.Before(s.now)
	if e.AllDay {
		_, last := span(e, s.week.loc)
		past = last.Before(when.DateOf(s.now.In(s.week.loc)))
	}
	f := face{
		title: titleOf(e),
		place: e.Location,
		look:  lookOf(colorOf(e, s.categories, s.colors[e.CalendarID]), kindOf(e), past, opaque(kit.ColorPage)),
	}
	if !e.AllDay {
		f.short = when.Clock(wall(e.Start, s.week.loc))
	}
	n := 0
	icon := func(on bool, name string) {
		if on && n < len(f.icons) {
			f.icons[n] = name
			n++
		}
	}
	icon(e.Pending == mirror.PendingFailed || e.Pending == mirror.PendingConflict, "warning")
	icon(e.Pending == mirror.PendingQueued, "sync")
	icon(e.JoinURL != "", "video")
	icon(e.Series, "repeat")
	icon(e.Private, "key")
	if e.ID == s.selected {
		f.ring = opaque(kit.ColorAccent)
	}
	return f
}

// titleOf is an event's subject on one line, or a word for none.
func titleOf(e *mirror.Event) string {
	title := strings.Join(strings.Fields(e.Subject), " ")
	if title == "" {
		title = page.T("No title")
	}
	if e.Cancelled && !strings.HasPrefix(strings.ToLower(title), "cancel") {
		return page.T("Cancelled: {{.Title}}", map[string]any{"Title": title})
	}
	return title
}

// timeOf is an event's time of day, "09:00 – 10:00".
func (s *scene) timeOf(event int) string {
	e := &s.week.events[event]
	return clocks(wall(e.Start, s.week.loc), wall(e.End, s.week.loc))
}

func clocks(from, to int) string { return when.Clock(from) + " – " + when.Clock(to) }

// newEventAt is a stand-in for an event that is being drawn with the mouse.
func newEventAt(start, end time.Time) mirror.Event {
	return mirror.Event{Start: start, End: end, IsOrganizer: true, CanEdit: true, ShowAs: "busy"}
}

// ghostLook is how an event is drawn where it would go.
func ghostLook() look {
	accent, soft := opaque(kit.ColorAccent), opaque(kit.ColorAccentSoft)
	text := opaque(kit.ColorText)
	return look{ground: soft, border: accent, bar: accent, title: text, text: text}
}
