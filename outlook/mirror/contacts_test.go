package mirror

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
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

// binned answers for a contact that was deleted as the service does for a while: it is there, in a folder that is no
// address book. book, if set, is what the service says that folder is.
type binned struct {
	http.RoundTripper
	id, parent, book atomic.Pointer[string]
}

func (b *binned) RoundTrip(req *http.Request) (*http.Response, error) {
	id, parent, book := b.id.Load(), b.parent.Load(), b.book.Load()
	answer := func(v any) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(toJSON(v))), Request: req}
	}
	switch {
	case id != nil && strings.HasSuffix(req.URL.Path, "/contacts/"+*id):
		return answer(map[string]any{"id": *id, "parentFolderId": *parent, "displayName": "Anna Lindqvist", "emailAddresses": []any{}}), nil
	case book != nil && strings.HasSuffix(req.URL.Path, "/contactFolders/"+*parent):
		return answer(map[string]any{"id": *book, "displayName": "A book"}), nil
	}
	return b.RoundTripper.RoundTrip(req)
}

// A contact that was deleted is gone, although the service still gives it, from among what was deleted. One that is in
// another address book is there, also in one that is not picked, and in one that has two ids.
func TestContactLeavesTheAddressBooks(t *testing.T) {
	for name, c := range map[string]struct {
		parent func(r *rig) string
		book   func(r *rig) string
		left   int // rows
		shown  int
	}{
		"deleted":         {parent: func(*rig) string { return "deleted-items" }},
		"no address book": {parent: func(*rig) string { return "deleted-items" }, book: func(*rig) string { return "deleted-items" }},
		"default by name": {parent: func(*rig) string { return "another-name" }, book: func(r *rig) string { return r.bookID(0) }, left: 1, shown: 1},
		"not picked":      {parent: func(r *rig) string { return r.bookID(1) }, left: 1},
	} {
		for _, verify := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " verify=", verify), func(t *testing.T) {
				r := newRig(t)
				r.pollEvery = time.Hour
				b := &binned{RoundTripper: r.http.Transport}
				r.http.Transport = b
				var anna *mailbox.Contact
				must(t, r.box.Do(func(b *mailbox.Box) error {
					anna = b.AddContact(b.ContactFolders()[0], &mailbox.Contact{DisplayName: "Anna Lindqvist", Emails: []mailbox.Address{{Addr: "anna@nordwind.example"}}})
					_, err := b.NewContactFolder(nil, "Partners")
					return err
				}))
				r.start()
				r.renewed()
				books, err := r.m.ContactFolders(t.Context(), r.account)
				must(t, err)
				must(t, r.m.PickContactFolder(t.Context(), books[1].ID, false))
				r.renewed()
				var id string
				must(t, r.db.Reader().QueryRow(`SELECT graph_id FROM contact`).Scan(&id))
				parent := c.parent(r)
				b.parent.Store(&parent)
				if c.book != nil {
					book := c.book(r)
					b.book.Store(&book)
				}
				b.id.Store(&id)
				must(t, r.box.Do(func(b *mailbox.Box) error {
					b.RemoveContact(anna)
					return nil
				}))
				if verify {
					v, err := r.m.Verify(t.Context(), r.account, nil)
					must(t, err)
					for _, p := range v.Places {
						if p.Kind == "contacts" && (p.Removed != 1-c.left || p.Renewed != c.left) {
							t.Errorf("%+v", p)
						}
					}
				} else {
					r.renewed()
				}
				if n := r.tally(`SELECT count(*) FROM contact`); n != c.left || len(r.contacts("")) != c.shown {
					t.Errorf("%d contacts, %d shown", n, len(r.contacts("")))
				}
			})
		}
	}
}

// bookID gives an address book's id of the service, the default one's first.
func (r *rig) bookID(i int) (id string) {
	r.t.Helper()
	must(r.t, r.db.Reader().QueryRow(`SELECT graph_id FROM contact_folder ORDER BY is_default DESC, id LIMIT 1 OFFSET ?`, i).Scan(&id))
	return id
}

// An address book that is picked while contacts are being read, even for the first time, does not wait for the next time
// that they are.
func TestBookPickedWhileContactsAreRead(t *testing.T) {
	for _, first := range []bool{true, false} {
		t.Run(fmt.Sprint("first=", first), func(t *testing.T) {
			r := newRig(t)
			must(t, r.box.Do(func(b *mailbox.Box) error {
				b.AddContact(b.ContactFolders()[0], &mailbox.Contact{DisplayName: "Anna Lindqvist"})
				f, err := b.NewContactFolder(nil, "Partners")
				must(t, err)
				b.AddContact(f, &mailbox.Contact{DisplayName: "Priya Raman"})
				return nil
			}))
			r.start()
			if !first {
				r.renewed()
				r.synced()
			}
			r.until("the address books are known", func() bool { return r.tally(`SELECT count(*) FROM contact_folder`) == 2 })
			r.synced()
			books, err := r.m.ContactFolders(t.Context(), r.account)
			must(t, err)
			must(t, r.m.PickContactFolder(t.Context(), books[1].ID, false))
			r.renewed()
			r.synced()
			must(t, r.db.Write(t.Context(), "test", func(tx *store.Tx) error {
				_, err := tx.Exec(`DELETE FROM contact WHERE folder_id=?`, books[1].ID)
				if err == nil {
					_, err = tx.Exec(`DELETE FROM sync_state WHERE scope='contacts:'||(SELECT graph_id FROM contact_folder WHERE id=?)`, books[1].ID)
				}
				return err
			}))
			if first { // of this connection
				r.stop()
			}
			var once sync.Once
			picked := make(chan error, 1)
			r.h.SetIntercept(func(req *http.Request) *graph.Fault {
				if strings.HasSuffix(req.URL.Path, "/contacts/delta") {
					once.Do(func() { picked <- r.m.PickContactFolder(req.Context(), books[1].ID, true) })
				}
				return nil
			})
			if first {
				r.start()
			} else {
				r.m.SyncAll(r.account)
			}
			must(t, <-picked)
			r.until("both are there", func() bool { return r.tally(`SELECT count(*) FROM contact`) == 2 })
		})
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
