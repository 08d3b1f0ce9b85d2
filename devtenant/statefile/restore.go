package statefile

import (
	"context"
	"fmt"

	"supercrm/devtenant/mailbox"
)

// Restore puts the mailboxes into a registry before anybody uses it. One of which not every message was written has to be
// there, filled as at the first start. ctx counts for the bodies that are read later, too.
func (f *File) Restore(ctx context.Context, reg *mailbox.Registry) error {
	type one struct {
		n      int64
		object string
		state  []byte
	}
	var boxes []one
	err := f.each(ctx, func(scan func(...any) error) error {
		var b one
		if err := scan(&b.n, &b.object, &b.state); err != nil {
			return err
		}
		boxes = append(boxes, b)
		return nil
	}, "SELECT n, object, state FROM box ORDER BY n")
	if err != nil {
		return f.failed(err)
	}
	cache := map[string][]byte{}
	file := func(sum []byte) ([]byte, error) {
		if data, ok := cache[string(sum)]; ok {
			return data, nil
		}
		var data []byte
		if err := f.db.QueryRowContext(ctx, "SELECT data FROM file WHERE sum = ?", sum).Scan(&data); err != nil {
			return nil, fmt.Errorf("a file: %w", err)
		}
		cache[string(sum)] = data
		f.sums[[32]byte(sum)] = true
		return data, nil
	}
	for _, b := range boxes {
		src := mailbox.Source{
			Box: b.state, Unclean: f.dirty, File: file,
			Body: func(message uint64) string { return f.text(ctx, itemID(b.n, mailbox.KindMessage, message)) },
			Items: func(yield func(mailbox.Item) error) error {
				return f.each(ctx, func(scan func(...any) error) error {
					var id int64
					var i mailbox.Item
					if err := scan(&id, &i.State); err != nil {
						return err
					}
					i.Kind, i.Num = mailbox.Kind(id>>33&0x7f), uint64(id&(1<<33-1))
					return yield(i)
				}, "SELECT id, state FROM item WHERE id >= ? AND id < ? ORDER BY id", itemID(b.n, 0, 0), itemID(b.n+1, 0, 0))
			},
		}
		if err := reg.Restore(src); err != nil {
			return f.failed(err)
		}
		f.boxes[b.object], f.next = &boxRow{n: b.n}, max(f.next, b.n)
	}
	return f.dropFiles(ctx, cache)
}

// text reads a body; a tenant that has ended has none any more.
func (f *File) text(ctx context.Context, id int64) string {
	var data []byte
	if err := f.body.QueryRowContext(ctx, id).Scan(&data); err != nil {
		return ""
	}
	text, err := unpack(data)
	if err != nil {
		return ""
	}
	return text
}

// dropFiles forgets attachments that nothing names any more.
func (f *File) dropFiles(ctx context.Context, used map[string][]byte) error {
	var unused [][]byte
	err := f.each(ctx, func(scan func(...any) error) error {
		var sum []byte
		if err := scan(&sum); err != nil {
			return err
		}
		if _, ok := used[string(sum)]; !ok {
			unused = append(unused, sum)
		}
		return nil
	}, "SELECT sum FROM file")
	for _, sum := range unused {
		if err == nil {
			_, err = f.db.ExecContext(ctx, "DELETE FROM file WHERE sum = ?", sum)
		}
	}
	return f.failed(err)
}

func (f *File) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read the state file %s: %w", f.path, err)
}
