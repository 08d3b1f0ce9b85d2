package ui

import (
	"context"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/frame"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// address is an account's address, for the status line.
func (a *App) address(account int64) string {
	for _, acc := range a.accounts {
		if acc.ID == account {
			return acc.UPN
		}
	}
	return page.T("An account")
}

// overview is what the status line and the rail show.
type overview struct {
	status []mirror.Status
	unread int
}

// reloadStatus reads once at a time: during a first mirroring changes come faster than they can be read, and cancelling
// each reading for the next would freeze the line.
func (a *App) reloadStatus() {
	if a.statusReading {
		a.statusAgain = true
		return
	}
	a.statusReading, a.statusAgain = true, false
	a.statusLoader.Load(func(ctx context.Context) (overview, error) {
		var o overview
		var err error
		if o.status, err = a.d.Mailbox.Status(ctx); err != nil {
			return o, err
		}
		for _, s := range o.status {
			folders, err := a.d.Mailbox.Folders(ctx, s.AccountID)
			if err != nil {
				return o, err
			}
			for _, f := range folders {
				if f.WellKnown == "inbox" {
					o.unread += f.Unread
				}
			}
		}
		return o, nil
	}, func(o overview, err error) {
		a.statusReading = false
		if a.statusAgain {
			defer a.reloadStatus()
		}
		if err != nil {
			a.d.Log.Error("read status", "error", err)
			return
		}
		a.frame.Status.Set(frame.Describe(o.status, a.address, func(t time.Time) string { return when.Stamp(t, time.Now()) }))
		a.frame.Rail.Badge(page.Mail, o.unread)
	})
}
