package mirror

import (
	"net/http"
	"testing"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

func (r *rig) contacts(text string) []Contact {
	r.t.Helper()
	all, err := r.m.FindContacts(r.t.Context(), text, 100)
	must(r.t, err)
	return all
}

// renewed waits for a round that reads contacts too.
func (r *rig) renewed() {
	r.t.Helper()
	r.m.SyncAll(r.account)
	r.synced()
}

func TestContactsAreMirrored(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	var anna *mailbox.Contact
	var partners *mailbox.ContactFolder
	_ = r.box.Do(func(b *mailbox.Box) error {
		anna = b.AddContact(b.ContactFolders()[0], &mailbox.Contact{GivenName: "Anna", Surname: "Lindqvist", DisplayName: "Anna Lindqvist", Company: "Nordwind Logistics", JobTitle: "Buyer",
			Emails: []mailbox.Address{{Name: "Anna", Addr: "Anna.Lindqvist@nordwind.example"}, {Addr: "anna@home.example"}}, Business: []string{"+49 40 1"}, Mobile: "+49 170 1", City: "Hamburg", Notes: "likes tea"})
		var err error
		partners, err = b.NewContactFolder(nil, "Partners")
		must(t, err)
		b.AddContact(partners, &mailbox.Contact{DisplayName: "Priya Raman", Emails: []mailbox.Address{{Addr: "priya@fjordline.example"}}})
		return nil
	})
	r.h.SetQuirks(graph.Quirks{EmptyPages: true, Replays: true, Reorder: true})
	r.fault(http.MethodGet, "contacts/delta", 1, graph.Fault{Status: 503, Code: "ErrorServerBusy"})
	r.start()
	r.renewed()
	got := r.contacts("")
	if len(got) != 2 || got[0].Name != "Anna Lindqvist" || got[0].JobTitle != "Buyer" || got[0].Phones[0] != "+49 40 1" || got[0].Mobile == "" || got[0].City != "Hamburg" || got[1].Folder != "Partners" {
		t.Fatalf("%+v", got)
	}
	for text, want := range map[string]int{"ann": 1, "lind anna": 1, "nordw": 1, "LOGISTICS": 1, "home": 1, "qvist": 0, "priya": 1, "anna priya": 0, "%": 0} {
		if n := len(r.contacts(text)); n != want {
			t.Errorf("%q finds %d", text, n)
		}
	}
	by, err := r.m.ContactsByAddress(ctx, []string{"ANNA@home.example", "nobody@home.example"})
	must(t, err)
	if by["anna@home.example"].Name != "Anna Lindqvist" || len(by) != 2 {
		t.Errorf("%+v", by)
	}
	folders, err := r.m.ContactFolders(ctx, r.account)
	must(t, err)
	if len(folders) != 2 || !folders[0].Default || folders[0].Count != 1 || folders[1].Name != "Partners" {
		t.Fatalf("%+v", folders)
	}
	_ = r.box.Do(func(b *mailbox.Box) error {
		anna.JobTitle, anna.Emails = "Head of buying", anna.Emails[:1]
		b.TouchContact(anna)
		return nil
	})
	r.renewed()
	if got := r.contacts("anna"); len(got) != 1 || got[0].JobTitle != "Head of buying" || len(got[0].Emails) != 1 || len(r.contacts("home")) != 0 {
		t.Errorf("%+v", got)
	}
	// An address book that is not picked is not offered.
	must(t, r.m.PickContactFolder(ctx, folders[1].ID, false))
	if n := len(r.contacts("")); n != 1 {
		t.Errorf("%d contacts", n)
	}
	must(t, r.m.PickContactFolder(ctx, folders[1].ID, true))
	// Deleted while the links had gone stale; then the folder.
	_ = r.box.Do(func(b *mailbox.Box) error {
		b.RemoveContact(anna)
		return nil
	})
	r.box.ForgetChanges()
	r.renewed()
	if got := r.contacts(""); len(got) != 1 || got[0].Name != "Priya Raman" {
		t.Errorf("%+v", got)
	}
	_ = r.box.Do(func(b *mailbox.Box) error { return b.DeleteContactFolder(partners) })
	r.renewed()
	if len(r.contacts("")) != 0 || r.tally(`SELECT count(*) FROM contact_address`) != 0 {
		t.Error("something is left")
	}
}

// An empty or failed answer deletes no contact.
func TestContactsSurviveFaults(t *testing.T) {
	r := newRig(t)
	_ = r.box.Do(func(b *mailbox.Box) error {
		for _, name := range []string{"A", "B", "C"} {
			b.AddContact(b.ContactFolders()[0], &mailbox.Contact{DisplayName: name, Emails: []mailbox.Address{{Addr: name + "@x.example"}}})
		}
		return nil
	})
	r.start()
	r.renewed()
	for _, f := range []graph.Fault{{Status: 500}, {Status: 403, Code: "ErrorAccessDenied"}, {Cut: graph.CutSilent}, {Status: 404, Code: "ErrorItemNotFound"}} {
		r.box.ForgetChanges()
		r.fault(http.MethodGet, "/contact", 12, f)
		r.m.SyncAll(r.account)
		r.until("the service is well again", func() bool { return r.tally(`SELECT count(*) FROM contact`) == 3 })
		r.h.SetIntercept(nil)
		r.renewed()
		if n := len(r.contacts("")); n != 3 {
			t.Fatalf("%d contacts after %+v", n, f)
		}
	}
}
