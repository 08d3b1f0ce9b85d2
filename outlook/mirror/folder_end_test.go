package mirror

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
)

// folderEnd is a mailbox in which a mail lies in a folder of the person's own.
type folderEnd struct {
	*rig
	customers     *mailbox.Folder
	mail          MessageRow
	graphID       string
	inbox, folder folderRef
	rn            *runner
}

func newFolderEnd(t *testing.T) *folderEnd {
	e := &folderEnd{rig: newRig(t)}
	e.pollEvery = time.Hour
	e.furnish(3)
	must(t, e.box.Do(func(b *mailbox.Box) (err error) {
		e.customers, err = b.NewFolder(b.Root(), "Customers")
		return err
	}))
	e.start()
	e.synced()
	must(t, e.box.MoveMessage(e.graphIDOf("Quote 1"), e.box.FolderID("Customers")))
	e.renewed()
	e.rests()
	e.mail = e.rig.mail("Quote 1")
	e.graphID = e.rig.graphID("message", e.mail.ID)
	e.rn = e.m.runner(e.account)
	folders, err := e.rn.folderRefs(t.Context())
	must(t, err)
	for _, f := range folders {
		switch {
		case f.id == e.mail.FolderID:
			e.folder = f
		case f.wellKnown == "inbox":
			e.inbox = f
		}
	}
	if e.folder.id == 0 || e.inbox.id == 0 || e.folder.graph != e.box.FolderID("Customers") {
		t.Fatalf("%+v", folders)
	}
	return e
}

func (r *rig) graphIDOf(subject string) string { return r.graphID("message", r.mail(subject).ID) }

// rests waits until no round is under way, nor one that was called for.
func (r *rig) rests() {
	r.t.Helper()
	for last := -1; ; {
		st, err := r.m.Status(r.t.Context())
		must(r.t, err)
		rn := r.m.runner(r.account)
		busy := st[0].Syncing || rn != nil && len(rn.syncWake) > 0
		at := r.tally(`SELECT synced_at FROM sync_state WHERE scope='all'`)
		if at == last && !busy {
			return
		}
		last = at
		time.Sleep(100 * time.Millisecond)
	}
}

// ends has somebody delete the folder, and expects that the message is still shown, as the row that it was.
func (e *folderEnd) ends() {
	e.t.Helper()
	must(e.t, e.box.Do(func(b *mailbox.Box) error { return b.DeleteFolder(e.customers) }))
	e.renewed()
	if n := e.tally(`SELECT count(*) FROM mail_folder WHERE name='Customers'`) + e.tally(`SELECT count(*) FROM sync_doubt`); n != 0 {
		e.t.Errorf("the folder, or a doubt, is still there")
	}
	rows, err := e.m.MessageRows(e.t.Context(), []int64{e.mail.ID})
	if err != nil || len(rows) != 1 || rows[0].FolderID != e.inbox.id {
		e.t.Fatalf("the row went with the folder: %+v, %v", rows, err)
	}
	e.same()
}

func (e *folderEnd) toInbox() { e.t.Helper(); must(e.t, e.box.MoveMessage(e.graphID, "inbox")) }

// Somebody moves what is in a folder elsewhere and deletes the folder, all between two polls: the moves keep the row.
func TestMovedOutBeforeItsFolderEnds(t *testing.T) {
	e := newFolderEnd(t)
	e.toInbox()
	e.ends()
}

// What was passed over since an edit was just confirmed, and could not be asked about yet, is not lost when its folder ends: no
// delta will tell of it again.
func TestInDoubtWhenItsFolderEnds(t *testing.T) {
	e := newFolderEnd(t)
	e.toInbox()
	e.rn.late.confirmed("message", e.mail.ID, e.m.now())
	must(t, e.rn.syncMessages(t.Context(), e.inbox))
	if rows, err := e.m.MessageRows(t.Context(), []int64{e.mail.ID}); err != nil || rows[0].FolderID != e.folder.id {
		t.Fatalf("it was not passed over: %+v, %v", rows, err)
	}
	e.ends()
}

// The page of a folder that was read before a message left it, and is written after the next folder has told of it, does not take
// it back: that would go with the folder.
func TestALatePageOfAFolderThatEnds(t *testing.T) {
	e, ctx := newFolderEnd(t), t.Context()
	e.rn.late.begin(e.m.now())
	early, err := e.rn.client.Message(ctx, e.graphID)
	must(t, err)
	e.toInbox()
	must(t, e.rn.syncMessages(ctx, e.inbox))
	must(t, e.db.Write(ctx, "test", func(tx *store.Tx) error {
		s, err := e.rn.scope(ctx, "messages:"+e.folder.graph)
		if err != nil {
			return err
		}
		return e.rn.writeMessages(ctx, tx, e.folder, s, []messageChange{{live: &early}})
	}))
	e.ends()
}

// A folder that was denied is no longer offered, although its end waits for a round that reads everything.
func TestADeniedFolderIsNotOffered(t *testing.T) {
	e, ctx := newFolderEnd(t), t.Context()
	must(t, e.box.Do(func(b *mailbox.Box) error { return b.DeleteFolder(e.customers) }))
	refs, err := e.rn.syncFolders(ctx)
	must(t, err)
	for _, f := range refs {
		if f.id == e.folder.id {
			t.Error("it is still read")
		}
	}
	folders, err := e.m.Folders(ctx, e.account)
	must(t, err)
	for _, f := range folders {
		if f.ID == e.folder.id {
			t.Error("it is still shown")
		}
	}
	if n := e.tally(`SELECT count(*) FROM message WHERE id=?`, e.mail.ID); n != 1 {
		t.Error("its mail went before the other folders were read")
	}
	e.renewed()
	if n := e.tally(`SELECT count(*) FROM message WHERE id=?`, e.mail.ID); n != 0 {
		t.Error("its mail is still there")
	}
}

// A folder that fails round after round does not leave the rows of others in doubt.
func TestDoubtsAreSettledThoughAFolderFails(t *testing.T) {
	e, ctx := newFolderEnd(t), t.Context()
	must(t, e.box.RemoveMessage(e.graphID))
	must(t, e.db.Write(ctx, "test", func(tx *store.Tx) error { return doubt(ctx, tx, e.account, "message", `t.id=?`, e.mail.ID) }))
	failed := e.fault(http.MethodGet, "/mailFolders/"+e.inbox.graph+"/messages/delta", 1<<30, graph.Fault{Status: 500})
	e.rn.whole.Store(true)
	e.m.SyncNow(e.account)
	e.until("the doubt is settled", func() bool { return e.tally(`SELECT count(*) FROM sync_doubt`) == 0 })
	if failed.Load() == 0 || e.has(`m.id=?`, e.mail.ID) {
		t.Error("no folder failed, or the message is still shown")
	}
}

// missed has the mirror's link to the list of folders go past what it says now, as if the answer had been lost.
func (e *folderEnd) missed() {
	e.t.Helper()
	ctx := e.t.Context()
	s, err := e.rn.scope(ctx, "folders")
	must(e.t, err)
	for {
		page, err := e.rn.client.FoldersDelta(ctx, s.link)
		must(e.t, err)
		if s.link = page.Next; page.Last() {
			s.link = page.Delta
			break
		}
	}
	must(e.t, e.db.Write(ctx, "test", func(tx *store.Tx) error { return e.rn.saveScope(ctx, tx, s) }))
}

// A folder whose end the list of folders told of in vain goes when its messages are denied, in a round or by a verification.
func TestAFolderWhoseEndWasMissed(t *testing.T) {
	for name, look := range map[string]func(e *folderEnd){
		"poll":  func(e *folderEnd) { must(t, e.turn()) },
		"whole": func(e *folderEnd) { e.rn.whole.Store(true); must(t, e.turn()) },
		"range": func(e *folderEnd) {
			c := DefaultChoice
			c.Months = 24
			must(t, e.m.Choose(t.Context(), e.account, c))
			e.synced()
		},
		"verification": func(e *folderEnd) {
			_, err := e.m.Verify(t.Context(), e.account, nil)
			must(t, err)
			e.until("the folder is gone", func() bool { return e.tally(`SELECT count(*) FROM mail_folder WHERE name='Customers'`) == 0 })
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newFolderEnd(t)
			e.rests()
			must(t, e.box.Do(func(b *mailbox.Box) error { return b.DeleteFolder(e.customers) }))
			e.missed()
			look(e)
			if n := e.tally(`SELECT count(*) FROM mail_folder WHERE name='Customers'`) + e.tally(`SELECT count(*) FROM sync_doubt`) + e.tally(`SELECT count(*) FROM message WHERE subject='Quote 1'`); n != 0 {
				t.Error("the folder, its mail or a doubt is still there")
			}
			e.same()
		})
	}
}

// While a mailbox denies everything but its list, no folder goes.
func TestAMailboxThatDeniesEverything(t *testing.T) {
	e := newFolderEnd(t)
	e.rests()
	e.h.SetIntercept(func(req *http.Request) *graph.Fault {
		if strings.Contains(req.URL.Path, "/mailFolders/") && !strings.HasSuffix(req.URL.Path, "/mailFolders/delta") {
			return &graph.Fault{Status: 404, Code: "ResourceNotFound"}
		}
		return nil
	})
	must(t, e.turn())
	e.rn.whole.Store(true)
	_ = e.turn()
	e.h.SetIntercept(nil)
	if n := e.tally(`SELECT count(*) FROM mail_folder WHERE name='Customers'`); n != 1 {
		t.Error("the folder is gone")
	}
	must(t, e.turn())
	e.same()
}
