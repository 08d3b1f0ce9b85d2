package mirror

import (
	"context"
	"slices"
	"strings"

	"supercrm/internal/plain"
	"supercrm/internal/search"
)

// snippetWidth is how many characters of a body a result shows.
const snippetWidth = 110

// FoundMessage is a message that a search found. Snippet is the piece of its body where a word stands.
type FoundMessage struct {
	MessageRow
	Snippet search.Snippet
}

// FoundEvent is an event that a search found; of a series the one occurrence that is nearest to now.
type FoundEvent struct {
	Event
	Snippet search.Snippet
}

// SearchMessages finds mirrored messages by what was typed (see search.Query), newest first. Text that asks for nothing
// finds nothing.
func (m *Mirror) SearchMessages(ctx context.Context, text string, limit int) ([]MessageRow, error) {
	ids, err := m.searchMail(ctx, m.ParseSearch(text), limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return m.MessageRows(ctx, ids)
}

// ParseSearch understands a query at this moment and in the person's time zone.
func (m *Mirror) ParseSearch(text string) search.Query { return search.Parse(text, m.now().In(m.zone)) }

// FindMessages is SearchMessages with the place in the body where the words stand.
func (m *Mirror) FindMessages(ctx context.Context, q search.Query, limit int) ([]FoundMessage, error) {
	ids, err := m.searchMail(ctx, q, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := m.MessageRows(ctx, ids)
	if err != nil {
		return nil, err
	}
	texts, err := m.texts(ctx, "message", ids)
	if err != nil {
		return nil, err
	}
	out := make([]FoundMessage, len(rows))
	for i, r := range rows {
		out[i] = FoundMessage{MessageRow: r, Snippet: q.Snippet(texts[r.ID], snippetWidth)}
	}
	return out, nil
}

// searchMail asks the index for words and time, and the row for the rest.
func (m *Mirror) searchMail(ctx context.Context, q search.Query, limit int) ([]int64, error) {
	if limit <= 0 || q.Empty() || !q.Means(search.Message) {
		return nil, ctx.Err()
	}
	where, args, err := m.mailConditions(ctx, q)
	if err != nil {
		return nil, err
	}
	from, of, err := q.From(ctx, m.db.Reader(), search.Message)
	if err != nil {
		return nil, err
	}
	return collect(ctx, m, "search messages", func(row scanner) (id int64, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT m.id FROM `+from+` f CROSS JOIN message m ON m.id = f.doc & 4294967295`+where+` LIMIT ?`, append(append(of, args...), limit)...)
}

// mailConditions are what a query asks of the row: read state, flag, attachment, folder by name or well-known name.
func (m *Mirror) mailConditions(ctx context.Context, q search.Query) (string, []any, error) {
	var all []string
	var args []any
	if q.Unread != nil {
		all, args = append(all, "m.is_read=?"), append(args, !*q.Unread)
	}
	if q.Flagged != nil {
		all, args = append(all, "m.flagged=?"), append(args, *q.Flagged)
	}
	if q.Attachment != nil && !*q.Attachment { // those with one the index knows by a word
		all = append(all, "m.has_attachments=0")
	}
	for _, f := range []struct {
		names []string
		in    string
	}{{q.In, "IN"}, {q.NotIn, "NOT IN"}} {
		if len(f.names) == 0 {
			continue
		}
		ids, err := m.foldersNamed(ctx, f.names)
		if err != nil {
			return "", nil, err
		}
		all, args = append(all, "m.folder_id "+f.in+" (SELECT value FROM json_each(?))"), append(args, toJSON(ids))
	}
	if len(all) == 0 {
		return "", nil, nil
	}
	return " WHERE " + strings.Join(all, " AND "), args, nil
}

// foldersNamed finds folders of any account whose name begins with one of the names, and those that are known by it
// ("inbox", "sent"), whatever they are called in the mailbox's language.
func (m *Mirror) foldersNamed(ctx context.Context, names []string) ([]int64, error) {
	type folder struct {
		id    int64
		match bool
	}
	all, err := collect(ctx, m, "find folders", func(row scanner) (f folder, err error) {
		var name, known string
		if err = row.Scan(&f.id, &name, &known); err != nil {
			return f, err
		}
		name = plain.Fold(name)
		f.match = slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(name, n) || known != "" && strings.HasPrefix(known, n) })
		return f, nil
	}, `SELECT id, name, well_known FROM mail_folder`)
	out := []int64{}
	for _, f := range all {
		if f.match {
			out = append(out, f.id)
		}
	}
	return out, err
}

// FindEvents finds meetings by what was typed, the latest first; an occurrence stands for its series once.
func (m *Mirror) FindEvents(ctx context.Context, q search.Query, limit int) ([]FoundEvent, error) {
	// A series is in the index once for each occurrence: a daily one for a year must not hide everything else.
	hits, err := search.Find(ctx, m.db.Reader(), q, search.Event, 400)
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	ids, err = m.onePerSeries(ctx, ids)
	if err != nil {
		return nil, err
	}
	texts, err := m.texts(ctx, "event", ids[:min(limit, len(ids))])
	if err != nil {
		return nil, err
	}
	var out []FoundEvent
	for _, id := range ids[:min(limit, len(ids))] {
		e, err := m.Event(ctx, id)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, FoundEvent{Event: e, Snippet: q.Snippet(texts[id], snippetWidth)})
	}
	return out, nil
}

// onePerSeries keeps of each series the occurrence nearest to now, and the order of ids.
func (m *Mirror) onePerSeries(ctx context.Context, ids []int64) ([]int64, error) {
	type row struct {
		id, start int64
		series    string
	}
	rows, err := collect(ctx, m, "read series", func(s scanner) (r row, err error) {
		err = s.Scan(&r.id, &r.start, &r.series)
		return r, err
	}, `SELECT e.id, e.start_at, CASE WHEN e.master_graph_id='' THEN '' ELSE e.account_id || ' ' || e.master_graph_id END
		FROM json_each(?) j JOIN event e ON e.id=j.value JOIN calendar c ON c.id=e.calendar_id AND c.picked=1 ORDER BY j.key`, toJSON(ids))
	if err != nil {
		return nil, err
	}
	now := millis(m.now())
	away := func(r row) int64 { return max(r.start-now, now-r.start) }
	best := map[string]int{}
	for i, r := range rows {
		if have, ok := best[r.series]; r.series != "" && (!ok || away(r) < away(rows[have])) {
			best[r.series] = i
		}
	}
	var out []int64
	for i, r := range rows {
		if r.series == "" || best[r.series] == i {
			out = append(out, r.id)
		}
	}
	return out, nil
}

// texts are the words of the bodies of messages or events.
func (m *Mirror) texts(ctx context.Context, table string, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	_, err := collect(ctx, m, "read texts", func(row scanner) (struct{}, error) {
		var id int64
		var kind, body string
		if err := row.Scan(&id, &kind, &body); err != nil {
			return struct{}{}, err
		}
		if kind == "html" {
			body = plain.HTML(body)
		}
		out[id] = body
		return struct{}{}, nil
	}, `SELECT id, body_type, substr(body, 1, 200000) FROM `+table+` WHERE id IN (SELECT value FROM json_each(?))`, toJSON(ids))
	return out, err
}

func lower(addrs []string) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = strings.ToLower(strings.TrimSpace(a))
	}
	return out
}
