package mirror

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// keepFiles fetches the small attachments of one message, newest messages first, and keeps them. more is false when there
// is no message left to look at.
func (r *runner) keepFiles(ctx context.Context) (more bool, err error) {
	c, err := r.m.Choice(ctx, r.account)
	if err != nil || c.FileLimit == 0 {
		return false, err
	}
	var id, at int64
	var graph, list string
	err = r.m.db.Reader().QueryRowContext(ctx, `SELECT id, received_at, graph_id, attachments FROM message WHERE account_id=? AND files=0
		AND has_attachments=1 AND attachments NOT IN ('','[]') AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY received_at DESC LIMIT 1`,
		r.account, r.laterFiles.now(r.m.now())).Scan(&id, &at, &graph, &list)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find attachments: %w", err)
	}
	return true, r.passOver(&r.laterFiles, id, r.keepFilesOf(ctx, id, at, graph, list, c))
}

// keepFilesOf keeps the small attachments of a message. One that fails does not keep the others from being kept.
func (r *runner) keepFilesOf(ctx context.Context, id, at int64, graph, list string, c Choice) error {
	var files []Attachment
	if err := json.Unmarshal([]byte(list), &files); err != nil {
		return fmt.Errorf("find attachments: %w", err)
	}
	var failed firstError
	for _, f := range files {
		if f.Size > c.FileLimit || f.GraphID == "" {
			continue
		}
		wanted, err := r.m.wantsFile(ctx, r.account, id, at, f, c)
		if err != nil {
			return err
		}
		if !wanted {
			continue
		}
		data, err := r.fetchSmall(ctx, graph, f.GraphID, c.FileLimit)
		switch {
		case outlook.IsNotFound(err), outlook.IsRefused(err), outlook.IsTooLarge(err), errors.Is(err, errTooBig):
			continue // gone meanwhile, or of a kind that has no bytes, such as a link to a file elsewhere
		case toAll(err):
			return err
		case err != nil:
			failed.note(err)
			continue
		}
		if err := r.m.keepFile(ctx, r.account, id, at, f.GraphID, data, c); err != nil {
			return err
		}
	}
	if failed.err != nil {
		return failed.err
	}
	return r.m.db.Write(ctx, "note attachments", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE message SET files=1 WHERE id=?`, id)
		return err
	})
}

var errTooBig = errors.New("the attachment is larger than it was said to be")

// most is a buffer that takes so many bytes and no more.
type most struct {
	bytes.Buffer
	left int64
}

func (b *most) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errTooBig
	}
	return b.Buffer.Write(p)
}

func (r *runner) fetchSmall(ctx context.Context, message, file string, limit int64) ([]byte, error) {
	b := &most{left: limit}
	if err := r.client.AttachmentValue(ctx, message, file, b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// wantsFile says whether an attachment is to be fetched: it is not here, and there is room for it, or files of older mail
// would give way.
func (m *Mirror) wantsFile(ctx context.Context, account, message, at int64, f Attachment, c Choice) (is bool, err error) {
	err = m.db.Reader().QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM attachment_file WHERE message_id=?1 AND graph_id=?2)
		AND (SELECT coalesce(sum(size),0) FROM attachment_file WHERE account_id=?3 AND at>=?4)+?5<=?6`, message, f.GraphID, account, at, f.Size, c.FilesLimit).Scan(&is)
	return is, found("find attachment", err)
}

// keepFile writes the bytes of an attachment, if there is room or files of older mail give way.
func (m *Mirror) keepFile(ctx context.Context, account, message, at int64, file string, data []byte, c Choice) error {
	return m.db.Write(ctx, "keep attachment", func(tx *store.Tx) error {
		ok, err := makeRoom(ctx, tx, account, c.FilesLimit, int64(len(data)), at)
		if err != nil || !ok {
			return err
		}
		// The message may be gone since it was read.
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO attachment_file (account_id, message_id, graph_id, at, size, data)
			SELECT account_id, id, ?2, ?3, ?4, ?5 FROM message WHERE id=?1`, message, file, at, len(data), data)
		tx.Changed(store.Sync)
		return err
	})
}

// makeRoom deletes the oldest files of an account, as long as they are of older mail than the moment, until need bytes fit
// below the limit. ok is false when they do not.
func makeRoom(ctx context.Context, tx *store.Tx, account, limit, need, before int64) (ok bool, err error) {
	var held int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(sum(size),0) FROM attachment_file WHERE account_id=?`, account).Scan(&held); err != nil {
		return false, fmt.Errorf("measure attachments: %w", err)
	}
	for held+need > limit {
		var id, size int64
		err := tx.QueryRowContext(ctx, `SELECT id, size FROM attachment_file WHERE account_id=? AND at<? ORDER BY at LIMIT 1`, account, before).Scan(&id, &size)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("find old attachments: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM attachment_file WHERE id=?`, id); err != nil {
			return false, fmt.Errorf("delete old attachments: %w", err)
		}
		held -= size
	}
	return true, nil
}

// KeptFiles tells which attachments of a message are on this computer, by their GraphID.
func (m *Mirror) KeptFiles(ctx context.Context, messageID int64) (map[string]bool, error) {
	all, err := collect(ctx, m, "list kept attachments", func(row scanner) (id string, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT graph_id FROM attachment_file WHERE message_id=?`, messageID)
	out := map[string]bool{}
	for _, id := range all {
		out[id] = true
	}
	return out, err
}

// FetchAttachment copies an attachment's bytes to w: from this computer where they are kept, else from the service, for
// which it waits. Whoever cancels ctx has written some of them already. A small one that was fetched is kept.
func (m *Mirror) FetchAttachment(ctx context.Context, messageID int64, graphID string, w io.Writer) error {
	var data []byte
	err := m.db.Reader().QueryRowContext(ctx, `SELECT data FROM attachment_file WHERE message_id=? AND graph_id=?`, messageID, graphID).Scan(&data)
	if err == nil {
		if _, err := w.Write(data); err != nil {
			return fmt.Errorf("fetch attachment: %w", err)
		}
		return nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("fetch attachment: %w", err)
	}
	var account, at int64
	var message string
	if err := m.db.Reader().QueryRowContext(ctx, `SELECT account_id, graph_id, received_at FROM message WHERE id=?`, messageID).Scan(&account, &message, &at); err != nil {
		return found("fetch attachment", err)
	}
	r := m.runner(account)
	if r == nil || message == "" {
		return fmt.Errorf("fetch attachment: %w", ErrNotConnected)
	}
	c, err := m.Choice(ctx, account)
	if err != nil {
		return err
	}
	copied := &most{left: c.FileLimit}
	whole := true
	err = r.client.AttachmentValue(ctx, message, graphID, writerFunc(func(p []byte) (int, error) {
		if whole {
			if _, err := copied.Write(p); err != nil {
				whole, copied.Buffer = false, bytes.Buffer{} // too large to be kept
			}
		}
		return w.Write(p)
	}))
	if err != nil {
		return err
	}
	if whole && c.FileLimit > 0 {
		if err := m.keepFile(ctx, account, messageID, at, graphID, copied.Bytes(), c); err != nil && ctx.Err() == nil {
			m.log.Warn("attachment not kept", "error", err) // it has been handed over all the same
		}
	}
	return nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
