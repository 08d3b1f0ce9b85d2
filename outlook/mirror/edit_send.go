package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"supercrm/internal/store"
)

const (
	maxText       = 1 << 20
	maxRecipients = 500 // the service's own limit
)

// SendReply queues an answer or forward and returns its outbox row. Each call is one message: a second call sends a
// second one.
func (m *Mirror) SendReply(ctx context.Context, r Reply) (int64, error) {
	if err := checkText("text", r.Text, maxText); err != nil {
		return 0, err
	}
	if !r.Forward && strings.TrimSpace(r.Text) == "" && len(r.Files) == 0 {
		return 0, ErrBadInput{"text", "empty"}
	}
	if err := checkAddresses("to", r.To); err != nil {
		return 0, err
	}
	if err := checkAddresses("cc", r.Cc); err != nil {
		return 0, err
	}
	if len(r.To) == 0 && (r.Forward || r.To != nil) && (r.Forward || len(r.Cc) == 0) {
		return 0, ErrBadInput{"to", "empty"}
	}
	var account, id int64
	err := m.db.Write(ctx, "queue reply", func(tx *store.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT account_id FROM message WHERE id=?`, r.MessageID).Scan(&account); err != nil {
			return found("read message", err)
		}
		var err error
		id, err = outboxRow{account: account, kind: kindReply, itemKind: "message", item: r.MessageID, payload: toJSON(r),
			marker: newMarker(), notBefore: m.holdUntil(), created: millis(m.now())}.insert(ctx, tx)
		tx.Changed(store.Messages, r.MessageID)
		return errors.Join(err, claim(ctx, tx, id, r.Files), forgetDraft(ctx, tx, r.Draft))
	})
	if err == nil {
		m.queued(account)
	}
	return id, err
}

// SendMail queues a new message and returns its outbox row. AccountID 0 is the only account, if there is only one.
func (m *Mirror) SendMail(ctx context.Context, mail NewMail) (int64, error) {
	if err := checkText("subject", mail.Subject, 255); err != nil {
		return 0, err
	}
	if err := checkLine("subject", mail.Subject); err != nil {
		return 0, err
	}
	if err := checkText("text", mail.Text, maxText); err != nil {
		return 0, err
	}
	for _, f := range []struct {
		name string
		list []Address
	}{{"to", mail.To}, {"cc", mail.Cc}, {"bcc", mail.Bcc}} {
		if err := checkAddresses(f.name, f.list); err != nil {
			return 0, err
		}
	}
	if len(mail.To)+len(mail.Cc)+len(mail.Bcc) == 0 {
		return 0, ErrBadInput{"to", "empty"}
	}
	if len(mail.To)+len(mail.Cc)+len(mail.Bcc) > maxRecipients {
		return 0, ErrBadInput{"to", "many"}
	}
	var id int64
	err := m.db.Write(ctx, "queue mail", func(tx *store.Tx) error {
		var err error
		if mail.AccountID, err = accountFor(ctx, tx, mail.AccountID); err != nil {
			return err
		}
		id, err = outboxRow{account: mail.AccountID, kind: kindSend, itemKind: "message", payload: toJSON(mail),
			marker: newMarker(), notBefore: m.holdUntil(), created: millis(m.now())}.insert(ctx, tx)
		return errors.Join(err, claim(ctx, tx, id, mail.Files), forgetDraft(ctx, tx, mail.Draft))
	})
	if err == nil {
		m.queued(mail.AccountID)
	}
	return id, err
}

// forgetDraft removes the unsent text of what is being queued.
func forgetDraft(ctx context.Context, tx *store.Tx, name string) error {
	if name == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM setting WHERE name=?`, name); err != nil {
		return fmt.Errorf("forget the draft: %w", err)
	}
	tx.Changed(store.Settings)
	return nil
}

// holdUntil is when what is queued now and cannot be called back may leave, as not_before.
func (m *Mirror) holdUntil() int64 {
	if m.undoSend <= 0 {
		return 0
	}
	return millis(m.now().Add(m.undoSend))
}

// accountFor checks that the account exists; 0 stands for the only one.
func accountFor(ctx context.Context, tx *store.Tx, id int64) (int64, error) {
	var got int64
	var n int
	err := tx.QueryRowContext(ctx, `SELECT coalesce(min(id),0), count(*) FROM account WHERE ?1=0 OR id=?1`, id).Scan(&got, &n)
	if err != nil {
		return 0, fmt.Errorf("read account: %w", err)
	}
	if n != 1 {
		return 0, ErrBadInput{"account", "missing"}
	}
	return got, nil
}
