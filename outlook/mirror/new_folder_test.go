package mirror

import (
	"net/http"
	"testing"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// Somebody makes a folder and moves a message into it after a round has read the list of folders: the message keeps its row.
func TestMovedIntoAFolderMadeMeanwhile(t *testing.T) {
	for name, path := range map[string][]string{"beside the inbox": {"Project"}, "in a new one": {"Customers of old", "Project"}} {
		t.Run(name, func(t *testing.T) {
			e, ctx := newFolderEnd(t), t.Context()
			to := e.makes(path...)
			must(t, e.box.MoveMessage(e.graphID, to))
			must(t, e.rn.syncMessages(ctx, e.folder))
			if !e.has(`m.id=?`, e.mail.ID) {
				t.Error("the row went at once")
			}
			must(t, e.rn.settleDoubts(ctx))
			if !e.has(`m.id=? AND f.graph_id<>?`, e.mail.ID, e.folder.graph) {
				t.Error("the row was not moved")
			}
			e.renewed()
			if !e.has(`m.id=?`, e.mail.ID) {
				t.Error("the row went with the next round")
			}
			e.same()
		})
	}
}

// What is moved to where nothing is mirrored goes.
func TestMovedToWhereNothingIsMirrored(t *testing.T) {
	e, ctx := newFolderEnd(t), t.Context()
	to := e.makes("Purges")
	must(t, e.box.MoveMessage(e.graphID, to))
	asked := e.fault(http.MethodGet, "/mailFolders/"+to, 1, graph.Fault{Status: 404, Code: "ErrorItemNotFound"})
	must(t, e.rn.syncMessages(ctx, e.folder))
	must(t, e.rn.settleDoubts(ctx))
	if asked.Load() == 0 || e.has(`m.id=?`, e.mail.ID) {
		t.Error("it is still shown")
	}
}

// makes folders, one in the other, after the list of them was read; it gives the last one's id.
func (e *folderEnd) makes(path ...string) (id string) {
	e.t.Helper()
	_, err := e.rn.syncFolders(e.t.Context())
	must(e.t, err)
	e.rn.late.begin(e.m.now())
	must(e.t, e.box.Do(func(b *mailbox.Box) error {
		in := b.Root()
		for _, name := range path {
			if in, err = b.NewFolder(in, name); err != nil {
				return err
			}
			id = b.FormatID(in.ID(), true)
		}
		return nil
	}))
	return id
}

func (e *folderEnd) has(where string, args ...any) bool {
	e.t.Helper()
	return e.tally(`SELECT count(*) FROM message m JOIN mail_folder f ON f.id=m.folder_id WHERE `+where, args...) == 1
}
