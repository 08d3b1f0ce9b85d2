// Package mirrored is the page of the settings that shows, for each account, what of the mailbox is on this computer, and
// where that is chosen: how far back mail reaches, which attachments, calendars and address books. It changes nothing in the
// mailbox.
package mirrored

import (
	"context"
	"time"

	"supercrm/outlook/mirror"
)

// Data is what the panel needs of the mirror; *mirror.Mirror is one. AddColleague waits for the network.
type Data interface {
	Accounts(ctx context.Context) ([]mirror.Account, error)
	Choice(ctx context.Context, accountID int64) (mirror.Choice, error)
	Choose(ctx context.Context, accountID int64, c mirror.Choice) error
	Holdings(ctx context.Context, accountID int64) (mirror.Holdings, error)
	Trim(ctx context.Context, accountID int64) (int, error)
	Status(ctx context.Context) ([]mirror.Status, error)
	Calendars(ctx context.Context, accountID int64) ([]mirror.Calendar, error)
	PickCalendar(ctx context.Context, id int64, on bool) error
	AddColleague(ctx context.Context, accountID int64, addr string) (mirror.Calendar, error)
	RemoveColleague(ctx context.Context, id int64) error
	ContactFolders(ctx context.Context, accountID int64) ([]mirror.ContactFolder, error)
	PickContactFolder(ctx context.Context, id int64, on bool) error
}

// snapshot is all that is shown of one account.
type snapshot struct {
	accounts  []mirror.Account
	account   mirror.Account
	choice    mirror.Choice
	holdings  mirror.Holdings
	status    mirror.Status
	calendars []mirror.Calendar
	folders   []mirror.ContactFolder

	backupMade   time.Time
	backupFailed error // of the last attempt, if later
}

// read takes a snapshot of an account; of the first one if it is gone.
func read(ctx context.Context, data Data, account int64) (snapshot, error) {
	var s snapshot
	var err error
	if s.accounts, err = data.Accounts(ctx); err != nil || len(s.accounts) == 0 {
		return s, err
	}
	s.account = s.accounts[0]
	for _, a := range s.accounts {
		if a.ID == account {
			s.account = a
		}
	}
	id := s.account.ID
	if s.choice, err = data.Choice(ctx, id); err != nil {
		return s, err
	}
	if s.holdings, err = data.Holdings(ctx, id); err != nil {
		return s, err
	}
	all, err := data.Status(ctx)
	if err != nil {
		return s, err
	}
	for _, st := range all {
		if st.AccountID == id {
			s.status = st
		}
	}
	if s.calendars, err = data.Calendars(ctx, id); err != nil {
		return s, err
	}
	s.folders, err = data.ContactFolders(ctx, id)
	return s, err
}
