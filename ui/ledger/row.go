package ledger

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/pending"
	"supercrm/ui/when"
)

// columns are laid out alike in the heads and in every row: when, in or out, what it is about, what happened, why, by whom.
type columns struct{}

var widths = []float32{128, 20, 0, 0, 0, 100} // 0: a share of what is left
var shares = []float32{0, 0, 0.44, 0.26, 0.30, 0}

func (columns) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(400, kit.RowDense) }

func (columns) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	left := s.Width - 2*kit.S4
	for _, w := range widths {
		left -= w
	}
	left -= kit.S3 * float32(len(widths)-1)
	x := kit.S4
	for i, o := range objs {
		w := widths[i] + shares[i]*max(0, left)
		h := o.MinSize().Height
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, (s.Height-h)/2))
		x += w + kit.S3
	}
}

func heads() fyne.CanvasObject {
	text := func(s string) fyne.CanvasObject { return kit.NewLine(s, kit.SizeSmall, kit.ColorMuted).Bold() }
	return container.New(columns{}, text(page.T("When")), text(""), text(page.T("Item")), text(page.T("What happened")), text(page.T("Why")), text(page.T("By")))
}

// row is one change.
type row struct {
	widget.BaseWidget
	box                      fyne.CanvasObject
	at, item, what, why, who *kit.Text
	icon                     *kit.Icon
}

func newRow() *row {
	r := &row{at: kit.NewLine("", kit.SizeSmall, kit.ColorMuted), item: kit.NewLine("", kit.SizeBody, kit.ColorText), what: kit.NewLine("", kit.SizeBody, kit.ColorText),
		why: kit.NewLine("", kit.SizeBody, kit.ColorMuted), who: kit.NewLine("", kit.SizeBody, kit.ColorMuted), icon: kit.NewIcon("", kit.ColorMuted, 16)}
	r.box = container.New(columns{}, r.at, r.icon, r.item, r.what, r.why, r.who)
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

func (r *row) show(l *mirror.LedgerRow, account string) {
	r.at.SetText(moment(l.At))
	icon, tint := "download", kit.ColorMuted
	if l.Out {
		icon = "sent"
	}
	what := What(l)
	switch l.What {
	case "failed":
		tint = kit.ColorBad
	case "conflict":
		tint = kit.ColorWarn
	}
	r.icon.Set(icon, tint)
	name, color := l.Subject, kit.ColorText
	switch {
	case l.ItemID == 0:
		name, color = page.T("new mail"), kit.ColorMuted
	case l.Gone:
		name, color = page.T("{{.Kind}} that is gone (row {{.ID}})", map[string]any{"Kind": kindOf(l.ItemKind), "ID": l.ItemID}), kit.ColorMuted
	case name == "":
		name = page.T("(no subject)")
	}
	if account != "" {
		name += "  ·  " + account
	}
	r.item.Set(name, color, false)
	if tint == kit.ColorMuted {
		tint = kit.ColorText
	}
	r.what.Set(what, tint, false)
	r.why.SetText(Why(l))
	r.who.SetText(Who(l))
}

// moment is a date and a time of day.
func moment(t time.Time) string {
	t = t.Local()
	return when.DateOf(t).Day() + ", " + when.Time(t)
}

func kindOf(kind string) string {
	switch kind {
	case "message":
		return page.T("a message")
	case "event":
		return page.T("an event")
	case "folder":
		return page.T("a folder")
	case "calendar":
		return page.T("a calendar")
	}
	return page.T("an item")
}

func fields(l *mirror.LedgerRow) string {
	var out []string
	for _, f := range l.Fields {
		out = append(out, strings.ToLower(pending.FieldName(f)))
	}
	return strings.Join(out, ", ")
}

// What says what happened.
func What(l *mirror.LedgerRow) string {
	with := func(text string) string {
		if f := fields(l); f != "" {
			return text + ": " + f
		}
		return text
	}
	switch l.What {
	case "new":
		return page.T("arrived")
	case "changed":
		return with(page.T("changed"))
	case "moved":
		return page.T("moved")
	case "deleted":
		return page.T("deleted")
	case "queued":
		return with(page.T("queued"))
	case "sent":
		return with(page.T("confirmed"))
	case "failed":
		reason := ""
		if len(l.Fields) > 0 {
			reason = l.Fields[0]
		}
		switch reason {
		case "refused":
			return page.T("failed: refused")
		case "gone":
			return page.T("failed: no longer there")
		case "toolarge":
			return page.T("failed: too large")
		case "files":
			return page.T("failed: a file is missing")
		}
		return page.T("failed")
	case "discarded":
		return page.T("given up")
	case "conflict":
		return with(page.T("changed on both sides"))
	case "resolved":
		if len(l.Fields) == 0 {
			return page.T("decided: theirs")
		}
		return page.T("decided, mine for {{.Fields}}", map[string]any{"Fields": fields(l)})
	}
	return l.What
}

// Why says what made it happen.
func Why(l *mirror.LedgerRow) string {
	switch l.Why {
	case "first":
		return page.T("first reading of the mailbox")
	case "delta":
		return page.T("the mailbox told of it")
	case "resync":
		return page.T("the folder was read anew")
	case "confirmation":
		return page.T("the mailbox's answer to an edit")
	case "body":
		return page.T("fetched afterwards")
	case "verify":
		return page.T("verification of the mailbox")
	case "mail.read":
		return page.T("you marked it")
	case "mail.categories":
		return page.T("you set its categories")
	case "mail.move":
		return page.T("you moved it")
	case "mail.reply":
		return page.T("you answered or forwarded it")
	case "mail.send":
		return page.T("you wrote it")
	case "event.edit":
		return page.T("you changed it")
	case "event.create":
		return page.T("you made it")
	case "event.delete":
		return page.T("you deleted it")
	case "event.respond":
		return page.T("you answered the invitation")
	}
	return l.Why
}

// Who says who did it.
func Who(l *mirror.LedgerRow) string {
	switch l.Who {
	case "you":
		return page.T("you")
	case "service":
		return page.T("the mailbox")
	case "elsewhere":
		return page.T("elsewhere")
	}
	return l.Who
}
