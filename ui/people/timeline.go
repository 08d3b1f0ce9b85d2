package people

import (
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/who"
)

// The timeline shows the nearest of what is to come and the newest of what was; a click shows more.
const (
	comingSeen = 3
	pastSeen   = 25
)

// timeline lists mail and meetings, newest first, with a mark between what is to come and what was.
type timeline struct {
	host         page.Host
	now          time.Time
	coming, past []mirror.Touch // newest first
	object       *fyne.Container
}

func newTimeline(host page.Host, touches []mirror.Touch, now time.Time) *timeline {
	t := &timeline{host: host, now: now, object: kit.Stack(0)}
	t.coming, t.past = parted(touches, now)
	t.fill(comingSeen, pastSeen)
	return t
}

// parted parts what is to come from what was; both stay newest first.
func parted(touches []mirror.Touch, now time.Time) (coming, past []mirror.Touch) {
	for i, t := range touches {
		if !who.ToCome(t, now) {
			return touches[:i], touches[i:]
		}
	}
	return touches, nil
}

func (t *timeline) fill(coming, past int) {
	t.object.Objects = nil
	if len(t.coming)+len(t.past) == 0 {
		t.object.Add(kit.Inset(kit.NewParagraph(page.T("No mail and no meeting yet."), kit.SizeBody, kit.ColorMuted), 0, kit.S2, 0, kit.S2))
	}
	if n := len(t.coming); n > 0 {
		t.section(page.T("To come"))
		from := max(0, n-coming)
		if from > 0 {
			t.more(page.N("Show {{.N}} later meeting", "Show {{.N}} later meetings", from), "chevron-up", func() { t.fill(n, past) })
		}
		for _, touch := range t.coming[from:] {
			t.object.Add(who.NewTouchRow(t.host, touch, t.now))
		}
	}
	if n := len(t.past); n > 0 {
		if len(t.coming) > 0 {
			t.section(page.T("Earlier"))
		}
		to := min(n, past)
		for _, touch := range t.past[:to] {
			t.object.Add(who.NewTouchRow(t.host, touch, t.now))
		}
		if to < n {
			t.more(page.N("Show {{.N}} more", "Show {{.N}} more", min(n-to, 4*pastSeen)), "chevron-down", func() { t.fill(coming, past+4*pastSeen) })
		}
	}
	t.object.Refresh()
}

func (t *timeline) section(text string) {
	t.object.Add(kit.Inset(kit.NewSection(text), kit.S1, kit.S2, kit.S1, kit.S2))
}

func (t *timeline) more(text, icon string, tapped func()) {
	t.object.Add(kit.Row(0, kit.NewLink(text, icon, tapped)))
}
