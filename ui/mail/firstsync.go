package mail

import (
	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// firstSync is what the page shows while there is no folder yet: how far the first mirroring has come.
type firstSync struct {
	title  *kit.Text
	text   *kit.Paragraph
	bar    *kit.Progress
	object fyne.CanvasObject
}

func newFirstSync() *firstSync {
	f := &firstSync{title: kit.NewLine("", kit.SizeHeading, kit.ColorText).Bold().Aligned(fyne.TextAlignCenter),
		text: kit.NewParagraph("", kit.SizeBody, kit.ColorMuted), bar: kit.NewProgress()}
	f.text.Align = fyne.TextAlignCenter
	f.object = kit.Surface(kit.ColorPage, kit.Stack(0, kit.Spring(),
		kit.Capped(kit.Stack(kit.S3, kit.NewIcon("mail", kit.ColorFaint, 32), f.title, f.text, f.bar), 380), kit.Spring(), kit.Spring()))
	return f
}

func (f *firstSync) show(boxes []mailbox) {
	if len(boxes) == 0 {
		f.say(page.T("No mailbox yet"), page.T("Sign in with your work account, and your mail shows here."), -1, 0)
		return
	}
	s := boxes[0].status
	switch {
	case s.SignIn:
		f.say(page.T("Sign in again"), page.T("The service wants to know that it is you before mail can be fetched."), -1, 0)
	case s.Offline:
		f.say(page.T("No connection"), page.T("Your mail is fetched as soon as there is one."), -1, 0)
	case s.Total > 0:
		f.say(page.T("Fetching your mail"), page.T("{{.Done}} of {{.Total}} messages. You can use the other pages meanwhile.",
			map[string]any{"Done": s.Done, "Total": s.Total}), s.Done, s.Total)
	default:
		f.say(page.T("Fetching your mail"), page.T("The folders show first; that takes a few seconds."), 0, 0)
	}
}

func (f *firstSync) say(title, text string, done, total int) {
	f.title.SetText(title)
	f.text.SetText(text)
	f.bar.Hidden = done < 0
	f.bar.Set(done, total)
	f.object.Refresh()
}
