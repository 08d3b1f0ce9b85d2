package mirror

import (
	"context"
	"fmt"
	"time"
)

// Coverage is the moment back to which the mail of every account is here: of each account, the oldest message of the range
// that is mirrored, and of these the latest. It is zero when there is no mail. Older mail that a search of the service has
// brought here is single messages, and says nothing of what else there was.
func (m *Mirror) Coverage(ctx context.Context) (time.Time, error) {
	type account struct {
		id int64
		c  Choice
	}
	accounts, err := collect(ctx, m, "read ranges", func(row scanner) (a account, err error) {
		err = row.Scan(&a.id, &a.c.Months)
		return a, err
	}, `SELECT id, mail_months FROM account`)
	if err != nil {
		return time.Time{}, err
	}
	var latest int64
	for _, a := range accounts {
		since := int64(1) // 0 is a time that is not known
		if from := a.c.since(m.now()); !from.IsZero() {
			since = millis(from)
		}
		var oldest int64
		// The index of a folder's list ends with its oldest message.
		if err := m.db.Reader().QueryRowContext(ctx, `SELECT coalesce(min(t),0) FROM (SELECT (SELECT min(received_at) FROM message
			WHERE folder_id=f.id AND received_at>=?) AS t FROM mail_folder f WHERE f.account_id=?)`, since, a.id).Scan(&oldest); err != nil {
			return time.Time{}, fmt.Errorf("read coverage: %w", err)
		}
		latest = max(latest, oldest)
	}
	return instant(latest), nil
}
