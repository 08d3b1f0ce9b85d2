package mail

import (
	"supercrm/auth"
	"supercrm/ui/page"
)

// cannotSend says why an account may not send, or "". Grants that are not known count as given: the service decides then.
func (p *Page) cannotSend(account int64) string {
	feature, _ := auth.FeatureByID("send")
	for _, b := range p.boxes {
		if b.account.ID == account && len(b.account.Granted) > 0 && feature.Allowed(b.account.Granted) != auth.Full {
			return page.T("Sending is not allowed here. The text is kept.")
		}
	}
	return ""
}

// permit turns Send off, with the reason beside it, while the account may not send. It tells whether it may.
func (c *composer) permit() bool {
	why := c.p.cannotSend(c.account())
	if why != "" {
		c.send.Disable()
		c.noteLine.SetText(why)
		return false
	}
	if !c.sending {
		c.send.Enable()
	}
	c.noteLine.SetText(c.note)
	return true
}
