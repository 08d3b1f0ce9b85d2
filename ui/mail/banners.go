package mail

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// showBanners says what of this message has not reached the service and waits for the person.
func (r *reader) showBanners() {
	r.banners.Objects = nil
	for _, item := range r.shown.outbox {
		if b := r.p.outboxBanner(item); b != nil {
			r.banners.Objects = append(r.banners.Objects, b)
		}
	}
	r.banners.Hidden = len(r.banners.Objects) == 0
	r.banners.Refresh()
}

// outboxBanner is the notice for an intention that failed, or that has been waiting; nil for one that is simply on its way.
func (p *Page) outboxBanner(item mirror.OutboxItem) fyne.CanvasObject {
	retry := kit.NewButton(page.T("Try again"), "sync", func() {
		p.edit(page.T("try again"), func(ctx context.Context) error { return p.data.Retry(ctx, item.ID) }, nil)
	})
	written := item.Kind == "mail.reply" || item.Kind == "mail.send"
	drop := func() {
		p.edit(page.T("discard the change"), func(ctx context.Context) error { return p.data.Discard(ctx, item.ID) }, nil)
	}
	discard := kit.NewGhost(page.T("Discard"), "", drop)
	discard.Tip = page.T("Give it up; the message shows again what the server has")
	if written { // there is no way back to its text
		discard.OnTapped = func() { p.host.Ask(discardText(subjectOf(item.Subject)), page.T("Discard"), drop) }
		discard.Tip = page.T("Do not send it, and delete what you wrote")
	}
	change := kit.NewButton(page.T("Edit"), "edit", func() { p.editAgain(item) })
	change.Tip = page.T("Take it back and open it for writing")
	switch {
	case item.State == mirror.PendingFailed && item.MayHaveLeft:
		// No "edit and send again" here: that could send it twice. Trying again looks first.
		return kit.NewBanner(kit.Warn, page.T("It is not certain that your mail was sent"),
			page.T("The server took it and then did not answer. Look among the sent mail. “Try again” looks there too before it sends."), wrapped(retry, discard))
	case item.State == mirror.PendingFailed && written:
		return kit.NewBanner(kit.Bad, whatFailed(item), reasonText(item.Reason), wrapped(retry, change, discard))
	case item.State == mirror.PendingConflict:
		return kit.NewBanner(kit.Warn, whatFailed(item), page.T("The message was changed elsewhere in the meantime."), discard)
	case item.State == mirror.PendingFailed:
		return kit.NewBanner(kit.Bad, whatFailed(item), reasonText(item.Reason), retry, discard)
	case item.Attempts > 0 && written:
		return kit.NewBanner(kit.Neutral, page.T("Waiting to be sent"), reasonText(item.Reason), retry, change)
	}
	return nil
}

// mostOfName bounds the name of a mail in a sentence, in characters.
const mostOfName = 60

func shortened(name string) string {
	if r := []rune(name); len(r) > mostOfName {
		return strings.TrimSpace(string(r[:mostOfName-1])) + "…"
	}
	return name
}

// discardText asks before what somebody has written is deleted.
func discardText(name string) string {
	return page.T("Discard “{{.Subject}}”? What you wrote is deleted.", map[string]any{"Subject": shortened(name)})
}

// wrapped sets buttons in as many lines as the width asks for: the list may be narrow.
func wrapped(buttons ...fyne.CanvasObject) fyne.CanvasObject {
	return kit.Grow(container.New(&wrapLayout{gap: kit.S2, width: 200}, buttons...))
}

func whatFailed(item mirror.OutboxItem) string {
	switch item.Kind {
	case "mail.reply":
		return page.T("Your reply was not sent")
	case "mail.send":
		return page.T("“{{.Subject}}” was not sent", map[string]any{"Subject": subjectOf(item.Subject)})
	case "mail.move":
		return page.T("The message was not moved on the server")
	}
	return page.T("The change was not saved on the server")
}

// reasonText says why in plain words, and what the person can do.
func reasonText(reason string) string {
	switch reason {
	case "offline":
		return page.T("There is no connection. It is sent by itself as soon as there is one.")
	case "throttled":
		return page.T("The server asked to wait. It is tried again by itself.")
	case "signin":
		return page.T("Sign in again, then it is sent by itself.")
	case "refused":
		return page.T("The server refused it. Check the recipients, or ask your administrator.")
	case "conflict":
		return page.T("The message was changed elsewhere in the meantime.")
	case "gone":
		return page.T("The message is no longer in the mailbox.")
	case "toolarge":
		return page.T("It is larger than the server accepts.")
	case "files":
		return page.T("A copy of an attached file is no longer on this computer. Edit the mail and attach it again.")
	}
	return page.T("The server could not be reached or did not understand. Try again, or discard it.")
}

// showUnsent shows above the list what has no message of its own to stand on: new mail that could not be sent, and drafts that
// nothing leads to.
func (l *listPane) showUnsent(p *Page, items []mirror.OutboxItem, aside []asideDraft) {
	l.failUI.Objects = nil
	for _, a := range aside {
		if p.writing == nil || p.writing.key != a.key {
			l.failUI.Objects = append(l.failUI.Objects, kit.InsetAll(p.asideBanner(a), kit.S2))
		}
	}
	for _, item := range items {
		if item.Kind != "mail.send" {
			continue
		}
		if b := p.outboxBanner(item); b != nil {
			l.failUI.Objects = append(l.failUI.Objects, kit.InsetAll(b, kit.S2))
		}
	}
	l.failUI.Hidden = len(l.failUI.Objects) == 0
	if c, ok := l.object.(*fyne.Container); ok {
		c.Refresh() // the words of a banner learn their width
		c.Refresh() // and then their height counts
	}
}
