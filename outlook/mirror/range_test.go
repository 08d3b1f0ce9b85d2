package mirror

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// old delivers one message for each age in months.
func (r *rig) old(months ...int) {
	for _, n := range months {
		r.box.Deliver(mailbox.Mail{From: mailbox.Address{Name: "Anna", Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Subject: fmt.Sprintf("Old %d", n),
			At: r.now().AddDate(0, -n, 3), Body: mailbox.Body{Text: fmt.Sprintf("pallets of %d months ago", n)}})
	}
}

func (r *rig) tally(query string, args ...any) (n int) {
	r.t.Helper()
	must(r.t, r.db.Reader().QueryRow(query, args...).Scan(&n))
	return n
}

func (r *rig) messages() int { return r.tally(`SELECT count(*) FROM message`) }

func TestRangeIsChosenAndChanged(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.old(1, 2, 5, 8, 11, 14, 20, 26, 40)
	r.start()
	r.synced()
	choose := func(months, want int) {
		t.Helper()
		c := DefaultChoice
		c.Months = months
		must(t, r.m.Choose(ctx, r.account, c))
		r.synced()
		if n := r.messages(); n != want {
			t.Fatalf("%d messages with %d months, want %d", n, months, want)
		}
	}
	if n := r.messages(); n != 5 {
		t.Fatalf("%d messages of the first year", n)
	}
	inbox := func() Folder {
		folders, err := r.m.Folders(ctx, r.account)
		must(t, err)
		return folders[0]
	}
	if f := inbox(); f.Total != 5 {
		t.Errorf("the server counts %d in the range", f.Total)
	}
	choose(24, 7)
	choose(0, 9)
	asked := r.fault(http.MethodGet, "/me/messages/", 0, graph.Fault{})
	choose(3, 9) // nothing is lost, and what is older is not asked about one by one
	if n := asked.Load(); n > 0 {
		t.Errorf("%d messages were asked about", n)
	}
	h, err := r.m.Holdings(ctx, r.account)
	must(t, err)
	if h.Messages != 9 || h.Before != 7 || h.OnServer != 9 || h.MailAt.IsZero() || h.Oldest.After(r.now().AddDate(0, -39, 0)) {
		t.Errorf("%+v", h)
	}
	if err := r.m.Choose(ctx, r.account, Choice{Months: 5}); !errors.As(err, new(ErrBadInput)) {
		t.Errorf("five months: %v", err)
	}
	// What is still to be sent is kept, whatever its age.
	r.offline()
	must(t, r.m.Flag(ctx, []int64{r.mail("Old 40").ID}, true))
	n, err := r.m.Trim(ctx, r.account)
	must(t, err)
	if n != 6 || r.messages() != 3 || r.tally(`SELECT count(*) FROM message_address`) != 6 {
		t.Errorf("%d removed, %d left", n, r.messages())
	}
	r.down.Store(false)
	r.m.SyncNow(r.account)
	r.sent()
	if len(r.box.Messages("inbox")) != 9 {
		t.Error("the mailbox lost mail")
	}
	choose(12, 5+1)
}

// Months later the range has moved on: what was trimmed because of that stays away, whoever looks at the folder next.
func TestTrimmedMailStaysAway(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.old(1, 2, 3, 5, 8, 11)
	r.start()
	r.synced()
	r.offset.Add(int64(r.now().AddDate(0, 6, 0).Sub(r.now())))
	n, err := r.m.Trim(ctx, r.account)
	must(t, err)
	if n != 2 || r.messages() != 4 {
		t.Fatalf("%d removed, %d left", n, r.messages())
	}
	r.synced()
	v, err := r.m.Verify(ctx, r.account, nil)
	must(t, err)
	if v.Repaired() != 0 || r.messages() != 4 {
		t.Errorf("%d repaired, %d messages", v.Repaired(), r.messages())
	}
	asked := r.fault(http.MethodGet, "/me/messages/", 0, graph.Fault{})
	r.box.ForgetChanges()
	r.synced()
	r.synced()
	if n := r.messages(); n != 4 || asked.Load() > 0 {
		t.Errorf("%d messages after a reset, %d asked about one by one", n, asked.Load())
	}
	// A range that begins earlier is still read.
	c := DefaultChoice
	c.Months = 24
	must(t, r.m.Choose(ctx, r.account, c))
	r.synced()
	r.same()
}

func TestRangeSurvivesQuitsAndResets(t *testing.T) {
	r := newRig(t)
	var ages []int
	for i := range 40 {
		ages = append(ages, i)
	}
	r.old(ages...)
	r.fault(http.MethodGet, "messages/delta", 2, graph.Fault{Status: 503, Code: "ErrorServerBusy"})
	r.start()
	r.synced()
	for i, months := range []int{24, 3, 0, 12, 0} {
		must(t, r.m.Choose(t.Context(), r.account, Choice{Months: months, FileLimit: 1, FilesLimit: 1}))
		time.Sleep(time.Duration(i) * 7 * time.Millisecond)
		r.stop()
		r.box.ForgetChanges() // every link is stale
		r.start()
	}
	r.synced()
	if n := r.messages(); n != 40 {
		t.Fatalf("%d messages", n)
	}
	r.same()
}

// The service ends a filtered first round early, as if there were no more.
func TestMoreThanAFilteredRoundTells(t *testing.T) {
	r := newRig(t)
	const n = filtered + 230
	for i := range n {
		r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Subject: fmt.Sprint(i),
			At: r.now().Add(-time.Duration(i) * time.Hour), Body: mailbox.Body{Text: "x"}})
	}
	r.start()
	r.until("all are there", func() bool { return r.messages() == n })
	r.box.ForgetChanges() // and again by mark and sweep
	asked := r.fault(http.MethodGet, "/me/messages/", 0, graph.Fault{})
	r.synced()
	if got := r.messages(); got != n || asked.Load() > 0 {
		t.Errorf("%d messages, %d asked about one by one", got, asked.Load())
	}
}

func TestSmallAttachmentsAreKept(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	file := func(name string, size int) mailbox.Attachment {
		return mailbox.Attachment{Num: 1, Name: name, Type: "application/pdf", Bytes: bytes.Repeat([]byte(name[:1]), size)}
	}
	for i, a := range []mailbox.Attachment{file("a.pdf", 3000), file("b.pdf", 4000), file("c.pdf", 500_000)} {
		r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Subject: a.Name, At: r.now().Add(-time.Duration(i) * time.Hour),
			Body: mailbox.Body{Text: "x"}, Attachments: []mailbox.Attachment{a}})
	}
	r.fault(http.MethodGet, "$value", 2, graph.Fault{Reset: true})
	r.start()
	must(t, r.m.Choose(ctx, r.account, Choice{Months: 12, FileLimit: 100_000, FilesLimit: 1 << 20}))
	done := func() bool { return r.tally(`SELECT count(*) FROM message WHERE has_attachments=1 AND files=1`) == 3 }
	r.until("attachments are kept", done)
	if n := r.tally(`SELECT count(*) FROM attachment_file`); n != 2 {
		t.Fatalf("%d files", n)
	}
	read := func(name string) (string, error) {
		m, err := r.m.Message(ctx, r.mail(name).ID)
		must(t, err)
		var b bytes.Buffer
		err = r.m.FetchAttachment(ctx, m.ID, m.Attachments[0].GraphID, &b)
		return b.String(), err
	}
	must(t, r.m.Move(ctx, []int64{r.mail("a.pdf").ID}, "archive"))
	r.sent()
	r.offline()
	if s, err := read("a.pdf"); err != nil || s != strings.Repeat("a", 3000) {
		t.Errorf("offline after a move: %d bytes, %v", len(s), err)
	}
	if _, err := read("c.pdf"); err == nil {
		t.Error("a large file came without the network")
	}
	r.down.Store(false)
	if s, err := read("c.pdf"); err != nil || len(s) != 500_000 {
		t.Errorf("a large file on demand: %d bytes, %v", len(s), err)
	}
	if n := r.tally(`SELECT count(*) FROM attachment_file`); n != 2 {
		t.Errorf("the large file is kept: %d files", n)
	}
	// A smaller room: the older mail's file gives way.
	must(t, r.m.Choose(ctx, r.account, Choice{Months: 12, FileLimit: 100_000, FilesLimit: 5000}))
	r.until("attachments are looked at again", done)
	kept, err := r.m.KeptFiles(ctx, r.mail("a.pdf").ID)
	must(t, err)
	if h, _ := r.m.Holdings(ctx, r.account); len(kept) != 1 || h.Files != 1 || h.FileBytes != 3000 {
		t.Errorf("kept %v of the newest, %+v", kept, h)
	}
	// None at all.
	must(t, r.m.Choose(ctx, r.account, Choice{Months: 12}))
	if n := r.tally(`SELECT count(*) FROM attachment_file`); n != 0 {
		t.Errorf("%d files", n)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	m, err := r.m.Message(ctx, r.mail("c.pdf").ID)
	must(t, err)
	if err := r.m.FetchAttachment(cancelled, m.ID, m.Attachments[0].GraphID, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
