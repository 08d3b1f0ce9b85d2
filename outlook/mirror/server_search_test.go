package mirror

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

func TestServerSearchGoesBeyondTheRange(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.old(1, 6, 14, 30)
	r.start()
	r.synced()
	got, err := r.m.SearchServer(ctx, r.account, `pallets AND from:anna@customer.example`)
	must(t, err)
	if len(got.Found) != 4 || got.More != "" {
		t.Fatalf("%+v", got)
	}
	for i, f := range got.Found {
		if mirrored := i < 2; (f.Row.ID != 0) != mirrored || f.Folder == "" || f.Row.From.Addr != "anna@customer.example" || f.Row.Received.IsZero() || f.GraphID == "" {
			t.Errorf("%d: %+v", i, f)
		}
	}
	// Opening one keeps it, once, as a row like any other.
	last := got.Found[3]
	r.fault(http.MethodGet, "/me/messages/", 1, graph.Fault{Status: 503, Code: "ErrorServerBusy"})
	id, err := r.m.KeepFound(ctx, r.account, last.GraphID)
	must(t, err)
	again, err := r.m.KeepFound(ctx, r.account, last.GraphID)
	must(t, err)
	m, err := r.m.Message(ctx, id)
	must(t, err)
	if again != id || m.Subject != "Old 30" || m.Body != "pallets of 30 months ago" || m.FolderID == 0 || r.messages() != 3 {
		t.Errorf("%+v", m)
	}
	must(t, r.m.Flag(ctx, []int64{id}, true))
	r.sent()
	r.box.ForgetChanges()
	r.synced()
	if r.messages() != 3 {
		t.Error("a resync lost what was opened")
	}
	got, err = r.m.SearchServer(ctx, r.account, "pallets")
	must(t, err)
	if f := got.Found[3]; f.Row.ID != id || !f.Row.Flagged {
		t.Errorf("%+v", f)
	}
	// What is gone, what is not there, and without a network.
	must(t, r.box.RemoveMessage(got.Found[2].GraphID))
	if _, err := r.m.KeepFound(ctx, r.account, got.Found[2].GraphID); !errors.Is(err, ErrNotFound) {
		t.Errorf("gone: %v", err)
	}
	for _, q := range []string{"", "  ", `nosuchword`, `"un"balanced \`, "\x00\x01"} {
		if got, err := r.m.SearchServer(ctx, r.account, q); len(got.Found) > 0 {
			t.Errorf("%q: %+v, %v", q, got, err)
		}
	}
	r.offline()
	if _, err := r.m.SearchServer(ctx, r.account, "pallets"); err == nil {
		t.Error("found without a network")
	}
	if _, err := r.m.SearchServer(ctx, r.account+1, "pallets"); !errors.Is(err, ErrNotConnected) {
		t.Errorf("another account: %v", err)
	}
}

func TestServerSearchHasPages(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	for i := range 120 {
		r.box.Deliver(mailbox.Mail{From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Subject: fmt.Sprint("Old ", i),
			At: r.now().AddDate(-2, 0, 0).Add(-time.Duration(i) * time.Hour), Body: mailbox.Body{Text: "rollcages"}})
	}
	r.start()
	r.synced()
	seen := map[string]bool{}
	got, err := r.m.SearchServer(ctx, r.account, "rollcages")
	for pages := 1; ; pages++ {
		must(t, err)
		for _, f := range got.Found {
			seen[f.GraphID] = true
		}
		if got.More == "" || pages > 5 {
			break
		}
		got, err = r.m.SearchServerMore(ctx, r.account, got.More)
	}
	if len(seen) != 120 {
		t.Errorf("%d found", len(seen))
	}
}

// Whatever is typed, the service can read the query that is made of it.
func TestServerSearchTakesAnyText(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.old(1)
	r.start()
	r.synced()
	for text, want := range map[string]int{
		"pallets OR nothing": 0, "(pallets": 1, "pallets)": 1, "pallets: big": 0, "size: pallets": 0, "size:big": 0, "has:attachment (": 0, `pallets" `: 1, "AND": 0, "NOT ": 0, "pallets NEAR(": 0,
		"received>x": 0, "[pallets]": 1, "{pallets} ": 1, "-(pallets of": 0, "hasattachments:maybe": 0, "from:( pallets ": 1, "a=b importance:": 0, `\pallets\ `: 1,
	} {
		got, err := r.m.SearchServer(ctx, r.account, r.m.ParseSearch(text).KQL())
		if err != nil || len(got.Found) != want {
			t.Errorf("%q: %d found, want %d: %v", text, len(got.Found), want, err)
		}
	}
}
