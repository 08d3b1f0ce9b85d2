package search

import (
	"context"
	"database/sql"
	"fmt"
)

// Reader is what finding needs of the file.
type Reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Find gives at most limit documents of one kind that the query means, in the order of the index: newest first where the
// kind has a time. It stops reading as soon as it has enough. What a query asks of the row itself (folder, read state) is
// not looked at: mail is found by the mirror.
func Find(ctx context.Context, r Reader, q Query, k Kind, limit int) ([]Hit, error) {
	if limit <= 0 || q.Empty() || !q.Means(k) {
		return nil, ctx.Err()
	}
	from, args, err := q.From(ctx, r, k)
	if err != nil {
		return nil, err
	}
	rows, err := r.QueryContext(ctx, "SELECT doc FROM "+from+" LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	defer rows.Close()
	var out []Hit
	for rows.Next() {
		var doc int64
		if err := rows.Scan(&doc); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
		out = append(out, HitOf(doc))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return out, nil
}

// From is the query as a table of one column, doc, in the order of the index, for whoever joins rows to it (CROSS JOIN, so
// that the index leads and the order holds). Without words it is every document of the kind and time, less those with an
// unwanted word: FTS5 keeps one row for each in its docsize table (sqlite.org/fts5.html, section 9).
func (q Query) From(ctx context.Context, r Reader, k Kind) (table string, args []any, err error) {
	lo, hi := q.Span(k)
	if q, err = q.spellOut(ctx, r); err != nil {
		return "", nil, err
	}
	if match := q.Match(); match != "" {
		return `(SELECT rowid AS doc FROM search_fts WHERE search_fts MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid)`, []any{match, lo, hi}, nil
	}
	if but := q.unwanted(); but != "" {
		// SQLite reads the two lists side by side, since they are in one order, and only as far as rows are asked for (select.c,
		// multiSelectOrderBy): NOT IN would read the whole list of a common word first. The LIMIT keeps it from dropping the
		// order within a join.
		return `(SELECT id AS doc FROM search_fts_docsize WHERE id BETWEEN ? AND ?
			EXCEPT SELECT rowid FROM search_fts WHERE search_fts MATCH ? AND rowid BETWEEN ? AND ? ORDER BY 1 LIMIT -1)`, []any{lo, hi, but, lo, hi}, nil
	}
	return `(SELECT id AS doc FROM search_fts_docsize WHERE id BETWEEN ? AND ? ORDER BY id)`, []any{lo, hi}, nil
}
