package pending

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// describe is everything about one item: what it is, how it stands, and what can be done.
func (p *Page) describe(it *mirror.OutboxItem) []fyne.CanvasObject {
	heading := kit.NewParagraph(subjectOf(it), kit.SizeTitle, kit.ColorText)
	heading.Style.Bold = true
	out := []fyne.CanvasObject{kit.Stack(2, kit.NewLine(title(it), kit.SizeSmall, kit.ColorMuted), heading)}
	if it.State == mirror.PendingConflict {
		return append(out, p.conflict(it)...)
	}
	tone, title, text := standing(it)
	if p.held(it) {
		title, text = page.T("Waits a moment"), page.T("Until then it can be taken back. It goes from this list when the mailbox has confirmed it.")
	}
	out = append(out, kit.NewBanner(tone, title, text), p.actions(it), p.facts(it))
	if len(it.Files) > 0 {
		out = append(out, files(it))
	}
	if text := textOf(it); text != "" {
		out = append(out, kit.NewParagraph(text, kit.SizeBody, kit.ColorText))
	}
	return out
}

// longestText bounds what is shown of a mail that waits, in characters.
const longestText = 4000

// textOf is what the person wrote.
func textOf(it *mirror.OutboxItem) string {
	text := ""
	switch {
	case it.Mail != nil:
		text = it.Mail.Text
	case it.Answer != nil:
		text = it.Answer.Text
	}
	if r := []rune(text); len(r) > longestText {
		text = string(r[:longestText]) + "…"
	}
	return strings.TrimSpace(text)
}

// standing says in full how an item stands and what happens next.
func standing(it *mirror.OutboxItem) (tone kit.Tone, title, text string) {
	if it.State == mirror.PendingFailed {
		if it.MayHaveLeft {
			return kit.Warn, page.T("It is not certain that this mail was sent"),
				page.T("The server took it and then did not answer. Look among the sent mail. “Try again” looks there too before it sends.")
		}
		return kit.Bad, page.T("This needs you"), map[string]string{
			"refused":  page.T("The mailbox refused it and would refuse it again. Change it, or ask your administrator, or give it up."),
			"gone":     page.T("What it is about was deleted elsewhere in the meantime. “Try again” makes what can be made anew."),
			"toolarge": page.T("It is larger than the mailbox accepts. Edit it and leave out what is large, or share that by a link."),
			"files":    page.T("The copy of an attached file is not on this computer any more, so the mail was not sent. Edit it and attach the file again."),
			"server":   page.T("The mailbox did not answer well, twelve times in a row. Try again, or give it up."),
			"":         page.T("It could not be done. Try again, or give it up."),
		}[it.Reason]
	}
	switch it.Reason {
	case "offline":
		return kit.Neutral, page.T("Waits for the network"), page.T("It is sent by itself as soon as there is a connection. You can go on working.")
	case "throttled":
		return kit.Neutral, page.T("The mailbox asked to wait"), page.T("It is sent by itself when the time is over.")
	case "signin":
		return kit.Warn, page.T("Waits until you sign in again"), page.T("Nothing is lost. It is sent by itself after that.")
	case "server":
		return kit.Neutral, page.T("The mailbox did not answer well"), page.T("It is tried again by itself, less and less often. Nothing is sent twice.")
	}
	return kit.Neutral, page.T("On its way"), page.T("It is sent in a moment. It goes from this list when the mailbox has confirmed it.")
}

// actions are what can be done with an item.
func (p *Page) actions(it *mirror.OutboxItem) fyne.CanvasObject {
	item := *it
	row := kit.Row(kit.S2)
	label, icon := page.T("Try again now"), "sync"
	if p.held(it) {
		label, icon = page.T("Send now"), "sent"
	}
	retry := kit.NewButton(label, icon, p.act(page.T("try again"), func(ctx context.Context) error { return p.data.Retry(ctx, item.ID) }))
	if p.held(it) || p.stuck(it) {
		row.Add(retry)
	}
	if editable(it) && p.OnEdit != nil {
		row.Add(kit.NewButton(page.T("Edit"), "edit", func() { p.OnEdit(item) }))
	}
	if it.ItemID != 0 && it.Kind != "event.delete" && p.OnShow != nil {
		label := page.T("Show the message")
		if it.ItemKind == "event" {
			label = page.T("Show in the calendar")
		}
		row.Add(kit.NewGhost(label, "", func() { p.OnShow(item) }))
	}
	row.Add(kit.Spring())
	away := p.act(page.T("give it up"), func(ctx context.Context) error { return p.data.Discard(ctx, item.ID) })
	drop := kit.NewButton(page.T("Discard"), "trash", away)
	drop.Kind = kit.Danger
	drop.Tip = page.T("Give it up; the item shows again what the mailbox has")
	if written(it) { // there is no way back to it
		drop.OnTapped = func() {
			p.host.Ask(page.T("Discard “{{.Subject}}”? What you wrote is deleted.", map[string]any{"Subject": cut(subjectOf(&item), mostOfSubject)}), page.T("Discard"), away)
		}
		drop.Tip = page.T("Do not send it, and delete what you wrote")
	}
	row.Add(drop)
	return row
}

// mostOfSubject bounds a subject in a question, in characters.
const mostOfSubject = 60

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}

// written tells whether giving an intention up deletes text that is nowhere else.
func written(it *mirror.OutboxItem) bool {
	return it.Kind == "mail.reply" || it.Kind == "mail.send" || it.Kind == "event.create"
}

// stuck tells whether trying again does something: not for what is under way, what waits for a decision, or what can still
// be taken back.
func (p *Page) stuck(it *mirror.OutboxItem) bool {
	switch it.State {
	case mirror.PendingConflict:
		return false
	case mirror.PendingQueued:
		return !p.held(it) && (it.Reason != "" || it.Next.After(p.now()))
	}
	return true
}

// held tells whether mail waits for nothing but the time in which it can be taken back.
func (p *Page) held(it *mirror.OutboxItem) bool {
	return it.State == mirror.PendingQueued && it.Reason == "" && it.Attempts == 0 && !it.Begun && (it.Mail != nil || it.Answer != nil) && it.Next.After(p.now())
}

// editable tells whether an intention can be opened and changed. Mail that may have left cannot: it could go twice.
func editable(it *mirror.OutboxItem) bool {
	switch it.Kind {
	case "mail.reply", "mail.send":
		return !it.MayHaveLeft
	case "event.edit", "event.create":
		return true
	}
	return false
}

// facts are the lines under the buttons.
func (p *Page) facts(it *mirror.OutboxItem) fyne.CanvasObject {
	rows := kit.Stack(kit.S2)
	add := func(label, text string) {
		if text != "" {
			rows.Add(kit.Columns(kit.S3, kit.Fixed(kit.Stack(0, kit.NewText(label, kit.SizeBody, kit.ColorMuted), kit.Spring()), 110, 0), kit.Grow(kit.NewParagraph(text, kit.SizeBody, kit.ColorText))))
		}
	}
	switch {
	case it.Mail != nil:
		add(page.T("To"), addresses(it.Mail.To))
		add(page.T("Cc"), addresses(it.Mail.Cc))
		add(page.T("Bcc"), addresses(it.Mail.Bcc))
	case it.Answer != nil:
		add(page.T("To"), addresses(it.Answer.To))
		add(page.T("Cc"), addresses(it.Answer.Cc))
	default:
		var names []string
		for _, f := range it.Fields {
			names = append(names, strings.ToLower(FieldName(f)))
		}
		add(page.T("Changes"), strings.Join(names, ", "))
	}
	add(page.T("Since"), when.DateOf(it.Since.Local()).Full()+", "+when.Time(it.Since.Local()))
	if it.Attempts > 0 {
		add(page.T("Tries"), page.N("{{.N}} so far", "{{.N}} so far", it.Attempts))
	}
	if it.State == mirror.PendingQueued && it.Next.After(p.now()) {
		label := page.T("Next try")
		if p.held(it) {
			label = page.T("Is sent at")
		}
		add(label, when.Time(it.Next.Local()))
	}
	return rows
}

func addresses(list []mirror.Address) string {
	var out []string
	for _, a := range list {
		if a.Name != "" {
			out = append(out, a.Name+" <"+a.Addr+">")
		} else {
			out = append(out, a.Addr)
		}
	}
	return strings.Join(out, ", ")
}

// files lists what goes with a mail and how much of it the service has.
func files(it *mirror.OutboxItem) fyne.CanvasObject {
	sent, total := it.Progress()
	rows := kit.Stack(kit.S2, kit.NewSection(page.T("Files · {{.Sent}} of {{.Total}} sent", map[string]any{"Sent": Size(sent), "Total": Size(total)})))
	for _, f := range it.Files {
		state, icon, color := Size(f.Size), "attachment", kit.ColorMuted
		switch {
		case f.Uploaded:
			icon, color = "check", kit.ColorOK
		case f.Sent > 0:
			state = page.T("{{.Sent}} of {{.Total}}", map[string]any{"Sent": Size(f.Sent), "Total": Size(f.Size)})
		}
		bar := kit.NewProgress()
		bar.Set(int(f.Sent/1024), int(f.Size/1024))
		line := kit.Stack(kit.S1, kit.Row(kit.S2, kit.NewIcon(icon, color, 16), kit.Grow(kit.NewLine(f.Name, kit.SizeBody, kit.ColorText)), kit.NewText(state, kit.SizeSmall, kit.ColorMuted)))
		if !f.Uploaded && f.Sent > 0 {
			line.Add(kit.Fixed(bar, 0, 4))
		}
		rows.Add(line)
	}
	return kit.Card(kit.InsetAll(rows, kit.S3))
}
