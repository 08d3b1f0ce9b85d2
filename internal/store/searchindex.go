package store

import (
	"context"
	"database/sql"
	"fmt"
)

// searched are the views that say how the rows of each kind are found, in the order of the kinds' numbers
// (migrations/0004_search.sql).
var searched = []string{"message_search", "event_search", "person_search", "company_search", "person_note_search", "company_note_search"}

// reindex brings the full-text index up to date with the rows that this transaction changed, in the order of the index.
// An FTS5 table that is written row by row between other statements writes a segment each time.
func reindex(ctx context.Context, tx *sql.Tx) error {
	var first, last sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT (SELECT min(doc) FROM search_stale), (SELECT max(doc) FROM search_stale)`).Scan(&first, &last); err != nil {
		return fmt.Errorf("look for what is to be indexed: %w", err)
	}
	if !first.Valid {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM search_fts WHERE rowid IN (SELECT doc FROM search_stale WHERE doc IN (SELECT id FROM search_fts_docsize))`); err != nil {
		return fmt.Errorf("take from the index: %w", err)
	}
	for kind, view := range searched {
		lo, hi := int64(kind)<<60, int64(kind)<<60|(1<<60-1)
		if last.Int64 < lo || first.Int64 > hi {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO search_fts (rowid, title, sender, recipients, text, tags)
			SELECT v.doc, v.title, v.sender, v.recipients, v.text, v.tags FROM search_stale s CROSS JOIN `+view+` v
			ON v.id = s.doc & 4294967295 AND v.doc = s.doc WHERE s.doc BETWEEN ? AND ? ORDER BY s.doc`, lo, hi); err != nil {
			return fmt.Errorf("write the index: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM search_stale`); err != nil {
		return fmt.Errorf("end indexing: %w", err)
	}
	return nil
}
