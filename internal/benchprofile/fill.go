package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"supercrm/assets"
	"supercrm/internal/store"
)

const (
	ownAddress = "maya.torres@harborline.example"
	ownName    = "Maya Torres"
	batch      = 2000 // messages in a transaction
)

type address struct {
	Name string `json:"name"`
	Addr string `json:"addr"`
}

// fill writes an account with folders, n messages (80 % of them in the inbox, most recent first half a day back from now)
// and 300 events around now. The same n and now give the same rows.
func fill(ctx context.Context, db *store.DB, n int, now time.Time) error {
	f := &filler{rnd: rand.New(rand.NewPCG(1, uint64(n))), now: now}
	f.tail = rand.NewZipf(f.rnd, 1.2, 20, vocabulary-1)
	for _, c := range assets.DemoCustomers() {
		for _, p := range c.People {
			f.people = append(f.people, address{p.Name, p.Email})
		}
	}
	if err := db.Write(ctx, "write account", func(tx *store.Tx) error { return f.account(ctx, tx) }); err != nil {
		return err
	}
	for from := 0; from < n; from += batch {
		err := db.Write(ctx, "write messages", func(tx *store.Tx) error {
			return f.messages(ctx, tx, from, min(from+batch, n))
		})
		if err != nil {
			return err
		}
	}
	return db.Write(ctx, "write events", func(tx *store.Tx) error { return f.events(ctx, tx) })
}

type filler struct {
	rnd       *rand.Rand
	now       time.Time
	tail      *rand.Zipf
	people    []address
	accountID int64
	folders   []int64 // inbox, sent, archive, a project's
}

func (f *filler) account(ctx context.Context, tx *store.Tx) error {
	err := tx.QueryRowContext(ctx, `INSERT INTO account (key, upn, name, state, granted, added_at)
		VALUES ('6f1d7f2e-3c1b-4c58-9a60-1f5b7c0d2a11.0b6a3f6e-1111-4a7e-8a5c-0000000000be', ?, ?, 'signin', 'Mail.ReadWrite Calendars.ReadWrite', ?)
		RETURNING id`, ownAddress, ownName, f.now.UnixMilli()).Scan(&f.accountID)
	if err != nil {
		return fmt.Errorf("insert account: %w", err)
	}
	for _, folder := range [][2]string{{"Inbox", "inbox"}, {"Sent Items", "sentitems"}, {"Archive", "archive"}, {"Projects", ""},
		{"Drafts", "drafts"}, {"Deleted Items", "deleteditems"}, {"Junk Email", "junkemail"}} {
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO mail_folder (account_id, graph_id, name, well_known) VALUES (?,?,?,?) RETURNING id`,
			f.accountID, "folder-"+folder[0], folder[0], folder[1]).Scan(&id)
		if err != nil {
			return fmt.Errorf("insert folder: %w", err)
		}
		f.folders = append(f.folders, id)
		if _, err := tx.ExecContext(ctx, `INSERT INTO sync_state (account_id, scope, link, complete, synced_at) VALUES (?,?,?,1,?)`,
			f.accountID, "messages:folder-"+folder[0], "https://graph.example/delta", f.now.UnixMilli()); err != nil {
			return fmt.Errorf("insert sync state: %w", err)
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sync_state (account_id, scope, complete, synced_at) VALUES (?,'all',1,?)`, f.accountID, f.now.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert sync state: %w", err)
	}
	return nil
}

var subjects = []string{"Offer for the second line", "Delivery weeks", "Question about invoice", "Minutes of our call",
	"Renewal of the frame contract", "Site visit in spring", "Revised drawing", "Prices from next quarter", "Complaint: two pallets",
	"Onboarding of the new team", "Signed copy", "Short question"}

var sentences = []string{"Thank you for the quick answer.", "We would need the parts two weeks earlier than planned.",
	"Our board decides on Thursday, so a written quote by Wednesday would help.", "The attached drawing replaces the earlier one.",
	"Could you confirm the delivery address once more?", "Two of the pallets arrived damaged; photos follow.",
	"As agreed on the phone, the discount applies from twenty units on.", "I am travelling next week and best reached by mail.",
	"Please send the signed copy to our purchasing department.", "The trial went well and the team asks for training dates."}

func (f *filler) messages(ctx context.Context, tx *store.Tx, from, to int) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO message (account_id, folder_id, graph_id, change_key, conversation, internet_id,
		subject, from_name, from_addr, recipients, received_at, sent_at, is_read, flagged, has_attachments, preview, body_type, body, attachments)
		VALUES (?,?,?,'W/"1"',?,?,?,?,?,?,?,?,?,?,?,?,'html',?,'[]') RETURNING id`)
	if err != nil {
		return fmt.Errorf("prepare message: %w", err)
	}
	defer insert.Close()
	for i := from; i < to; i++ {
		if err := f.message(ctx, tx, insert, i); err != nil {
			return fmt.Errorf("insert message %d: %w", i, err)
		}
	}
	return nil
}

func (f *filler) message(ctx context.Context, tx *store.Tx, insert *sql.Stmt, i int) error {
	who := f.people[f.rnd.IntN(len(f.people))]
	sender, receiver := who, address{ownName, ownAddress}
	folder := f.folders[0]
	switch f.rnd.IntN(20) {
	case 0, 1:
		folder = f.folders[1]
		sender, receiver = receiver, sender
	case 2:
		folder = f.folders[2]
	case 3:
		folder = f.folders[3]
	}
	thread := i / 4
	subject := fmt.Sprintf("%s (%d)", subjects[thread%len(subjects)], thread)
	if i%4 > 0 {
		subject = "Re: " + subject
	}
	text := f.text(3 + f.rnd.IntN(12))
	at := f.now.Add(-12*time.Hour - time.Duration(i)*37*time.Minute).UnixMilli()
	recipients, err := json.Marshal(map[string][]address{"to": {receiver}})
	if err != nil {
		return err
	}
	html := "<html><body><p>Hello,</p><p>" + strings.ReplaceAll(text, "\n", "</p><p>") + "</p></body></html>"
	var id int64
	err = insert.QueryRowContext(ctx, f.accountID, folder, fmt.Sprintf("message-%d", i), fmt.Sprintf("thread-%d", thread),
		fmt.Sprintf("<%d@bench.example>", i), subject, sender.Name, sender.Addr, string(recipients), at, at,
		i > 40 || i%3 == 0, i%97 == 0, i%12 == 5, text[:min(len(text), 120)], html).Scan(&id)
	if err != nil {
		return err
	}
	for role, a := range map[string]address{"from": sender, "to": receiver} {
		if _, err := tx.ExecContext(ctx, `INSERT INTO message_address (addr_lc, message_id, role, at) VALUES (?,?,?,?)`,
			strings.ToLower(a.Addr), id, role, at); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) text(sentenceCount int) string {
	var b strings.Builder
	for i := range sentenceCount {
		if i > 0 {
			b.WriteString(map[bool]string{true: "\n", false: " "}[i%4 == 0])
		}
		b.WriteString(sentences[f.rnd.IntN(len(sentences))])
		b.WriteString(" " + f.word() + " " + f.word() + ".")
	}
	return b.String()
}

// vocabulary is how many words there are besides those of the sentences: names, products, numbers. As in any language,
// few are used often and most are rare.
const vocabulary = 40_000

var syllables = []string{"ka", "lo", "mi", "ran", "tes", "vor", "du", "ple", "sten", "gar", "ni", "bo", "hel", "ma", "rik", "sau"}

func (f *filler) word() string {
	var b strings.Builder
	for n := f.tail.Uint64() + 17; n > 0; n /= uint64(len(syllables)) {
		b.WriteString(syllables[n%uint64(len(syllables))])
	}
	return b.String()
}

// events puts five meetings into each of the sixty days around now.
func (f *filler) events(ctx context.Context, tx *store.Tx) error {
	var calendar int64
	err := tx.QueryRowContext(ctx, `INSERT INTO calendar (account_id, graph_id, name, is_default) VALUES (?,'calendar','Calendar',1) RETURNING id`,
		f.accountID).Scan(&calendar)
	if err != nil {
		return fmt.Errorf("insert calendar: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO sync_state (account_id, scope, link, complete, window_from, window_to, synced_at) VALUES (?,'events:calendar','https://graph.example/delta',1,?,?,?)`,
		f.accountID, f.now.AddDate(0, -3, 0).UnixMilli(), f.now.AddDate(0, 6, 0).UnixMilli(), f.now.UnixMilli()); err != nil {
		return fmt.Errorf("insert sync state: %w", err)
	}
	day := f.now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -30)
	for i := range 300 {
		who := f.people[f.rnd.IntN(len(f.people))]
		start := day.AddDate(0, 0, i/5).Add(time.Duration(8+2*(i%5))*time.Hour + 30*time.Minute)
		attendees, err := json.Marshal([]map[string]string{{"name": who.Name, "addr": who.Addr, "type": "required", "response": "accepted"}})
		if err != nil {
			return err
		}
		var id int64
		err = tx.QueryRowContext(ctx, `INSERT INTO event (account_id, calendar_id, graph_id, change_key, kind, subject, start_at, end_at,
			location, organizer_name, organizer_addr, response, attendees) VALUES (?,?,?,'W/"1"','singleInstance',?,?,?,'Room 2',?,?,'organizer',?) RETURNING id`,
			f.accountID, calendar, fmt.Sprintf("event-%d", i), subjects[i%len(subjects)], start.UnixMilli(), start.Add(time.Hour).UnixMilli(),
			ownName, ownAddress, string(attendees)).Scan(&id)
		if err != nil {
			return fmt.Errorf("insert event: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO event_address (addr_lc, event_id, start_at) VALUES (?,?,?)`,
			strings.ToLower(who.Addr), id, start.UnixMilli()); err != nil {
			return fmt.Errorf("insert event address: %w", err)
		}
	}
	return nil
}
