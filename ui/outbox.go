package ui

import (
	"strings"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// wireOutbox lets the outbox and the history show and edit what they tell of.
func (a *App) wireOutbox() {
	a.pending.OnShow = func(it mirror.OutboxItem) { a.showItem(it.ItemKind, it.ItemID) }
	a.pending.OnEdit = func(it mirror.OutboxItem) {
		if strings.HasPrefix(it.Kind, "mail.") {
			a.Open(page.Mail, 0)
			a.mail.EditQueued(it)
			return
		}
		a.Open(page.Calendar, 0)
		a.calendar.EditQueued(it.ItemID)
	}
	a.ledger.OnShow = a.showItem
}

func (a *App) showItem(kind string, id int64) {
	if kind == "event" {
		a.Open(page.Calendar, id)
		return
	}
	a.Open(page.Mail, id)
}

// History implements page.Host.
func (a *App) History(kind string, id int64) {
	a.closeFloating()
	a.ledger.OpenItem(kind, id)
	a.frame.Show(page.Ledger)
}
