package mirror

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// messageWriter writes messages into one transaction: row, address index and full-text index together. Statements are
// prepared once.
type messageWriter struct {
	ctx     context.Context
	tx      *store.Tx
	account int64
	folders map[string]int64
	stmts   map[string]*sql.Stmt
	queue   bool // the account has outbox rows, so each item is looked up there
	changed []int64
	from    origin  // for the ledger
	me      Account // its addresses only
	noted   bool    // the ledger has grown
	arrived []int64
	// late is what may have been written since the answers were asked for; nil: nothing. page is the row of the folder whose page
	// they are of, and asked is when they were asked for; zero: since the round began.
	late  *lateness
	page  int64
	asked time.Time
}

func newMessageWriter(ctx context.Context, tx *store.Tx, account int64) (*messageWriter, error) {
	w := &messageWriter{ctx: ctx, tx: tx, account: account, folders: map[string]int64{}, stmts: map[string]*sql.Stmt{}, from: origin{at: millis(time.Now())}}
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outbox WHERE account_id=?1 AND item_kind='message'), coalesce((SELECT upn FROM account WHERE id=?1),''), coalesce((SELECT address FROM account WHERE id=?1),'')`, account).
		Scan(&w.queue, &w.me.UPN, &w.me.Address); err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	rows, err := tx.QueryContext(ctx, `SELECT id, graph_id FROM mail_folder WHERE account_id=?`, account)
	if err != nil {
		return nil, fmt.Errorf("read folders: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var graph string
		if err := rows.Scan(&id, &graph); err != nil {
			return nil, fmt.Errorf("read folders: %w", err)
		}
		w.folders[graph] = id
	}
	return w, rows.Err()
}

func (w *messageWriter) close() {
	for _, s := range w.stmts {
		s.Close()
	}
}

// announce ends a page: what arrived goes into the ledger, and what changed is told after the commit.
func (w *messageWriter) announce() error {
	if err := w.noteArrived(); err != nil {
		return err
	}
	if len(w.changed) > 0 {
		w.tx.Changed(store.Messages, w.changed...)
		w.tx.Changed(store.Folders)
	}
	if w.noted {
		w.tx.Changed(store.Ledger)
	}
	return nil
}

func (w *messageWriter) stmt(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.tx.PrepareContext(w.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	w.stmts[query] = s
	return s, nil
}

func (w *messageWriter) exec(query string, args ...any) error {
	s, err := w.stmt(query)
	if err != nil {
		return err
	}
	if _, err := s.ExecContext(w.ctx, args...); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return nil
}

func (w *messageWriter) insert(query string, args []any) (int64, error) {
	s, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(w.ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("write message: %w", err)
	}
	return res.LastInsertId()
}

func (w *messageWriter) scan(query string, args []any, dest ...any) error {
	s, err := w.stmt(query)
	if err != nil {
		return err
	}
	return s.QueryRowContext(w.ctx, args...).Scan(dest...)
}

// columns collects the fields that an item has.
type columns struct {
	names []string
	vals  []any
}

func (c *columns) set(name string, v any) {
	c.names = append(c.names, name)
	c.vals = append(c.vals, v)
}

func setIf[T any](c *columns, name string, v *T) {
	if v != nil {
		c.set(name, *v)
	}
}

func (c *columns) insert(table string) string { return c.into(table) + " RETURNING id" }

// into is insert without the id. RETURNING opens a savepoint, and with each one the full-text index writes what it has
// gathered to disk, which makes a page of messages several times slower.
func (c *columns) into(table string) string {
	return "INSERT INTO " + table + " (" + strings.Join(c.names, ",") + ") VALUES (" + strings.Repeat("?,", len(c.names)-1) + "?)"
}

func (c *columns) update(table string) string {
	return "UPDATE " + table + " SET " + strings.Join(c.names, "=?,") + "=? WHERE id=?"
}

func fromRecipients(list []outlook.Recipient) []Address {
	out := make([]Address, 0, len(list))
	for _, r := range list {
		out = append(out, Address{Name: r.EmailAddress.Name, Addr: r.EmailAddress.Address})
	}
	return out
}

// upsert writes what an item says and leaves alone what it does not. Fields that an intention of the person changes stay
// as the person sees them; what the service has is kept in the intention, to go back to.
func (w *messageWriter) upsert(m *outlook.Message, folder int64) error {
	var id int64
	var had struct{ recipients, etag, attachments string }
	var was messageWas
	err := w.scan(`SELECT id, recipients, change_key, attachments, folder_id, is_read, flagged, is_draft, subject, preview, categories
		FROM message WHERE account_id=? AND graph_id=? AND graph_id<>''`, []any{w.account, m.ID},
		&id, &had.recipients, &had.etag, &had.attachments, &was.folder, &was.read, &was.flagged, &was.draft, &was.subject, &was.preview, &was.categories)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read message: %w", err)
	}
	if id != 0 && w.overtaken(id, was.folder) {
		return doubt(w.ctx, w.tx, w.account, "message", `t.id=?`, id)
	}
	if m.ParentFolderID != nil {
		real, ok := w.folders[*m.ParentFolderID]
		if !ok && id != 0 && w.late != nil { // the folder may have been made since the list of them was read
			return doubt(w.ctx, w.tx, w.account, "message", `t.id=?`, id)
		}
		if !ok {
			// A folder that is not mirrored, such as the one for what was deleted for good.
			return w.remove(m.ID)
		}
		folder = real
	}
	var c columns
	c.set("folder_id", folder)
	if m.ETag != "" {
		c.set("change_key", m.ETag)
	}
	setIf(&c, "conversation", m.ConversationID)
	setIf(&c, "internet_id", m.InternetID)
	setIf(&c, "subject", m.Subject)
	setIf(&c, "preview", m.Preview)
	setIf(&c, "importance", m.Importance)
	setIf(&c, "has_attachments", m.HasAttachments)
	setIf(&c, "is_read", m.IsRead)
	setIf(&c, "is_draft", m.IsDraft)
	if m.From != nil {
		c.set("from_name", m.From.EmailAddress.Name)
		c.set("from_addr", m.From.EmailAddress.Address)
	}
	if m.Received != nil {
		c.set("received_at", millis(*m.Received))
	}
	if m.Sent != nil {
		c.set("sent_at", millis(*m.Sent))
	}
	if m.Flag != nil {
		c.set("flagged", m.Flag.FlagStatus == "flagged")
	}
	if m.Categories != nil {
		c.set("categories", toJSON(*m.Categories))
	}
	if m.Body != nil {
		c.set("body_type", bodyKind(m.Body.ContentType))
		c.set("body", m.Body.Content)
	}
	people, err := parse[recipients](had.recipients)
	if err != nil {
		return err
	}
	if mergeRecipients(&people, m) || id == 0 {
		c.set("recipients", toJSON(people))
	}
	if list, ok := attachmentsNeeded(m, id != 0, had.attachments, had.etag); ok {
		c.set("attachments", list)
	}
	was.attachments = had.attachments
	fresh := id == 0
	if fresh {
		c.set("account_id", w.account)
		c.set("graph_id", m.ID)
		if id, err = w.insert(c.into("message"), c.vals); err != nil {
			return err
		}
		if err := w.noteMessage(id, m, nil, c); err != nil {
			return err
		}
	} else {
		if err := w.protect(id, &c); err != nil {
			return err
		}
		if len(c.names) > 0 {
			if err := w.exec(c.update("message"), append(c.vals, id)...); err != nil {
				return err
			}
			if err := w.noteMessage(id, m, &was, c); err != nil {
				return err
			}
		}
	}
	if !w.asked.IsZero() && w.overtaken(id, folder) { // its folder may have said that it has left, while it was not in it here
		if err := doubt(w.ctx, w.tx, w.account, "message", `t.id=?`, id); err != nil {
			return err
		}
	}
	w.changed = append(w.changed, id)
	if fresh && wholeMessage(m) {
		return w.indexNew(id, m, people)
	}
	return w.index(id)
}

// overtaken says whether a message, of which there is an answer to write, may have been told of by something newer that is
// written already: the answer to an edit of the person's, or a page of another folder, in which it is.
func (w *messageWriter) overtaken(id, folder int64) bool {
	if w.late == nil {
		return false
	}
	return w.late.since("message", id, w.asked) || folder != w.page && w.late.passed(folder, w.asked)
}

func bodyKind(contentType string) string {
	if strings.EqualFold(contentType, "html") {
		return "html"
	}
	return "text"
}

func mergeRecipients(into *recipients, m *outlook.Message) bool {
	any := false
	for _, f := range []struct {
		from *[]outlook.Recipient
		to   *[]Address
	}{{m.To, &into.To}, {m.Cc, &into.Cc}, {m.Bcc, &into.Bcc}, {m.ReplyTo, &into.ReplyTo}} {
		if f.from != nil {
			*f.to, any = fromRecipients(*f.from), true
		}
	}
	return any
}

// attachmentsNeeded says what to write into the attachments column: nothing where they are to be listed, [] where there are
// none. hasAttachments does not count inline ones, which an HTML body names by cid:.
func attachmentsNeeded(m *outlook.Message, known bool, had, etag string) (string, bool) {
	has := m.HasAttachments != nil && *m.HasAttachments
	if m.Body != nil && bodyKind(m.Body.ContentType) == "html" && strings.Contains(m.Body.Content, "cid:") {
		has = true
	}
	switch {
	case !known && (has || m.HasAttachments == nil || m.Body == nil):
		return "", true
	case !known:
		return "[]", true
	case has && m.ETag != etag && (had == "[]" || m.IsDraft != nil && *m.IsDraft):
		return "", true // they came since, or may have changed
	}
	return had, false
}

// protect takes fields with a pending change out of c, and notes the service's value in the outbox row.
func (w *messageWriter) protect(id int64, c *columns) error {
	if !w.queue {
		return nil
	}
	if err := w.protectCategories(id, c); err != nil {
		return err
	}
	for _, kind := range []string{kindRead, kindMove} {
		o, ok, err := waiting(w.ctx, w.tx, "message", id, kind)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		want, err := parse[mailChange](o.payload)
		if err != nil {
			return err
		}
		was, err := parse[mailChange](o.before)
		if err != nil {
			return err
		}
		if want.Read != nil {
			take(c, "is_read", func(v any) { b := v.(bool); was.Read = &b })
		}
		if want.Flagged != nil {
			take(c, "flagged", func(v any) { b := v.(bool); was.Flagged = &b })
		}
		if want.Folder != 0 {
			take(c, "folder_id", func(v any) { was.Folder = v.(int64) })
		}
		if text := toJSON(was); text != o.before {
			if _, err := w.tx.ExecContext(w.ctx, `UPDATE outbox SET before=? WHERE id=?`, text, o.id); err != nil {
				return fmt.Errorf("write queue: %w", err)
			}
		}
	}
	return nil
}

func take(c *columns, name string, with func(any)) {
	for i, n := range c.names {
		if n == name {
			with(c.vals[i])
			c.names = append(c.names[:i:i], c.names[i+1:]...)
			c.vals = append(c.vals[:i:i], c.vals[i+1:]...)
			return
		}
	}
}

// remove deletes the row of a message that is gone, unless something of the person's still waits on it: then the queue
// finds out and tells, and the row is asked about afterwards.
func (w *messageWriter) remove(graphID string) error {
	if w.queue {
		if err := doubt(w.ctx, w.tx, w.account, "message", waited("message")+`t.graph_id=?`, graphID); err != nil {
			return err
		}
	}
	var id int64
	err := w.scan(`SELECT id FROM message WHERE account_id=? AND graph_id=? AND graph_id<>'' AND NOT EXISTS
		(SELECT 1 FROM outbox WHERE item_kind='message' AND item_id=message.id)`, []any{w.account, graphID}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	if err := w.noteGone(id); err != nil {
		return err
	}
	return deleteMessage(w.ctx, w.tx, id)
}
