package pending

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// row is one intention in the list.
type row struct {
	widget.BaseWidget
	box      fyne.CanvasObject
	icon     *kit.Icon
	what     *kit.Text
	subject  *kit.Text
	state    *kit.Text
	since    *kit.Text
	progress *kit.Progress
	bar      *fyne.Container
}

func newRow() *row {
	r := &row{icon: kit.NewIcon("clock", kit.ColorMuted, 16), what: kit.NewLine("", kit.SizeSmall, kit.ColorMuted), subject: kit.NewLine("", kit.SizeBody, kit.ColorText),
		state: kit.NewLine("", kit.SizeSmall, kit.ColorMuted), since: kit.NewText("", kit.SizeSmall, kit.ColorMuted), progress: kit.NewProgress()}
	r.bar = kit.Fixed(r.progress, 0, 3)
	words := kit.Stack(1, kit.Row(kit.S2, kit.Grow(r.what), r.since), r.subject, r.state)
	r.box = container.NewStack(kit.Inset(kit.Row(kit.S3, r.icon, kit.Grow(words)), 5, kit.S3, 5, kit.S4), kit.Stack(0, kit.Spring(), kit.Inset(r.bar, 0, kit.S3, 1, 44)))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

func (r *row) show(it *mirror.OutboxItem, now time.Time) {
	icon, color := "clock", kit.ColorMuted
	switch it.State {
	case mirror.PendingFailed:
		icon, color = "warning", kit.ColorBad
	case mirror.PendingConflict:
		icon, color = "warning", kit.ColorWarn
	}
	r.icon.Set(icon, color)
	r.what.SetText(title(it))
	r.subject.SetText(subjectOf(it))
	r.state.Set(Short(it), color, false)
	r.since.SetText(when.Short(it.Since.Local(), now))
	sent, total := it.Progress()
	r.bar.Hidden = total == 0 || it.State != mirror.PendingQueued
	r.progress.Set(int(sent/1024), int(total/1024))
	r.Refresh()
}

func subjectOf(it *mirror.OutboxItem) string {
	if it.Subject == "" {
		return page.T("(no subject)")
	}
	return it.Subject
}

// title names an intention.
func title(it *mirror.OutboxItem) string {
	switch {
	case it.Answer != nil && it.Answer.Forward:
		return page.T("Forward")
	case it.Kind == "mail.read" && slices.Contains(it.Fields, "flag"):
		return page.T("Flag")
	case it.Series && it.Kind == "event.edit":
		return page.T("Change series")
	}
	return What(it.Kind)
}

// What names a kind of intention.
func What(kind string) string {
	switch kind {
	case "mail.reply":
		return page.T("Reply")
	case "mail.send":
		return page.T("New mail")
	case "mail.read":
		return page.T("Read or unread")
	case "mail.categories":
		return page.T("Categories")
	case "mail.move":
		return page.T("Move mail")
	case "event.edit":
		return page.T("Change meeting")
	case "event.create":
		return page.T("New meeting")
	case "event.delete":
		return page.T("Delete meeting")
	case "event.respond":
		return page.T("Answer invitation")
	}
	return page.T("Change")
}

// Short says in a few words in what state an intention is.
func Short(it *mirror.OutboxItem) string {
	switch it.State {
	case mirror.PendingConflict:
		return page.T("changed on both sides: choose")
	case mirror.PendingFailed:
		switch it.Reason {
		case "refused":
			return page.T("the mailbox refused it")
		case "gone":
			return page.T("the item is no longer there")
		case "toolarge":
			return page.T("it is too large for the mailbox")
		case "files":
			return page.T("a file is missing")
		}
		if it.MayHaveLeft {
			return page.T("not certain whether it was sent")
		}
		return page.T("it could not be done")
	}
	if sent, total := it.Progress(); total > 0 && sent > 0 {
		return page.T("sending files: {{.Sent}} of {{.Total}}", map[string]any{"Sent": Size(sent), "Total": Size(total)})
	}
	switch it.Reason {
	case "offline":
		return page.T("waits for the network")
	case "throttled":
		return page.T("the mailbox asked to wait")
	case "signin":
		return page.T("waits until you sign in again")
	case "server":
		return page.T("the mailbox did not answer well, trying again")
	}
	return page.T("on its way")
}

// Size writes bytes for people.
func Size(n int64) string {
	switch {
	case n < 1000:
		return page.T("{{.N}} bytes", map[string]any{"N": n})
	case n < 1000*1000:
		return strconv.FormatInt((n+500)/1000, 10) + " KB"
	case n < 10*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return strconv.FormatInt((n+500_000)/1_000_000, 10) + " MB"
}
