package mirror

import (
	"context"
	"errors"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook"
)

// Verification is what a comparison of a mailbox with its mirror has found and done. Counts are of items.
type Verification struct {
	AccountID int64     `json:"-"`
	At        time.Time `json:"at"` // when it ended
	Cancelled bool      `json:"cancelled"`
	Requests  int       `json:"requests"`
	Places    []Place   `json:"places"`
}

// Place is one folder, calendar or address book of a Verification. Skipped says that it could not be compared, and why: mirroring (its first
// reading has not ended), failed or gone.
type Place struct {
	Kind    string `json:"kind"` // folder, calendar or contacts
	ID      int64  `json:"id"`
	Server  int    `json:"server"`
	Here    int    `json:"here"`
	Fetched int    `json:"fetched"` // were missing here
	Removed int    `json:"removed"` // the service has confirmed, one by one, that it does not have them
	Renewed int    `json:"renewed"` // differed and were read again
	Failed  int    `json:"failed"`  // differ, and the service refuses to say what they are
	Waiting int    `json:"waiting"` // differ because a change of the person's is on its way
	Skipped string `json:"skipped,omitempty"`
}

// Repaired is how many items a verification has put right.
func (v *Verification) Repaired() (n int) {
	for _, p := range v.Places {
		n += p.Fetched + p.Removed + p.Renewed
	}
	return n
}

// Compared is how many items of the service were compared.
func (v *Verification) Compared() (n int) {
	for _, p := range v.Places {
		n += p.Server
	}
	return n
}

// VerifyProgress tells of a verification under way: which of how many places, and items compared so far.
type VerifyProgress struct {
	Place, Places int
	Items         int
}

// Verify compares every folder, calendar and address book with the service, by id and ETag, and repairs what differs: what is missing is
// fetched, what the service denies when asked about it by itself is removed, what has another ETag is read again. It sends
// one request at a time and nothing that writes. It may be cancelled by ctx: what was found until then is kept and given,
// with the context's error. progress is called on this goroutine.
func (m *Mirror) Verify(ctx context.Context, accountID int64, progress func(VerifyProgress)) (Verification, error) {
	r := m.runner(accountID)
	if r == nil {
		return Verification{}, ErrNotConnected
	}
	ctx = outlook.WithPriority(ctx, outlook.Backfill)
	v := &verifier{r: r, report: Verification{AccountID: accountID}, progress: progress}
	err := v.run(ctx)
	if err != nil && ctx.Err() == nil {
		return v.report, err
	}
	v.report.Cancelled = err != nil
	v.report.At = m.now()
	keep := context.WithoutCancel(ctx)
	return v.report, errors.Join(err, m.db.Write(keep, "keep verification", func(tx *store.Tx) error {
		tx.Changed(store.Ledger)
		_, err := tx.ExecContext(keep, `INSERT INTO verification (account_id, at, report) VALUES (?,?,?)
			ON CONFLICT (account_id) DO UPDATE SET at=excluded.at, report=excluded.report`, accountID, millis(v.report.At), toJSON(v.report))
		return err
	}))
}

// LastVerification gives what the last verification of an account found; ErrNotFound if there was none.
func (m *Mirror) LastVerification(ctx context.Context, accountID int64) (Verification, error) {
	var text string
	err := m.db.Reader().QueryRowContext(ctx, `SELECT report FROM verification WHERE account_id=?`, accountID).Scan(&text)
	if err := found("read verification", err); err != nil {
		return Verification{}, err
	}
	v, err := parse[Verification](text)
	v.AccountID = accountID
	return v, err
}

// verifier is one verification under way.
type verifier struct {
	r        *runner
	report   Verification
	progress func(VerifyProgress)
	at       VerifyProgress
}

func (v *verifier) tell() {
	if v.progress != nil {
		v.progress(v.at)
	}
}

// asked counts requests, and makes room for others between them.
func (v *verifier) asked(n int) { v.report.Requests += n }

func (v *verifier) run(ctx context.Context) error {
	folders, err := v.r.folderRefs(ctx)
	if err != nil {
		return err
	}
	calendars, err := v.r.calendarRefs(ctx)
	if err != nil {
		return err
	}
	books, err := v.r.contactFolderRefs(ctx)
	if err != nil {
		return err
	}
	v.at.Places = len(folders) + len(books)
	for _, c := range calendars {
		if c.picked {
			v.at.Places++
		}
	}
	for _, f := range folders {
		if err := v.place(ctx, Place{Kind: "folder", ID: f.id}, "messages:"+f.graph, func(p *Place, s scope) error { return v.folder(ctx, f, s, p) }); err != nil {
			return err
		}
	}
	for _, c := range calendars {
		if !c.picked {
			continue
		}
		if err := v.place(ctx, Place{Kind: "calendar", ID: c.id}, "events:"+c.graph, func(p *Place, s scope) error { return v.calendar(ctx, c, s, p) }); err != nil {
			return err
		}
	}
	for _, f := range books {
		if err := v.place(ctx, Place{Kind: "contacts", ID: f.id}, "contacts:"+f.graph, func(p *Place, _ scope) error { return v.contacts(ctx, f, p) }); err != nil {
			return err
		}
	}
	return nil
}

// place verifies one folder or calendar. One that fails does not stop the others, unless nothing would work.
func (v *verifier) place(ctx context.Context, p Place, name string, do func(*Place, scope) error) error {
	v.at.Place++
	v.tell()
	s, err := v.r.scope(ctx, name)
	if err != nil {
		return err
	}
	if s.synced == 0 || !s.complete {
		p.Skipped = "mirroring"
		v.report.Places = append(v.report.Places, p)
		return nil
	}
	err = do(&p, s)
	switch {
	case hopeless(err):
		v.report.Places = append(v.report.Places, p)
		return err
	case outlook.IsNotFound(err):
		p.Skipped = "gone"
		v.r.whole.Store(true) // asks about it, and takes a folder away once all others are read
		v.r.wakeSync()
	case err != nil:
		p.Skipped = "failed"
		v.r.m.log.Warn("place not verified", "account", v.r.account, "kind", p.Kind, "error", err)
	}
	v.report.Places = append(v.report.Places, p)
	return nil
}

// difference is what a list of the service and the rows here disagree about, by id of the service.
type difference struct {
	missing, extra, stale []string
}

// here is a row as it is compared. waits: something of the person's is on its way, so that a difference is to be expected.
type here struct {
	etag       string
	start, end int64
	waits      bool
}

// compare leaves out what waits: its turn comes with the answer.
func compare(server map[string]here, rows map[string]here, same func(server, row here) bool) (d difference, waiting int) {
	for id, s := range server {
		row, ok := rows[id]
		switch {
		case !ok:
			d.missing = append(d.missing, id)
		case same(s, row):
		case row.waits:
			waiting++
		default:
			d.stale = append(d.stale, id)
		}
	}
	for id, row := range rows {
		if _, ok := server[id]; ok {
			continue
		}
		if row.waits {
			waiting++
			continue
		}
		d.extra = append(d.extra, id)
	}
	return d, waiting
}

// rowsOf reads the rows that a place has here.
func (v *verifier) rowsOf(ctx context.Context, query string, args ...any) (map[string]here, error) {
	type row struct {
		id string
		here
	}
	list, err := collect(ctx, v.r.m, "read rows", func(s scanner) (x row, err error) {
		err = s.Scan(&x.id, &x.etag, &x.start, &x.end, &x.waits)
		return x, err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]here, len(list))
	for _, x := range list {
		out[x.id] = x.here
	}
	return out, nil
}

// marks reads a place's list to the end, page by page.
func (v *verifier) marks(fetch func(link string) (outlook.Page[outlook.Mark], error), each func(outlook.Mark)) error {
	for link := ""; ; {
		page, err := fetch(link)
		v.asked(1)
		if err != nil {
			return err
		}
		for _, m := range page.Items {
			each(m)
		}
		v.at.Items += len(page.Items)
		v.tell()
		if page.Last() {
			return nil
		}
		link = page.Next
	}
}

// folder verifies one mail folder.
func (v *verifier) folder(ctx context.Context, f folderRef, s scope, p *Place) error {
	from, err := v.r.rangeNow(ctx, s.from) // how far back mail is mirrored; what is older and still here is left alone
	if err != nil {
		return err
	}
	since := instant(from)
	server := map[string]here{}
	if err := v.marks(func(link string) (outlook.Page[outlook.Mark], error) {
		return v.r.client.MessageMarks(ctx, f.graph, link, since)
	},
		func(m outlook.Mark) { server[m.ID] = here{etag: m.ETag} }); err != nil {
		return err
	}
	rows, err := v.rowsOf(ctx, `SELECT graph_id, change_key, 0, 0, EXISTS (SELECT 1 FROM outbox WHERE item_kind='message' AND item_id=message.id)
		FROM message WHERE account_id=? AND folder_id=? AND graph_id<>'' AND received_at>=?`, v.r.account, f.id, from)
	if err != nil {
		return err
	}
	p.Server, p.Here = len(server), len(rows)
	var d difference
	d, p.Waiting = compare(server, rows, func(s, row here) bool { return s.etag == "" || s.etag == row.etag })
	for _, part := range []struct {
		ids   []string
		count *int
	}{{d.missing, &p.Fetched}, {d.stale, &p.Renewed}, {d.extra, &p.Removed}} {
		if err := v.repairMessages(ctx, f, part.ids, part.count, p); err != nil {
			return err
		}
	}
	return nil
}

// repairMessages asks for each message by itself and writes what the service says: the message, wherever it is now, or that
// there is none. A list alone never removes anything.
func (v *verifier) repairMessages(ctx context.Context, f folderRef, ids []string, lives *int, p *Place) error {
	for _, id := range ids {
		asked := v.r.m.now()
		live, err := v.r.client.Message(ctx, id)
		v.asked(1)
		if outlook.IsRefused(err) {
			p.Failed++ // no reason to keep the others waiting
			continue
		}
		if err != nil && !outlook.IsNotFound(err) {
			return err
		}
		there := err == nil
		if err := v.r.m.db.Write(ctx, "repair message", func(tx *store.Tx) error {
			w, err := newMessageWriter(ctx, tx, v.r.account)
			if err != nil {
				return err
			}
			defer w.close()
			w.from, w.late, w.asked = v.r.origin(whyVerify), &v.r.late, asked // rounds go on meanwhile
			if there {
				err = w.upsert(&live, f.id)
			} else {
				err = w.remove(id)
			}
			return errors.Join(err, w.announce())
		}); err != nil {
			return err
		}
		switch {
		case !there:
			p.Removed++
		case lives == &p.Removed: // it only lay in another folder
			p.Renewed++
		default:
			*lives++
		}
	}
	return nil
}
