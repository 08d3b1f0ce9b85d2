package mirror

import "context"

// Pending lists what of one account the service has not confirmed yet, in the order it was done: what is lost should the
// account be erased.
func (m *Mirror) Pending(ctx context.Context, accountID int64) ([]OutboxItem, error) {
	all, err := m.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := collect(ctx, m, "list the account's outbox", scanID, `SELECT id FROM outbox WHERE account_id=?`, accountID)
	if err != nil {
		return nil, err
	}
	own := make(map[int64]bool, len(ids))
	for _, id := range ids {
		own[id] = true
	}
	var out []OutboxItem
	for _, it := range all {
		if own[it.ID] {
			out = append(out, it)
		}
	}
	return out, nil
}

// MessagesOf gives those of the messages that are of an account.
func (m *Mirror) MessagesOf(ctx context.Context, accountID int64, ids []int64) ([]int64, error) {
	return collect(ctx, m, "find the account's messages", scanID,
		`SELECT id FROM message WHERE account_id=? AND id IN (SELECT value FROM json_each(?))`, accountID, toJSON(ids))
}

func scanID(row scanner) (id int64, err error) {
	err = row.Scan(&id)
	return id, err
}
