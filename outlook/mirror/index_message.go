package mirror

import (
	"fmt"
	"strings"

	"supercrm/outlook"
)

// wholeMessage says that an item has everything that the address index is made from.
func wholeMessage(m *outlook.Message) bool { return m.Received != nil && m.From != nil }

// indexNew writes whose mail a row is that was just inserted, out of what it was inserted from.
func (w *messageWriter) indexNew(id int64, m *outlook.Message, people recipients) error {
	return w.addAddresses(id, m.From.EmailAddress.Address, people, millis(*m.Received))
}

// index rewrites what is derived from a row: whose mail it is. The full-text index follows the row by itself.
func (w *messageWriter) index(id int64) error {
	var addr, who string
	var at int64
	if err := w.scan(`SELECT from_addr, recipients, received_at FROM message WHERE id=?`, []any{id}, &addr, &who, &at); err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	people, err := parse[recipients](who)
	if err != nil {
		return err
	}
	if err := w.exec(`DELETE FROM message_address WHERE message_id=?`, id); err != nil {
		return err
	}
	return w.addAddresses(id, addr, people, at)
}

// addAddresses writes who sent a message and who got it, into an index that holds nothing of it yet.
func (w *messageWriter) addAddresses(id int64, from string, people recipients, at int64) error {
	const add = `INSERT OR IGNORE INTO message_address (addr_lc, message_id, role, at) VALUES (?,?,?,?)`
	if from != "" {
		if err := w.exec(add, strings.ToLower(from), id, "from", at); err != nil {
			return err
		}
	}
	for _, l := range []struct {
		role string
		list []Address
	}{{"to", people.To}, {"cc", people.Cc}} {
		for _, a := range l.list {
			if a.Addr == "" {
				continue
			}
			if err := w.exec(add, strings.ToLower(a.Addr), id, l.role, at); err != nil {
				return err
			}
		}
	}
	return nil
}
