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
		return page.T("mail received")
	case "mail.out":
		return page.T("mail sent")
	}
	return page.T("meeting")
}

// Subject is a subject as it is shown, never empty.
func Subject(s string) string {
	if s == "" {
		return page.T("(no subject)")
	}
	return s
}

// NewTouchRow is a line of a timeline; a click opens the mail or meeting.
func NewTouchRow(host page.Host, t mirror.Touch, now time.Time) *kit.Item {
	item := kit.NewItem(TouchIcon(t), Subject(t.Subject), when.Short(t.At, now), func() { OpenTouch(host, t) })
	item.Tip = TouchWord(t) + " · " + when.Long(t.At)
	return item
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
