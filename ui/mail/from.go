package mail

import (
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// from is the line that says which account a mail is sent from: to choose for a new mail, to read for an answer, which
// leaves from the mailbox that has what it answers. With one account there is none.
type from struct {
	c       *composer
	account int64 // chosen; 0 while nothing was
	pick    *kit.Picker
	said    *kit.Text
	object  fyne.CanvasObject
}

func newFrom(c *composer) *from {
	f := &from{c: c}
	if len(c.p.boxes) < 2 {
		return f
	}
	if c.message != 0 {
		f.said = kit.NewLine(c.p.upn(c.account()), kit.SizeBody, kit.ColorText)
		f.object = labelled(page.T("From"), f.said)
		return f
	}
	f.pick = kit.NewPicker(page.T("The mailbox that it is sent from"), func(i int) {
		f.account = c.p.boxes[i].account.ID
		c.permit()
		c.edited()
	})
	f.object = labelled(page.T("From"), kit.Row(0, f.pick.Button, kit.Spring()))
	f.show()
	return f
}

// show marks the account that the mail would leave from.
func (f *from) show() {
	if f.pick == nil {
		return
	}
	names, on := make([]string, len(f.c.p.boxes)), -1
	for i, b := range f.c.p.boxes {
		names[i] = b.account.UPN
		if b.account.ID == f.c.account() {
			on = i
		}
	}
	f.pick.Set(names, on)
}

// account is the account that the composer's mail leaves from.
func (c *composer) account() int64 {
	if c.message != 0 {
		if shown := c.p.reader.shown; shown != nil && shown.msg.ID == c.message {
			if a := c.p.accountOf(shown.msg.FolderID); a != 0 {
				return a
			}
		}
		return c.p.sendFrom()
	}
	if c.from != nil && c.from.account != 0 {
		for _, b := range c.p.boxes { // it may have been signed out
			if b.account.ID == c.from.account {
				return c.from.account
			}
		}
	}
	return c.p.sendFrom()
}

// upn is an account's address; "" for none that is known.
func (p *Page) upn(account int64) string {
	for _, b := range p.boxes {
		if b.account.ID == account {
			return b.account.UPN
		}
	}
	return ""
}

// byUPN is an account by its address; 0 for none.
func (p *Page) byUPN(upn string) int64 {
	for _, b := range p.boxes {
		if upn != "" && strings.EqualFold(b.account.UPN, upn) {
			return b.account.ID
		}
	}
	return 0
}
