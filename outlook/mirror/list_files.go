package mirror

import (
	"context"
	"fmt"
	"slices"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// listFiles lists the attachments of several messages in one request and one transaction, and gives back those that have to
// be completed one by one: the ones without a body, and whatever a batch did not answer.
func (r *runner) listFiles(ctx context.Context, ids []int64) ([]int64, error) {
	if len(ids) < 2 || r.batchRefused() {
		return ids, nil
	}
	type one struct {
		id   int64
		part *outlook.Part
		page outlook.Page[outlook.Attachment]
	}
	var asked []*one
	var parts []*outlook.Part
	for _, id := range ids[:min(len(ids), outlook.MaxParts)] {
		var graph string
		var ready bool
		err := r.m.db.Reader().QueryRowContext(ctx, `SELECT graph_id, body_type<>'' AND attachments='' FROM message WHERE id=?`, id).Scan(&graph, &ready)
		if err := found("read message", err); err != nil && !isNotFound(err) {
			return nil, err
		}
		if !ready {
			continue
		}
		o := &one{id: id}
		o.part = outlook.AttachmentsPart(graph, &o.page)
		asked, parts = append(asked, o), append(parts, o.part)
	}
	if len(asked) < 2 {
		return ids, nil
	}
	if err := r.client.Batch(ctx, parts); outlook.IsBatchRefused(err) {
		r.refuseBatches(err)
		return ids, nil
	} else if itsOwn(err) {
		return ids, nil // one of them may be what the batch fails for
	} else if err != nil {
		return nil, err
	}
	asked = slices.DeleteFunc(asked, func(o *one) bool {
		return o.part.Err != nil && !outlook.IsNotFound(o.part.Err) || o.part.Err == nil && !o.page.Last()
	})
	err := r.m.db.Write(ctx, "list attachments", func(tx *store.Tx) error {
		for _, o := range asked {
			if err := writeFileList(ctx, tx, o.id, o.page.Items); err != nil {
				return err
			}
		}
		return nil
	})
	return slices.DeleteFunc(ids, func(id int64) bool {
		return slices.ContainsFunc(asked, func(o *one) bool { return o.id == id })
	}), err
}

// writeFileList keeps which attachments a message has, those that are shown in its text last.
func writeFileList(ctx context.Context, tx *store.Tx, id int64, files []outlook.Attachment) error {
	list := []Attachment{}
	for _, a := range files {
		list = append(list, Attachment{GraphID: a.ID, Name: a.Name, Type: a.ContentType, Size: a.Size, Inline: a.IsInline, ContentID: a.ContentID})
	}
	slices.SortStableFunc(list, func(a, b Attachment) int { return boolInt(a.Inline) - boolInt(b.Inline) })
	if _, err := tx.ExecContext(ctx, `UPDATE message SET attachments=?, files=0 WHERE id=?`, toJSON(list), id); err != nil {
		return fmt.Errorf("write attachments: %w", err)
	}
	tx.Changed(store.Messages, id)
	return nil
}
