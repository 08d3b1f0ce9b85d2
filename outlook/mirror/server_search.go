package mirror

import (
	"context"
	"fmt"
	"strings"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// Found is a message that the service's search has found. Row.ID is its row if it is mirrored, else 0: then KeepFound
// fetches it. Row.FolderID is 0 when its folder is not mirrored.
type Found struct {
	AccountID int64
	GraphID   string
	Row       MessageRow
	Folder    string // the folder's name, "" when it is not mirrored
}

// ServerFound is one page of what the service has found, the last sent first. More is what SearchServerMore goes on
// with, "" at the end. The service gives outlook.MaxFound messages at most.
type ServerFound struct {
	Found []Found
	More  string
}

// serverPage is how many messages of a search come at a time.
const serverPage = 25

// SearchServer asks the service for an account's messages that match a query in KQL, mirrored or not; it waits for the
// network. An empty query finds nothing. See outlook.Client.SearchMessages for what a query may hold.
func (m *Mirror) SearchServer(ctx context.Context, accountID int64, query string) (ServerFound, error) {
	if strings.TrimSpace(query) == "" {
		return ServerFound{}, nil
	}
	return m.searchServer(ctx, accountID, query, "")
}

// SearchServerMore gives the page after the one that more came with.
func (m *Mirror) SearchServerMore(ctx context.Context, accountID int64, more string) (ServerFound, error) {
	if more == "" {
		return ServerFound{}, nil
	}
	return m.searchServer(ctx, accountID, "", more)
}

func (m *Mirror) searchServer(ctx context.Context, accountID int64, query, link string) (ServerFound, error) {
	r := m.runner(accountID)
	if r == nil {
		return ServerFound{}, fmt.Errorf("search the mailbox: %w", ErrNotConnected)
	}
	page, err := r.client.SearchMessages(ctx, query, link, serverPage)
	if err != nil {
		return ServerFound{}, err
	}
	type place struct {
		id   int64
		name string
	}
	folders := map[string]place{}
	_, err = collect(ctx, m, "list folders", func(row scanner) (f Folder, err error) {
		var graph string
		err = row.Scan(&f.ID, &graph, &f.Name)
		folders[graph] = place{f.ID, f.Name}
		return f, err
	}, `SELECT id, graph_id, name FROM mail_folder WHERE account_id=?`, accountID)
	if err != nil {
		return ServerFound{}, err
	}
	ids := make([]string, 0, len(page.Items))
	for _, it := range page.Items {
		ids = append(ids, it.ID)
	}
	have := map[string]MessageRow{}
	if _, err := collect(ctx, m, "find mirrored messages", func(row scanner) (string, error) {
		var r MessageRow
		var rec recipients
		var graph string
		err := scanRowInto(row, &r, &rec, &graph)
		have[graph] = r
		return graph, err
	}, `SELECT `+rowColumns+`, m.graph_id FROM message m WHERE m.account_id=? AND m.graph_id<>'' AND m.graph_id IN (SELECT value FROM json_each(?))`, accountID, toJSON(ids)); err != nil {
		return ServerFound{}, err
	}
	out := ServerFound{More: page.Next, Found: make([]Found, 0, len(page.Items))}
	for _, it := range page.Items {
		if it.ID == "" || it.Removed != nil {
			continue
		}
		f := Found{AccountID: accountID, GraphID: it.ID, Row: foundRow(it)}
		if row, ok := have[it.ID]; ok {
			f.Row = row // with what the person has done to it
		}
		if it.ParentFolderID != nil {
			at := folders[*it.ParentFolderID]
			f.Folder = at.name
			if f.Row.ID == 0 {
				f.Row.FolderID = at.id
			}
		}
		out.Found = append(out.Found, f)
	}
	return out, nil
}

// foundRow is a list's line of a message that is not mirrored.
func foundRow(m outlook.Message) MessageRow {
	var r MessageRow
	set := func(into *string, v *string) {
		if v != nil {
			*into = *v
		}
	}
	set(&r.Conversation, m.ConversationID)
	set(&r.Subject, m.Subject)
	set(&r.Preview, m.Preview)
	if m.From != nil {
		r.From = Address{Name: m.From.EmailAddress.Name, Addr: m.From.EmailAddress.Address}
	}
	if m.To != nil {
		r.To = fromRecipients(*m.To)
	}
	if m.Received != nil {
		r.Received = m.Received.UTC()
	}
	r.Read = m.IsRead != nil && *m.IsRead
	r.Draft = m.IsDraft != nil && *m.IsDraft
	r.Flagged = m.Flag != nil && m.Flag.FlagStatus == "flagged"
	r.HasAttachments = m.HasAttachments != nil && *m.HasAttachments
	if m.Categories != nil {
		r.Categories = *m.Categories
	}
	return r
}

// KeepFound fetches a message that a search of the service has found and keeps it as a row, whose id it gives; it waits for
// the network. One that is mirrored already is not fetched. A message in a folder that is not mirrored, or that is gone,
// gives ErrNotFound.
func (m *Mirror) KeepFound(ctx context.Context, accountID int64, graphID string) (int64, error) {
	r := m.runner(accountID)
	if r == nil {
		return 0, fmt.Errorf("open the message: %w", ErrNotConnected)
	}
	if id, _, err := r.local(ctx, graphID); err != nil || id != 0 {
		return id, found("open the message", err)
	}
	asked := m.now()
	msg, err := r.client.Message(ctx, graphID)
	if outlook.IsNotFound(err) {
		return 0, fmt.Errorf("open the message: %w: %w", ErrNotFound, err)
	}
	if err != nil {
		return 0, err
	}
	if msg.ParentFolderID == nil || msg.ID != graphID {
		return 0, fmt.Errorf("open the message: %w", ErrNotFound)
	}
	err = m.db.Write(ctx, "keep message", func(tx *store.Tx) error {
		w, err := newMessageWriter(ctx, tx, accountID)
		if err != nil {
			return err
		}
		defer w.close()
		w.late, w.asked = &r.late, asked
		if err := w.upsert(&msg, 0); err != nil { // 0: it has a folder of its own, or is not kept
			return err
		}
		return w.announce()
	})
	if err != nil {
		return 0, err
	}
	id, _, err := r.local(ctx, graphID)
	if err == nil && id == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("open the message: %w", err)
	}
	r.wantBody(id) // its attachments are listed next
	return id, nil
}
