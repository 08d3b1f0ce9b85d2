package mirror

import (
	"context"
	"slices"
	"testing"
	"time"

	"supercrm/assets"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/outlook"
)

// The demo organization's mailbox is mirrored whole, over its real listener and with a token of its sign-in service.
func TestDemoMailboxIsMirroredWhole(t *testing.T) {
	tenant := tenanttest.Start(t)
	token, err := tenant.Token(directory.DemoUPN)
	must(t, err)
	client, err := outlook.New(outlook.Options{BaseURL: tenant.GraphURL, HTTP: tenantClient(t), Token: func(context.Context) (string, error) { return token, nil }})
	must(t, err)
	ctx := t.Context()
	m := New(Options{DB: openStore(t), Zone: "Europe/Berlin", PollEvery: 100 * time.Millisecond})
	defer m.Close()
	who, err := client.Me(ctx)
	must(t, err)
	account, err := m.Connect(ctx, AccountInfo{Key: "t." + who.ID, UPN: who.UPN, Name: who.Name}, client)
	must(t, err)
	waitFor(t, "a whole round", func() bool {
		st, err := m.Status(ctx)
		must(t, err)
		return !st[0].SyncedAt.IsZero() && st[0].Problem == ""
	})
	folders, err := m.Folders(ctx, account.ID)
	must(t, err)
	total := 0
	for _, f := range folders {
		total += f.Count
		if f.Count != f.Total {
			t.Errorf("%s: %d mirrored of %d", f.Name, f.Count, f.Total)
		}
	}
	if total < 394 || // six are older than what is mirrored
		folders[0].WellKnown != "inbox" {
		t.Fatalf("%d messages, first folder %q", total, folders[0].WellKnown)
	}
	from, to := m.window()
	events, err := m.Events(ctx, from, to)
	must(t, err)
	box, ok := tenant.Mailboxes.Mailbox(directory.DemoUPN)
	if !ok {
		t.Fatal("the demo's person has no mailbox")
	}
	var have, want []string
	for _, e := range events {
		have = append(have, e.Start.Format(time.RFC3339)+e.End.Format(time.RFC3339)+e.Subject)
	}
	for _, e := range box.EventsBetween(from, to) {
		want = append(want, e.Start.Format(time.RFC3339)+e.End.Format(time.RFC3339)+e.Subject)
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) || len(have) < 50 {
		t.Fatalf("%d events mirrored of %d\n%v\n%v", len(have), len(want), have, want)
	}
	for _, e := range events {
		if e.Subject == "" || e.End.Before(e.Start) {
			t.Errorf("an event without its values: %+v", e)
		}
	}
	var addrs []string
	for _, c := range assets.DemoCustomers() {
		for _, p := range c.People {
			addrs = append(addrs, p.Email)
		}
	}
	touches, err := m.Touches(ctx, addrs, 1000)
	must(t, err)
	kinds := map[string]bool{}
	for _, x := range touches {
		kinds[x.Kind] = true
	}
	if !kinds["mail.in"] || !kinds["mail.out"] || !kinds["event"] {
		t.Fatalf("touches of the customers: %v", kinds)
	}
	if !slices.IsSortedFunc(touches, func(a, b Touch) int { return b.At.Compare(a.At) }) {
		t.Fatal("touches are not newest first")
	}
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
