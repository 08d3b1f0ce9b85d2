package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// outgoing is a file on its way.
type outgoing struct {
	File
	blob, marker, url string
}

func (r *runner) outgoing(ctx context.Context, outboxID int64) ([]outgoing, error) {
	return collect(ctx, r.m, "list files", func(row scanner) (f outgoing, err error) {
		err = row.Scan(&f.ID, &f.Name, &f.Type, &f.Size, &f.Sent, &f.Uploaded, &f.blob, &f.marker, &f.url)
		return f, err
	}, `SELECT id, name, type, size, sent, uploaded, blob, marker, upload_url FROM outbox_file WHERE outbox_id=? ORDER BY position, id`, outboxID)
}

// afterText is the step that follows when a draft has its text.
func (r *runner) afterText(ctx context.Context, o outboxRow) (string, error) {
	files, err := r.outgoing(ctx, o.id)
	if len(files) > 0 {
		return stepFiles, err
	}
	return stepReady, err
}

// attachFiles puts every file on the draft that is not there yet. What is there is told by the content ids, which are our
// markers: the service's own answers may have been lost.
func (r *runner) attachFiles(ctx context.Context, o *outboxRow) error {
	files, err := r.outgoing(ctx, o.id)
	if err != nil {
		return err
	}
	missing, err := r.missingFiles(ctx, *o, files)
	if err != nil {
		return err
	}
	for _, f := range missing {
		if f.Size < outlook.MaxOneRequest {
			err = r.attachSmall(ctx, *o, f)
		} else {
			err = r.attachLarge(ctx, *o, f)
		}
		if err != nil {
			return err
		}
	}
	return r.advance(ctx, o, stepReady, o.remote)
}

// complete says whether the draft has all its files. A mail is never sent without.
func (r *runner) complete(ctx context.Context, o outboxRow) (bool, error) {
	files, err := r.outgoing(ctx, o.id)
	if err != nil || len(files) == 0 {
		return err == nil, err
	}
	missing, err := r.missingFiles(ctx, o, files)
	return len(missing) == 0, err
}

// missingFiles compares the files with what the draft has. One that a lost answer made twice is taken off again, and what is
// there is noted.
func (r *runner) missingFiles(ctx context.Context, o outboxRow, files []outgoing) ([]outgoing, error) {
	there, err := r.client.Attachments(ctx, o.remote)
	if outlook.IsNotFound(err) {
		return nil, refusal{reasonGone, err} // somebody deleted the draft; Retry makes a new one
	}
	if err != nil {
		return nil, err
	}
	ids := map[string][]string{}
	for _, a := range there {
		ids[a.ContentID] = append(ids[a.ContentID], a.ID)
	}
	var missing []outgoing
	for _, f := range files {
		have := ids[f.marker]
		for i, id := range have {
			if i == 0 {
				continue
			}
			if err := r.client.DeleteAttachment(ctx, o.remote, id); err != nil && !outlook.IsNotFound(err) {
				return nil, err
			}
		}
		switch {
		case len(have) == 0:
			missing = append(missing, f)
		case !f.Uploaded:
			if err := r.keepFile(ctx, o, f.ID, `sent=size, uploaded=1, upload_url=''`); err != nil {
				return nil, err
			}
		}
	}
	return missing, nil
}

// keepFile notes how far a file has come. That it gets on is a success, so the tries are counted anew.
func (r *runner) keepFile(ctx context.Context, o outboxRow, id int64, set string, args ...any) error {
	return r.m.db.Write(ctx, "note upload", func(tx *store.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE outbox_file SET `+set+` WHERE id=? AND outbox_id=?`, append(args, id, o.id)...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errDropped)
		}
		tx.Changed(store.Outbox, o.id)
		_, err = tx.ExecContext(ctx, `UPDATE outbox SET attempts=0, failures=0 WHERE id=?`, o.id)
		return err
	})
}

func (r *runner) openBlob(f outgoing) (*os.File, error) {
	file, err := os.Open(r.m.blobPath(f.blob))
	if err != nil {
		return nil, refusal{reasonFiles, errors.New("the copy of an attached file cannot be read")}
	}
	if st, err := file.Stat(); err != nil || st.Size() != f.Size {
		file.Close()
		return nil, refusal{reasonFiles, errors.New("the copy of an attached file has another length")}
	}
	return file, nil
}

func (r *runner) attachSmall(ctx context.Context, o outboxRow, f outgoing) error {
	file, err := r.openBlob(f)
	if err != nil {
		return err
	}
	defer file.Close()
	data := make([]byte, f.Size)
	if _, err := file.ReadAt(data, 0); err != nil && f.Size > 0 {
		return refusal{reasonFiles, errors.New("the copy of an attached file cannot be read")}
	}
	if err := r.client.AddAttachment(ctx, o.remote, outlook.FileAttachment{Name: f.Name, ContentType: f.Type, ContentID: f.marker, Bytes: data}); err != nil {
		return err
	}
	return r.keepFile(ctx, o, f.ID, `sent=size, uploaded=1`)
}

// maxSessions bounds how often one attempt begins an upload anew; a service that ends every session is tried again later.
const maxSessions = 3

// attachLarge sends a file in pieces. The session's address is kept, so that a later attempt, or the program's next start, goes
// on with the byte that the service wants next.
func (r *runner) attachLarge(ctx context.Context, o outboxRow, f outgoing) error {
	file, err := r.openBlob(f)
	if err != nil {
		return err
	}
	defer file.Close()
	for range maxSessions {
		over, err := r.session(ctx, o, &f, file)
		if !over || err != nil {
			return err
		}
		f.url = "" // it has run out
		if err := r.keepFile(ctx, o, f.ID, `sent=0, upload_url=''`); err != nil {
			return err
		}
	}
	return errors.New("the service ends every upload before it is whole")
}

// session carries a file through one upload session; over is true when that has run out and another is to be begun.
func (r *runner) session(ctx context.Context, o outboxRow, f *outgoing, file *os.File) (over bool, err error) {
	var at outlook.Upload
	begun := f.url != "" // what is refused from here on is the session, whose own token may have run out, and not the mailbox's
	if begun {
		at, err = r.client.UploadState(ctx, f.url)
	} else if at, err = r.client.CreateUpload(ctx, o.remote, f.Name, f.Type, f.marker, f.Size); err == nil {
		f.url = at.URL
		err = r.keepFile(ctx, o, f.ID, `sent=0, upload_url=?`, at.URL)
		begun = err == nil
	}
	piece := make([]byte, outlook.UploadPiece)
	stalled := 0
	for err == nil && !at.Done {
		if at.Next >= f.Size || at.Next < 0 {
			return false, fmt.Errorf("upload: the service asks for byte %d of %d", at.Next, f.Size)
		}
		part := piece[:min(int64(len(piece)), f.Size-at.Next)]
		if _, err := file.ReadAt(part, at.Next); err != nil {
			return false, refusal{reasonFiles, errors.New("the copy of an attached file cannot be read")}
		}
		before := at.Next
		at, err = r.client.UploadPart(ctx, f.url, part, before, f.Size)
		if outlook.IsRange(err) {
			at, err = r.client.UploadState(ctx, f.url)
		}
		if err != nil || at.Done {
			break
		}
		if at.Next <= before {
			if stalled++; stalled > 3 {
				return false, errors.New("upload: the service does not get on")
			}
		}
		if err = r.keepFile(ctx, o, f.ID, `sent=?`, at.Next); errors.Is(err, errDropped) {
			_ = r.client.CancelUpload(ctx, f.url) // taken back; left alone it would run out by itself
		}
	}
	switch {
	case outlook.IsNotFound(err) || outlook.IsResync(err) || begun && outlook.IsForbidden(err):
		return r.draftThere(ctx, o)
	case err != nil:
		return false, err
	}
	return false, r.keepFile(ctx, o, f.ID, `sent=size, uploaded=1, upload_url=''`)
}

// draftThere tells a session that has run out from a draft that is gone: both are not found.
func (r *runner) draftThere(ctx context.Context, o outboxRow) (bool, error) {
	_, err := r.client.GetMessageState(ctx, o.remote)
	if outlook.IsNotFound(err) {
		return false, refusal{reasonGone, err}
	}
	return err == nil, err
}
