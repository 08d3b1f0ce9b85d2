package mirrored

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// backupPart says when what no mailbox gives back was last backed up, and what keeps it from being so now.
type backupPart struct {
	p      *Panel
	line   *kit.Text
	failed *kit.Paragraph
	told   string // the failure that failed explains
	object fyne.CanvasObject
}

func newBackup(p *Panel) *backupPart {
	b := &backupPart{p: p, line: kit.NewLine("", kit.SizeBody, kit.ColorText), failed: kit.NewParagraph("", kit.SizeSmall, kit.ColorBad)}
	b.object = part("copy", page.T("Backup"), b.line, b.failed,
		kit.NewParagraph(page.T("People, companies, settings, drafts and what is still to be sent, once a day, in the program's folder. Mail and calendar come back from the mailbox."), kit.SizeSmall, kit.ColorMuted))
	return b
}

func (b *backupPart) show(made time.Time, failed error) {
	text := page.T("None yet")
	if !made.IsZero() {
		text = page.T("Last made {{.Time}}", map[string]any{"Time": when.Long(made)})
	}
	b.line.SetText(text)
	b.failed.Hidden = failed == nil
	if failed != nil && b.told != fmt.Sprint(failed) { // explaining writes to the log
		b.told = fmt.Sprint(failed)
		b.failed.SetText(page.T("The last backup failed; it is tried again every hour.") + " " + b.p.host.Explain("back up", failed))
	}
}
