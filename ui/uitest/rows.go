package uitest

import (
	"strconv"
	"time"

	"supercrm/internal/store"
)

// Exec changes the file as a mirror would, and announces mail and events. It fails the test on an error.
func (h *Host) Exec(query string, args ...any) {
	h.t.Helper()
	err := h.db.Write(h.t.Context(), "test", func(tx *store.Tx) error {
		tx.Changed(store.Messages)
		tx.Changed(store.Events)
		_, err := tx.ExecContext(h.t.Context(), query, args...)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// Mailbox makes an account (maya@harborline.example) with a folder and a calendar, all of id 1, once.
func (h *Host) Mailbox() {
	h.t.Helper()
	h.Exec(`INSERT OR IGNORE INTO account (id, key, upn, name, added_at) VALUES (1, 'k', 'maya@harborline.example', 'Maya', 0)`)
	h.Exec(`INSERT OR IGNORE INTO mail_folder (id, account_id, graph_id, name) VALUES (1, 1, 'f', 'Inbox')`)
	h.Exec(`INSERT OR IGNORE INTO calendar (id, account_id, graph_id, name) VALUES (1, 1, 'c', 'Calendar')`)
}

// AddMail puts a received message into the mailbox.
func (h *Host) AddMail(from, subject string, at time.Time) {
	h.t.Helper()
	h.Mailbox()
	h.made++
	h.Exec(`INSERT INTO message (id, account_id, folder_id, graph_id, subject, from_addr, received_at) VALUES (?, 1, 1, ?, ?, ?, ?)`,
		h.made, "m"+strconv.FormatInt(h.made, 10), subject, from, at.UnixMilli())
	h.Exec(`INSERT INTO message_address (addr_lc, message_id, role, at) VALUES (?, ?, 'from', ?)`, from, h.made, at.UnixMilli())
}

// AddMeeting puts an event of an hour into the calendar.
func (h *Host) AddMeeting(with, subject string, at time.Time) {
	h.t.Helper()
	h.Mailbox()
	h.made++
	h.Exec(`INSERT INTO event (id, account_id, calendar_id, graph_id, kind, subject, start_at, end_at) VALUES (?, 1, 1, ?, 'singleInstance', ?, ?, ?)`,
		h.made, "e"+strconv.FormatInt(h.made, 10), subject, at.UnixMilli(), at.Add(time.Hour).UnixMilli())
	h.Exec(`INSERT INTO event_address (addr_lc, event_id, start_at) VALUES (?, ?, ?)`, with, h.made, at.UnixMilli())
}
