package mirror

import "context"

// Touches lists mail from and to the addresses and meetings with them, past and coming, newest first. Drafts, cancelled
// meetings and masters are left out.
func (m *Mirror) Touches(ctx context.Context, addrs []string, limit int) ([]Touch, error) {
	if limit <= 0 || len(addrs) == 0 {
		return nil, ctx.Err()
	}
	return collect(ctx, m, "list touches", func(row scanner) (Touch, error) {
		var t Touch
		var at int64
		err := row.Scan(&t.Kind, &t.ID, &at, &t.AllDay, &t.Subject, &t.Preview)
		t.At = instant(at)
		return t, err
	}, `WITH who(addr) AS (SELECT DISTINCT value FROM json_each(?1)),
		mail(id, at) AS (SELECT DISTINCT a.message_id, a.at FROM who JOIN message_address a ON a.addr_lc=who.addr ORDER BY a.at DESC),
		meet(id, at) AS (SELECT DISTINCT a.event_id, a.start_at FROM who JOIN event_address a ON a.addr_lc=who.addr ORDER BY a.start_at DESC)
		SELECT * FROM (
			SELECT CASE WHEN lower(m.from_addr) IN (lower(c.upn), lower(nullif(c.address,''))) THEN 'mail.out' ELSE 'mail.in' END, m.id, t.at AS moment, 0, m.subject, m.preview
			FROM mail t JOIN message m ON m.id=t.id JOIN account c ON c.id=m.account_id WHERE m.is_draft=0
			UNION ALL
			SELECT 'event', e.id, t.at, e.all_day, e.subject, e.preview FROM meet t JOIN event e ON e.id=t.id
			WHERE e.cancelled=0 AND e.kind<>'seriesMaster'
		) ORDER BY moment DESC, 2 DESC LIMIT ?2`, toJSON(lower(addrs)), limit)
}
