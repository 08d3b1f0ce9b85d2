package mirror

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// The limits of what goes with one mail: the service's own for a file and for a message, and its number of attachments.
const (
	MaxFileSize = outlook.MaxAttachment
	maxFiles    = 200
)

// Attach copies a file into the outbox's own folder, so that the mail does not depend on the original any more, and gives it a
// row that NewMail.Files and Reply.Files name. draft is the setting that holds the mail's unsent text: when both are gone,
// so is the copy. size is what r is expected to give, -1 when unknown. A file over MaxFileSize gives
// ErrBadInput{files, toolarge}. What fails or is cancelled leaves nothing behind.
func (m *Mirror) Attach(ctx context.Context, draft, name string, size int64, r io.Reader) (File, error) {
	name = strings.TrimSpace(filepath.Base(name))
	if name == "" || name == "." || name == string(filepath.Separator) {
		return File{}, ErrBadInput{"files", "invalid"}
	}
	if err := errors.Join(checkText("files", name, 255), checkLine("files", name)); err != nil {
		return File{}, err
	}
	if size > MaxFileSize {
		return File{}, ErrBadInput{"files", "toolarge"}
	}
	f := File{Name: name, Type: typeOf(name)}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	blob := hex.EncodeToString(raw[:])
	if err := m.db.Write(ctx, "attach file", func(tx *store.Tx) error { // first, so that nobody takes the file for a left-over
		return tx.QueryRowContext(ctx, `INSERT INTO outbox_file (draft, name, type, size, blob, marker) VALUES (?,?,?,0,?,?) RETURNING id`,
			draft, f.Name, f.Type, blob, newMarker()).Scan(&f.ID)
	}); err != nil {
		return File{}, err
	}
	var err error
	if f.Size, err = m.copyBlob(ctx, blob, r); err == nil {
		err = m.db.Write(ctx, "attach file", func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE outbox_file SET size=?, whole=1 WHERE id=?`, f.Size, f.ID)
			return err
		})
	}
	if err != nil {
		return File{}, errors.Join(err, m.Detach(context.WithoutCancel(ctx), f.ID))
	}
	return f, nil
}

func typeOf(name string) string {
	kind, _, err := mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(name)))
	if err != nil {
		return "application/octet-stream"
	}
	return kind
}

// copyBlob writes a new file that only this user can read, to the disk and not only to its cache.
func (m *Mirror) copyBlob(ctx context.Context, blob string, r io.Reader) (int64, error) {
	if err := os.MkdirAll(m.files, 0o700); err != nil {
		return 0, fmt.Errorf("make the outbox folder: %w", err)
	}
	f, err := os.OpenFile(m.blobPath(blob), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, fmt.Errorf("copy file: %w", err)
	}
	n, err := io.Copy(f, &patient{ctx, io.LimitReader(r, MaxFileSize+1)})
	if err == nil && n > MaxFileSize {
		err = ErrBadInput{"files", "toolarge"}
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return 0, fmt.Errorf("copy file: %w", err)
	}
	return n, nil
}

// patient ends a copy when its context does.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

func (m *Mirror) blobPath(blob string) string { return filepath.Join(m.files, blob) }

// Detach forgets files that were attached and not sent. Those of queued mail stay, and ids that are gone are passed over.
func (m *Mirror) Detach(ctx context.Context, ids ...int64) error {
	err := m.db.Write(ctx, "detach files", func(tx *store.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `DELETE FROM outbox_file WHERE id=? AND outbox_id IS NULL`, id); err != nil {
				return err
			}
		}
		return nil
	})
	m.sweepBlobs(ctx)
	return err
}

// Files gives what is known of attached files, in the order asked for; those that are gone are left out.
func (m *Mirror) Files(ctx context.Context, ids []int64) ([]File, error) {
	all, err := collect(ctx, m, "read files", func(row scanner) (f File, err error) {
		err = row.Scan(&f.ID, &f.Name, &f.Type, &f.Size)
		return f, err
	}, `SELECT id, name, type, size FROM outbox_file WHERE whole=1 AND outbox_id IS NULL AND id IN (SELECT value FROM json_each(?))`, toJSON(ids))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b File) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return all, nil
}

// SweepFiles forgets copies that belong to nothing: those of drafts whose text is gone too, and files without a row. It is for
// the start, before anything is written, and for after drafts were erased.
func (m *Mirror) SweepFiles(ctx context.Context) error {
	err := m.db.Write(ctx, "sweep files", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM outbox_file WHERE outbox_id IS NULL AND (whole=0 OR NOT EXISTS (SELECT 1 FROM setting WHERE name=outbox_file.draft))`)
		return err
	})
	m.sweepBlobs(ctx)
	return err
}

// sweepBlobs removes the files that have no row. What cannot be removed now is tried again the next time.
func (m *Mirror) sweepBlobs(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	entries, err := os.ReadDir(m.files)
	if err != nil || len(entries) == 0 {
		return // there is no such folder until something is attached
	}
	names := map[string]bool{}
	rows, err := collect(ctx, m, "list files", func(row scanner) (s string, err error) {
		err = row.Scan(&s)
		return s, err
	}, `SELECT blob FROM outbox_file`)
	if err != nil {
		m.log.Error("left-over files not looked for", "error", err)
		return
	}
	for _, b := range rows {
		names[b] = true
	}
	for _, e := range entries {
		if !names[e.Name()] && e.Type().IsRegular() && isBlob(e.Name()) {
			if err := os.Remove(m.blobPath(e.Name())); err != nil {
				m.log.Error("left-over file not removed", "error", err)
			}
		}
	}
}

// isBlob keeps a sweep from what somebody else has put into the folder.
func isBlob(name string) bool {
	raw, err := hex.DecodeString(name)
	return err == nil && len(raw) == 16
}

// claim gives attached files to a mail that is being queued.
func claim(ctx context.Context, tx *store.Tx, outboxID int64, ids []int64) error {
	if len(ids) > maxFiles {
		return ErrBadInput{"files", "many"}
	}
	var total int64
	for i, id := range ids {
		var size int64
		err := tx.QueryRowContext(ctx, `UPDATE outbox_file SET outbox_id=?, position=?, draft='' WHERE id=? AND outbox_id IS NULL AND whole=1 RETURNING size`, outboxID, i, id).Scan(&size)
		if err := found("claim file", err); err != nil {
			if isNotFound(err) {
				return ErrBadInput{"files", "missing"}
			}
			return err
		}
		total += size
	}
	if total > MaxFileSize {
		return ErrBadInput{"files", "toolarge"}
	}
	return nil
}

// TakeBack gives up mail that has not been sent, as Discard does, and keeps its files for the draft that it becomes again. It
// returns them as Attach did.
func (m *Mirror) TakeBack(ctx context.Context, outboxID int64, draft string) ([]File, error) {
	var ids []int64
	err := m.db.Write(ctx, "take mail back", func(tx *store.Tx) error {
		o, err := readOutbox(ctx, tx, outboxID)
		if err != nil {
			return err
		}
		if o.kind != kindReply && o.kind != kindSend {
			return ErrBadInput{"state", "invalid"}
		}
		if o.leaving() {
			return ErrBadInput{"state", "sending"}
		}
		rows, err := tx.QueryContext(ctx, `UPDATE outbox_file SET outbox_id=NULL, draft=?, sent=0, uploaded=0, upload_url='' WHERE outbox_id=? RETURNING id, position`, draft, o.id)
		if err != nil {
			return err
		}
		defer rows.Close()
		at := map[int64]int{}
		for rows.Next() {
			var id int64
			var position int
			if err := rows.Scan(&id, &position); err != nil {
				return err
			}
			ids, at[id] = append(ids, id), position
		}
		if err := rows.Err(); err != nil {
			return err
		}
		slices.SortFunc(ids, func(a, b int64) int { return at[a] - at[b] })
		if o.kind == kindReply && strings.HasPrefix(o.err, reasonGone) {
			// Its message may be open beside the text: the next round finds that it is gone, rather than it goes now.
			if err := doubt(ctx, tx, o.account, "message", `t.id=?`, o.item); err != nil {
				return err
			}
			o.err = ""
		}
		return m.drop(ctx, tx, o)
	})
	if err != nil {
		return nil, err
	}
	return m.Files(ctx, ids)
}
