package mirror

import (
	"net/http"
	"slices"
	"testing"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// categories of the message with a subject, as the mailbox has them.
func (r *rig) categoriesThere(subject string) (out []string) {
	_ = r.box.Do(func(b *mailbox.Box) error {
		for _, m := range b.Messages(nil) {
			if m.Subject == subject {
				out = slices.Clone(m.Categories)
			}
		}
		return nil
	})
	return out
}

func (r *rig) setThere(subject string, names ...string) {
	_ = r.box.Do(func(b *mailbox.Box) error {
		for _, m := range b.Messages(nil) {
			if m.Subject == subject {
				b.Touch(m, func() { m.Categories = names })
			}
		}
		return nil
	})
}

func TestCategories(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(3)
	r.start()
	r.synced()
	list, err := r.m.Categories(ctx, r.account)
	must(t, err)
	if len(list) < 5 || list[0].Name == "" || list[0].Color == "" {
		t.Fatalf("%v", list)
	}
	id := r.mail("Quote 1").ID
	is := func(want ...string) {
		t.Helper()
		if got := r.mail("Quote 1").Categories; !slices.Equal(got, want) {
			t.Fatalf("categories %v, want %v", got, want)
		}
	}
	must(t, r.m.Categorize(ctx, []int64{id}, []string{"Customer"}, nil))
	is("Customer")
	r.sent()
	if got := r.categoriesThere("Quote 1"); !slices.Equal(got, []string{"Customer"}) {
		t.Fatalf("the mailbox has %v", got)
	}
	// Offline, both sides change it: what each added is there afterwards, what was taken away is not.
	r.offline()
	must(t, r.m.Categorize(ctx, []int64{id}, []string{"Quote"}, []string{"customer"}))
	must(t, r.m.Categorize(ctx, []int64{id}, []string{"Urgent"}, []string{"Quote"}))
	must(t, r.m.Categorize(ctx, []int64{id}, []string{"Quote"}, nil))
	is("Urgent", "Quote")
	r.setThere("Quote 1", "Customer", "Travel")
	items, err := r.m.Outbox(ctx)
	must(t, err)
	if len(items) != 1 || items[0].Kind != "mail.categories" {
		t.Fatalf("%+v", items)
	}
	r.triedInVain()
	// The first write meets another one's.
	r.fault(http.MethodPatch, "/messages/", 1, graph.Fault{Status: 412, Code: "ErrorIrresolvableConflict"})
	r.down.Store(false)
	r.m.SyncNow(r.account)
	r.sent()
	r.synced()
	if got := r.categoriesThere("Quote 1"); !slices.Equal(got, []string{"Travel", "Urgent", "Quote"}) {
		t.Fatalf("the mailbox has %v", got)
	}
	is("Travel", "Urgent", "Quote")
	// Given up: the row shows what the service has, as it came meanwhile.
	r.fault(http.MethodPatch, "/messages/", 1000, graph.Fault{Status: 403, Code: "ErrorAccessDenied"})
	must(t, r.m.Categorize(ctx, []int64{id}, []string{"Lost"}, []string{"Travel"}))
	r.until("it is refused", func() bool {
		items, err := r.m.Outbox(ctx)
		must(t, err)
		return len(items) == 1 && items[0].State == PendingFailed
	})
	r.setThere("Quote 1", "Travel", "New")
	r.synced()
	is("New", "Lost")
	items, err = r.m.Outbox(ctx)
	must(t, err)
	must(t, r.m.Discard(ctx, items[0].ID))
	is("Travel", "New")
	for _, bad := range []string{"", " ", "a\nb"} {
		if err := r.m.Categorize(ctx, []int64{id}, []string{bad}, nil); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// Categories that were taken off and put on again before anything was sent stand in the mailbox's order afterwards.
func TestCategoriesKeepTheMailboxesOrder(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(2)
	r.start()
	r.synced()
	id := r.mail("Quote 1").ID
	must(t, r.box.Categorize(r.graphID("message", id), "Customer", "Quote"))
	r.synced()
	r.offline()
	must(t, r.m.Categorize(ctx, []int64{id}, nil, []string{"Customer"}))
	must(t, r.m.Categorize(ctx, []int64{id}, []string{"Customer"}, nil))
	r.triedInVain()
	r.down.Store(false)
	r.m.SyncNow(r.account)
	r.sent()
	there, err := r.box.Message(r.graphID("message", id))
	must(t, err)
	if want := []string{"Customer", "Quote"}; !slices.Equal(there.Categories, want) {
		t.Errorf("the mailbox has %q, want %q", there.Categories, want)
	}
	if got := r.mail("Quote 1").Categories; !slices.Equal(got, there.Categories) {
		t.Errorf("%q, in the mailbox %q", got, there.Categories)
	}
	r.same()
}
