package mirror

import (
	"context"
	"fmt"
	"strings"
)

// Outbox lists what has not been confirmed, oldest first.
func (m *Mirror) Outbox(ctx context.Context) ([]OutboxItem, error) {
	items, err := collect(ctx, m, "list outbox", scanItem, `SELECT o.id, o.account_id, o.kind, o.item_kind, o.item_id, o.state, o.attempts, o.created_at, o.not_before,
		o.error, o.payload, o.before, o.conflict, o.step, o.remote_id,
		coalesce((SELECT subject FROM message WHERE id=o.item_id AND o.item_kind='message'),''),
		coalesce((SELECT subject FROM event WHERE id=o.item_id AND o.item_kind='event'),''),
		coalesce((SELECT kind='seriesMaster' FROM event WHERE id=o.item_id AND o.item_kind='event'),0)
		FROM outbox o ORDER BY o.id`)
	if err != nil || len(items) == 0 {
		return items, err
	}
	if err := m.addFiles(ctx, items); err != nil {
		return nil, err
	}
	for i := range items {
		if items[i].Conflict != nil {
			if err := m.addConcerned(ctx, &items[i]); err != nil {
				return nil, err
			}
		}
	}
	return items, nil
}

func scanItem(row scanner) (OutboxItem, error) {
	var it OutboxItem
	var state, reason, payload, before, theirs, step, remote, mailSubject, eventSubject string
	var since, next int64
	err := row.Scan(&it.ID, &it.AccountID, &it.Kind, &it.ItemKind, &it.ItemID, &state, &it.Attempts, &since, &next,
		&reason, &payload, &before, &theirs, &step, &remote, &mailSubject, &eventSubject, &it.Series)
	if err != nil {
		return it, err
	}
	it.Since, it.Next = instant(since), instant(next)
	it.State = map[string]Pending{"queued": PendingQueued, "failed": PendingFailed, "conflict": PendingConflict}[state]
	it.Reason, _, _ = strings.Cut(reason, ":")
	it.Subject = mailSubject + eventSubject
	written := it.Kind == kindReply || it.Kind == kindSend
	it.MayHaveLeft = step == stepSending && written
	it.AnswersNothing = it.Kind == kindReply && it.Reason == reasonGone && remote == ""
	it.Begun = step != stepNew
	switch it.Kind {
	case kindSend:
		mail, err := parse[NewMail](payload)
		if err != nil {
			return it, err
		}
		it.Subject, it.Mail = mail.Subject, &mail
	case kindReply:
		reply, err := parse[Reply](payload)
		if err != nil {
			return it, err
		}
		it.Answer = &reply
	case kindRead, kindMove:
		want, err := parse[mailChange](payload)
		if err != nil {
			return it, err
		}
		it.Fields = strings.Fields(want.names())
	case kindCategories:
		it.Fields = []string{"categories"}
	default:
		event, err := parse[eventFields](payload)
		if err != nil {
			return it, err
		}
		it.Fields = event.names()
		if it.Kind == kindCreate && event.Subject != nil { // its row goes with its calendar
			it.Subject = *event.Subject
		}
	}
	if it.State == PendingConflict {
		it.Conflict, err = conflictOf(payload, before, theirs)
	}
	return it, err
}

// addFiles lists the files of each mail, and how far they have come.
func (m *Mirror) addFiles(ctx context.Context, items []OutboxItem) error {
	type owned struct {
		File
		outbox int64
	}
	files, err := collect(ctx, m, "list outbox files", func(row scanner) (f owned, err error) {
		err = row.Scan(&f.ID, &f.outbox, &f.Name, &f.Type, &f.Size, &f.Sent, &f.Uploaded)
		return f, err
	}, `SELECT id, outbox_id, name, type, size, sent, uploaded FROM outbox_file WHERE outbox_id IS NOT NULL ORDER BY outbox_id, position, id`)
	if err != nil {
		return err
	}
	at := map[int64]int{}
	for i, it := range items {
		at[it.ID] = i
	}
	for _, f := range files {
		if i, ok := at[f.outbox]; ok {
			if f.Uploaded {
				f.Sent = f.Size
			}
			items[i].Files = append(items[i].Files, f.File)
		}
	}
	return nil
}

// addConcerned names who would be e-mailed if something of the person's version were kept.
func (m *Mirror) addConcerned(ctx context.Context, it *OutboxItem) error {
	var kind, attendees string
	var organizer Address
	var me Account
	err := m.db.Reader().QueryRowContext(ctx, `SELECT e.kind, e.attendees, e.organizer_name, e.organizer_addr, a.upn, a.address FROM event e JOIN account a ON a.id=e.account_id WHERE e.id=?`, it.ItemID).
		Scan(&kind, &attendees, &organizer.Name, &organizer.Addr, &me.UPN, &me.Address)
	if err != nil {
		if isNotFound(found("read event", err)) {
			return nil
		}
		return fmt.Errorf("read event: %w", err)
	}
	it.Conflict.Series = kind == "seriesMaster"
	if it.Kind == kindRespond {
		it.Conflict.Mailed = []Address{organizer}
		return nil
	}
	now, err := parse[[]Attendee](attendees)
	if err != nil {
		return err
	}
	seen := map[string]bool{strings.ToLower(organizer.Addr): true}
	for _, a := range append(now, it.Conflict.invited...) {
		if key := strings.ToLower(a.Addr); key != "" && !seen[key] && !me.Is(a.Addr) {
			seen[key] = true
			it.Conflict.Mailed = append(it.Conflict.Mailed, a.Address)
		}
	}
	return nil
}
