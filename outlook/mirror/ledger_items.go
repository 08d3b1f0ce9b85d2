package mirror

import (
	"slices"
	"strings"

	"supercrm/outlook"
)

// origin says under what heading a writer's changes come into the ledger.
type origin struct {
	why string // as LedgerRow.Why; "": delta
	at  int64  // milliseconds
}

func (o origin) because() string {
	if o.why == "" {
		return whyDelta
	}
	return o.why
}

func (r *runner) origin(why string) origin { return origin{why: why, at: millis(r.m.now())} }

// why is what a page of a scope counts as.
func (s scope) why() string {
	switch {
	case s.round > 0:
		return whyResync
	case s.synced == 0:
		return whyFirst
	}
	return whyDelta
}

// messageWas is what is compared to say what changed in a message.
type messageWas struct {
	folder               int64
	read, flagged, draft bool
	subject, preview     string
	categories           string
	attachments          string
}

// changes lists what columns differ from what was, in the ledger's words.
func (was messageWas) changes(c columns) (what string, fields []string) {
	what = ledgerChanged
	for i, name := range c.names {
		word, differs := "", false
		switch name {
		case "folder_id":
			word, differs = "folder", c.vals[i] != any(was.folder)
			if differs {
				what = ledgerMoved
			}
		case "is_read":
			word, differs = "read", c.vals[i] != any(was.read)
		case "flagged":
			word, differs = "flag", c.vals[i] != any(was.flagged)
		case "is_draft":
			word, differs = "draft", c.vals[i] != any(was.draft)
		case "subject":
			word, differs = "subject", c.vals[i] != any(was.subject)
		case "preview":
			word, differs = "body", c.vals[i] != any(was.preview)
		case "categories":
			word, differs = "categories", c.vals[i] != any(was.categories)
		case "attachments":
			word, differs = "attachments", was.attachments != "" && c.vals[i] != any(was.attachments)
		}
		if differs {
			fields = append(fields, word)
		}
	}
	return what, fields
}

// noteMessage writes what a message's arrival or change means. A page of changes that changes nothing (an echo of an edit
// made here, a replay) is no change. was is nil for a new row.
func (w *messageWriter) noteMessage(id int64, m *outlook.Message, was *messageWas, c columns) error {
	e := ledgerEntry{account: w.account, item: id, kind: "message", what: ledgerNew, why: w.from.because(), who: byService, at: w.from.at, first: true}
	if was == nil {
		who, err := w.author(id, m)
		if err != nil {
			return err
		}
		if who == byService {
			w.arrived = append(w.arrived, id) // written for the whole page at once
			return nil
		}
		e.who = who
	} else {
		what, fields := was.changes(c)
		if len(fields) == 0 || e.why == whyBody {
			return nil
		}
		e.what, e.fields, e.who, e.first = what, strings.Join(fields, " "), byElsewhere, false
	}
	w.noted = true
	if err := w.exec(insertLedger, e.args()...); err != nil || e.first {
		return err
	}
	return w.exec(trimItem, e.kind, id, LedgerPerItem)
}

// noteArrived writes the rows of a page's new messages as one statement: row by row they took 5 % of a first mirroring.
func (w *messageWriter) noteArrived() error {
	if len(w.arrived) == 0 {
		return nil
	}
	ids := toJSON(w.arrived)
	w.arrived, w.noted = nil, true
	return w.exec(`INSERT INTO ledger (account_id, at, item_kind, item_id, outwards, what, why, who)
		SELECT ?1, ?2, 'message', value, 0, ?3, ?4, ?5 FROM json_each(?6)`, w.account, w.from.at, ledgerNew, w.from.because(), byService, ids)
}

// author says who made a message that is new here. One from the person is looked for among what was sent from here; the
// sending then belongs to its history.
func (w *messageWriter) author(id int64, m *outlook.Message) (string, error) {
	mine := m.IsDraft != nil && *m.IsDraft || m.From != nil && w.me.Is(m.From.EmailAddress.Address)
	if !mine {
		return byService, nil
	}
	var here bool
	if err := w.scan(`SELECT EXISTS (SELECT 1 FROM ledger WHERE remote_id=?1 AND remote_id<>'') OR EXISTS (SELECT 1 FROM outbox WHERE remote_id=?1 AND remote_id<>'')`,
		[]any{m.ID}, &here); err != nil {
		return "", err
	}
	if !here {
		return byElsewhere, nil
	}
	return byYou, w.exec(`UPDATE ledger SET item_id=? WHERE remote_id=? AND remote_id<>'' AND item_id=0`, id, m.ID)
}

// noteGone writes that a message is no longer there.
func (w *messageWriter) noteGone(id int64) error {
	if err := w.noteArrived(); err != nil { // it may be among them
		return err
	}
	e := ledgerEntry{account: w.account, item: id, kind: "message", what: ledgerDeleted, why: w.from.because(), who: byElsewhere, at: w.from.at}
	w.noted = true
	return w.exec(insertLedger, e.args()...)
}

// was is an event's row before it is written.
func (w *eventWriter) was(id int64) (*eventNow, error) {
	e, err := readEvent(w.ctx, w.tx, id)
	return &e, err
}

// noteUpsert writes what an event's arrival or change means, as noteMessage does. was is nil for a new row; shown is what
// was written, without what the person has changed and is still on its way.
func (w *eventWriter) noteUpsert(id int64, was *eventNow, e *outlook.Event, shown eventFields) error {
	entry := ledgerEntry{account: w.account, item: id, kind: "event", what: ledgerNew, why: w.from.because(), who: byElsewhere, at: w.from.at, first: true}
	if w.from.why == whyFirst {
		entry.who = byService
	}
	if was != nil {
		fields := shown.changedFrom(was.eventFields)
		if e.IsCancelled != nil && *e.IsCancelled != was.off {
			fields = append(fields, "cancelled")
		}
		if len(fields) == 0 {
			return nil
		}
		entry.what, entry.fields, entry.first = ledgerChanged, strings.Join(fields, " "), false
		if entry.why == whyConfirmation {
			entry.who = byService // what it made of our own edit
		}
	}
	return note(w.ctx, w.tx, entry)
}

func (w *eventWriter) noteGone(id int64) error {
	return note(w.ctx, w.tx, ledgerEntry{account: w.account, item: id, kind: "event", what: ledgerDeleted, why: w.from.because(), who: byElsewhere, at: w.from.at})
}

// changedFrom lists the fields of f that are set and differ from was; answers of attendees count here.
func (f eventFields) changedFrom(was eventFields) []string {
	var out []string
	for _, name := range f.names() {
		same := true
		switch name {
		case "subject":
			same = equal(f.Subject, was.Subject)
		case "time":
			same = (f.Start == nil || equal(f.Start, was.Start)) && (f.End == nil || equal(f.End, was.End)) && (f.AllDay == nil || equal(f.AllDay, was.AllDay))
		case "location":
			same = equal(f.Location, was.Location)
		case "body":
			same = was.Preview != nil && f.Preview != nil && *f.Preview == *was.Preview || equalText(f, was)
		case "showAs":
			same = equal(f.ShowAs, was.ShowAs)
		case "attendees":
			same = was.Attendees != nil && slices.Equal(*f.Attendees, *was.Attendees)
		case "response":
			same = equal(f.Response, was.Response)
		}
		if !same {
			out = append(out, name)
		}
	}
	return out
}
