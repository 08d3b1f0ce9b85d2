package mirror

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// found turns "no rows" into ErrNotFound and names what was being done.
func found(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// rank orders the folders that every mailbox has; folders of the person's own stand between archive and outbox.
func rank(wellKnown string) int {
	for i, n := range []string{"inbox", "drafts", "sentitems", "archive", "", "outbox", "junkemail", "deleteditems"} {
		if n == wellKnown {
			return i
		}
	}
	return 4
}

// Folders lists an account's mail folders: well-known ones first, then the person's own by name, junk and deleted last,
// each followed by its children.
func (m *Mirror) Folders(ctx context.Context, accountID int64) ([]Folder, error) {
	type node struct {
		Folder
		graph, parent string
	}
	all, err := collect(ctx, m, "list folders", func(row scanner) (node, error) {
		var n node
		err := row.Scan(&n.ID, &n.AccountID, &n.Name, &n.WellKnown, &n.Total, &n.graph, &n.parent, &n.Count, &n.Unread)
		return n, err
	}, `SELECT id, account_id, name, well_known, CASE WHEN in_range>=0 THEN in_range ELSE total END, graph_id, parent_graph_id,
		(SELECT count(*) FROM message WHERE folder_id=f.id),
		(SELECT count(*) FROM message WHERE folder_id=f.id AND is_read=0)
		FROM mail_folder f WHERE account_id=? AND NOT `+ending, accountID)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, n := range all {
		known[n.graph] = true
	}
	children := map[string][]node{}
	for _, n := range all {
		if !known[n.parent] || n.parent == n.graph {
			n.parent = "" // the root itself is not mirrored
		}
		children[n.parent] = append(children[n.parent], n)
	}
	out := make([]Folder, 0, len(all))
	var walk func(parent string, depth int)
	walk = func(parent string, depth int) {
		level := children[parent]
		delete(children, parent) // a loop among parents ends here
		sort.Slice(level, func(i, j int) bool {
			a, b := level[i], level[j]
			if ra, rb := rank(a.WellKnown), rank(b.WellKnown); ra != rb {
				return ra < rb
			}
			if la, lb := strings.ToLower(a.Name), strings.ToLower(b.Name); la != lb {
				return la < lb
			}
			return a.ID < b.ID
		})
		for _, n := range level {
			n.Depth = depth
			out = append(out, n.Folder)
			walk(n.graph, depth+1)
		}
	}
	walk("", 0)
	return out, nil
}

// MessageIDs lists a folder's messages, newest first. A hundred thousand ids come as one row: scanning as many rows
// takes several times as long.
func (m *Mirror) MessageIDs(ctx context.Context, folderID int64, unreadOnly bool) ([]int64, error) {
	where := ``
	if unreadOnly {
		where = ` AND is_read=0`
	}
	var list string
	var n int
	if err := m.db.Reader().QueryRowContext(ctx, `SELECT coalesce(group_concat(id),''), count(*) FROM
		(SELECT id FROM message WHERE folder_id=?`+where+` ORDER BY received_at DESC, id DESC)`, folderID).Scan(&list, &n); err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	out := make([]int64, 0, n)
	for len(list) > 0 {
		var text string
		text, list, _ = strings.Cut(list, ",")
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list messages: %w", err)
		}
		out = append(out, id)
	}
	return out, nil
}

const pendingOf = `(SELECT max(CASE state WHEN 'conflict' THEN 3 WHEN 'failed' THEN 2 ELSE 1 END) FROM outbox o WHERE o.item_kind=`

// rowColumns come before the body in the table, so that reading them does not read it.
const rowColumns = `m.id, m.folder_id, m.conversation, m.subject, m.from_name, m.from_addr, m.recipients, m.received_at,
	m.is_read, m.is_draft, m.flagged, m.has_attachments, m.preview, m.categories, coalesce(` + pendingOf + `'message' AND o.item_id=m.id), 0)`

type recipients struct {
	To      []Address `json:"to"`
	Cc      []Address `json:"cc"`
	Bcc     []Address `json:"bcc"`
	ReplyTo []Address `json:"replyTo"`
}

func scanRowInto(row scanner, r *MessageRow, rec *recipients, more ...any) error {
	var received int64
	var who, categories string
	dest := []any{&r.ID, &r.FolderID, &r.Conversation, &r.Subject, &r.From.Name, &r.From.Addr, &who, &received,
		&r.Read, &r.Draft, &r.Flagged, &r.HasAttachments, &r.Preview, &categories, &r.Pending}
	if err := row.Scan(append(dest, more...)...); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(who), rec); err != nil {
		return fmt.Errorf("recipients: %w", err)
	}
	if categories != "[]" {
		if err := json.Unmarshal([]byte(categories), &r.Categories); err != nil {
			return fmt.Errorf("categories: %w", err)
		}
	}
	r.To, r.Received = rec.To, instant(received)
	return nil
}

func scanRow(row scanner) (MessageRow, error) {
	var r MessageRow
	var rec recipients
	err := scanRowInto(row, &r, &rec)
	return r, err
}

// MessageRows reads the lines of a list in the order asked; those that are gone are left out.
func (m *Mirror) MessageRows(ctx context.Context, ids []int64) ([]MessageRow, error) {
	got, err := collect(ctx, m, "read message rows", scanRow,
		`SELECT `+rowColumns+` FROM message m WHERE m.id IN (SELECT value FROM json_each(?))`, toJSON(ids))
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]int, len(got))
	for i, r := range got {
		byID[r.ID] = i
	}
	out := make([]MessageRow, 0, len(got))
	for _, id := range ids {
		if i, ok := byID[id]; ok {
			out = append(out, got[i])
		}
	}
	return out, nil
}

// Message reads a whole message from the store.
func (m *Mirror) Message(ctx context.Context, id int64) (Message, error) {
	var msg Message
	var rec recipients
	var sent int64
	var bodyType, attachments string
	row := m.db.Reader().QueryRowContext(ctx, `SELECT `+rowColumns+`, m.sent_at, m.body_type, m.body, m.attachments FROM message m WHERE m.id=?`, id)
	if err := scanRowInto(row, &msg.MessageRow, &rec, &sent, &bodyType, &msg.Body, &attachments); err != nil {
		return Message{}, found("read message", err)
	}
	msg.Cc, msg.Bcc, msg.ReplyTo, msg.Sent = rec.Cc, rec.Bcc, rec.ReplyTo, instant(sent)
	msg.BodyKnown, msg.HTML = bodyType != "", bodyType == "html"
	if attachments != "" {
		if err := json.Unmarshal([]byte(attachments), &msg.Attachments); err != nil {
			return Message{}, fmt.Errorf("read message: attachments: %w", err)
		}
	}
	return msg, nil
}

// Conversation reads the thread that a message belongs to, oldest first, from all of its account's folders.
func (m *Mirror) Conversation(ctx context.Context, id int64) ([]MessageRow, error) {
	out, err := collect(ctx, m, "read conversation", scanRow, `SELECT `+rowColumns+` FROM message m WHERE m.id IN (
			SELECT ?1 UNION
			SELECT o.id FROM message t JOIN message o ON o.account_id=t.account_id AND o.conversation=t.conversation WHERE t.id=?1 AND t.conversation<>'')
		ORDER BY m.received_at, m.id`, id)
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("read conversation: %w", ErrNotFound)
	}
	return out, err
}

// ErrNotConnected is returned (wrapped) where the network is needed and the account has no workers.
var ErrNotConnected = errors.New("the account is not connected")

// FetchBody asks the worker to fetch a message's body and attachments before others. It returns at once; the hub tells
// when they are there.
func (m *Mirror) FetchBody(ctx context.Context, messageID int64) error {
	var account int64
	if err := m.db.Reader().QueryRowContext(ctx, `SELECT account_id FROM message WHERE id=?`, messageID).Scan(&account); err != nil {
		return found("fetch body", err)
	}
	if r := m.runner(account); r != nil {
		r.wantBody(messageID)
	}
	return nil
}
