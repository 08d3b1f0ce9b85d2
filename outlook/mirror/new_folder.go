package mirror

import (
	"context"
	"fmt"

	"supercrm/outlook"
)

// deepest is how many folders that are not known are asked about, one above the other.
const deepest = 8

// madeMeanwhile gives a folder that the mirror does not have, with those above it that it does not have either, if it belongs to
// what is mirrored: it was made since the list of folders was read, and what is moved into it is to keep its row. It gives none
// for a folder that the mirror has, and for one that it never has, such as that for what was deleted for good; these it keeps in
// outside, so that they are asked about once.
func (r *runner) madeMeanwhile(ctx context.Context, graph string, outside map[string]bool) (made []outlook.Folder, err error) {
	for id := graph; len(made) < deepest && !outside[id]; {
		var inside bool
		if err := r.m.db.Reader().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM mail_folder WHERE account_id=?1 AND (graph_id=?2 OR well_known='inbox' AND parent_graph_id=?2))`,
			r.account, id).Scan(&inside); err != nil {
			return nil, fmt.Errorf("read folders: %w", err)
		}
		if inside { // or what the inbox lies in
			if len(made) > 0 {
				r.forgetNames() // it may be the archive, which comes to be when it is first used
			}
			return made, nil
		}
		f, err := r.client.Folder(ctx, id)
		if err != nil && !outlook.IsNotFound(err) && !outlook.IsRefused(err) {
			return nil, err
		}
		if err != nil || f.Hidden || f.ParentID == nil {
			break
		}
		made, id = append(made, f), *f.ParentID
	}
	outside[graph] = true
	return nil, nil
}
