package who

import (
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// TouchIcon is the icon of a mail or meeting in a timeline.
func TouchIcon(t mirror.Touch) string {
	switch t.Kind {
	case "mail.in":
		return "inbox"
	case "mail.out":
		return "sent"
	}
	return "calendar"
}

// TouchWord says what a touch was. Mail that came in may have been another's, with the person among the recipients.
func TouchWord(t mirror.Touch) string {
	switch t.Kind {
	case "mail.in":
		return page.T("Mail received")
	case "mail.out":
		return page.T("Mail sent")
	}
	return page.T("Meeting")
}

// Subject is a subject as it is shown, never empty.
func Subject(s string) string {
	if s == "" {
		return page.T("(no subject)")
	}
	return s
}

// NewTouchRow is a line of a timeline; a click opens the mail or meeting. What is to come is marked by the accent and
// has its day and time.
func NewTouchRow(host page.Host, t mirror.Touch, now time.Time) *kit.Item {
	color, at := kit.ColorMuted, when.Short(local(t), now)
	if ToCome(t, now) {
		color, at = kit.ColorAccent, when.Day(local(t))
		if !t.AllDay {
			at += ", " + when.Time(t.At)
		}
	}
	item := kit.NewItemLead(kit.NewIcon(TouchIcon(t), color, 16), Subject(t.Subject), at, func() { OpenTouch(host, t) })
	item.Tip = TouchWord(t) + " · " + when.Long(t.At)
	if t.AllDay {
		item.Tip = TouchWord(t) + " · " + when.DateOf(t.At.UTC()).Long()
	}
	return item
}

// ToCome tells whether a touch is still ahead; an event of whole days is over when its first day has begun.
func ToCome(t mirror.Touch, now time.Time) bool { return local(t).After(now) }

// local is the moment of a touch by the clock here: of an event of whole days the beginning of its date.
func local(t mirror.Touch) time.Time {
	if t.AllDay {
		return when.DateOf(t.At.UTC()).At(0, time.Local)
	}
	return t.At
}

// OpenTouch shows a touch on its page.
func OpenTouch(host page.Host, t mirror.Touch) {
	if t.Kind == "event" {
		host.Open(page.Calendar, t.ID)
		return
	}
	host.Open(page.Mail, t.ID)
}

// ago says how long a moment has passed, by days of the calendar: "today", "yesterday", "3 days ago", "2 months ago".
func ago(t, now time.Time) string {
	days := when.DateOf(now.Local()).Since(when.DateOf(t.Local()))
	switch {
	case days <= 0:
		return page.T("today")
	case days == 1:
		return page.T("yesterday")
	case days < 14:
		return page.N("{{.N}} day ago", "{{.N}} days ago", days)
	case days < 60:
		return page.N("{{.N}} week ago", "{{.N}} weeks ago", days/7)
	case days < 730:
		return page.N("{{.N}} month ago", "{{.N}} months ago", days/30)
	}
	return page.N("{{.N}} year ago", "{{.N}} years ago", days/365)
}

// period is when an event is, all-day or not.
func period(e mirror.Event) string {
	if e.AllDay {
		return when.Days(e.Start, e.End)
	}
	return when.Range(e.Start, e.End)
}
