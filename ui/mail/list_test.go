package mail

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
)

var size = fyne.NewSize(940, 700)

func TestOrderKeepsWhatIsRead(t *testing.T) {
	before := newOrder([]int64{9, 7, 5, 3}, 0, order{})
	for name, c := range map[string]struct {
		now  []int64
		keep int64
		want []int64
	}{
		"still there":        {[]int64{9, 7, 5, 3}, 7, []int64{9, 7, 5, 3}},
		"gone, back between": {[]int64{9, 5, 3}, 7, []int64{9, 7, 5, 3}},
		"gone at the top":    {[]int64{7, 5}, 9, []int64{9, 7, 5}},
		"new above":          {[]int64{11, 9, 5}, 7, []int64{11, 9, 7, 5}},
		"all gone":           {nil, 5, []int64{5}},
		"never was there":    {[]int64{9}, 4, []int64{9}},
		"nothing to keep":    {[]int64{9}, 0, []int64{9}},
	} {
		got := newOrder(c.now, c.keep, before)
		if !slices.Equal(got.ids, c.want) {
			t.Errorf("%s: %v", name, got.ids)
		}
		for i, id := range got.ids {
			if got.index(id) != i {
				t.Errorf("%s: %d stands at %d", name, id, got.index(id))
			}
		}
	}
	if !slices.Equal(before.ids, []int64{9, 7, 5, 3}) {
		t.Fatal("the order before was changed")
	}
}

func TestListingForgetsWhatWasUsedLeast(t *testing.T) {
	l := newListing()
	for i := range int64(maxRows + 10) {
		l.put([]int64{i + 1}, []mirror.MessageRow{{ID: i + 1}})
		l.byID(1) // the first stays in use
	}
	if len(l.rows) != maxRows || l.used.Len() != maxRows {
		t.Fatal(len(l.rows), l.used.Len())
	}
	if _, known, _ := l.byID(1); !known {
		t.Fatal("what is in use was forgotten")
	}
	if _, known, _ := l.byID(2); known {
		t.Fatal("what was not used is still there")
	}
	l.put([]int64{5000}, nil)
	if _, known, loaded := l.byID(5000); known || !loaded {
		t.Fatal("a row that is gone would be asked for without end")
	}
	l.outdate([]int64{1})
	l.order = newOrder([]int64{1, maxRows + 10}, 0, order{})
	if got := l.missing(0, 99); !slices.Equal(got, []int64{1}) {
		t.Fatal(got)
	}
}

// screen is what the rows in view show.
func (f *fixture) screen() []string {
	var out []string
	from, to := f.list.list.InView()
	for i := from; i < to; i++ {
		row := newMessageRow()
		f.list.bind(i, row, false)
		out = append(out, row.subject.Text())
	}
	return out
}

func TestInboxOpensFirstAndRowsAreRead(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { many(f, tx, 500) })
	if f.list.folder.WellKnown != "inbox" || len(f.list.model.ids) != 500 {
		t.Fatal(f.list.folder, len(f.list.model.ids))
	}
	if s := f.screen(); len(s) < 9 || s[0] != "Message 0" || s[8] != "Message 8" {
		t.Fatal(s)
	}
	f.list.list.ScrollBy(400 * f.list.list.RowHeight)
	f.Settle()
	if s := f.screen(); s[0] != "Message 400" {
		t.Fatal(s)
	}
}

func TestNewMailMovesNeitherSelectionNorView(t *testing.T) {
	var ids []int64
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { ids = many(f, tx, 300) })
	f.list.list.ScrollBy(100*f.list.list.RowHeight + 17)
	f.Settle()
	f.choose(103)
	top := f.screen()
	f.write(func(tx *store.Tx) {
		for i := range 3 {
			f.add(tx, letter{subject: fmt.Sprint("New ", i), age: -time.Duration(i+1) * time.Minute})
		}
	})
	if len(f.list.model.ids) != 303 {
		t.Fatal(len(f.list.model.ids))
	}
	if got := f.screen(); !slices.Equal(got, top) {
		t.Fatalf("%v\n%v", got, top)
	}
	if y := f.list.list.Offset(); y != 103*f.list.list.RowHeight+17 {
		t.Fatal(y)
	}
	if f.list.list.Selected() != 106 || f.reader.id != ids[103] {
		t.Fatal(f.list.list.Selected())
	}
}

func TestUnreadFilterKeepsTheMessageThatIsRead(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		for i := range 4 {
			f.add(tx, letter{subject: fmt.Sprint("U", i), age: time.Duration(i) * time.Minute, body: "x"})
		}
		many(f, tx, 3)
	})
	f.list.head.filter.Select(1)
	f.Settle()
	if len(f.list.model.ids) != 4 {
		t.Fatal(f.list.model.ids)
	}
	id := f.choose(1)
	f.Settle()
	if !f.reader.shown.msg.Read {
		t.Fatal("not marked read")
	}
	if len(f.list.model.ids) != 4 || f.list.list.Selected() != 1 || f.list.model.ids[1] != id {
		t.Fatal("the message vanished under one's eyes")
	}
	f.choose(2)
	f.Settle()
	if f.list.model.index(id) >= 0 {
		t.Fatal("it stays after another one was chosen")
	}
}

func TestFastKeysNeverShowALateMessage(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { many(f, tx, 10) })
	f.data.mu.Lock()
	f.data.hold, f.data.holdFor = make(chan struct{}), f.list.model.ids[1]
	f.data.mu.Unlock()
	f.TypedRune('j') // 0
	f.TypedRune('j') // 1, slow
	f.TypedRune('j') // 2
	f.Until("the third is read", func() bool { return f.reader.shown != nil && f.reader.shown.msg.Subject == "Message 2" })
	close(f.data.hold)
	f.Settle()
	if f.reader.shown.msg.Subject != "Message 2" || f.reader.head.subject.Text() != "Message 2" {
		t.Fatal(f.reader.shown.msg.Subject)
	}
	f.TypedRune('k')
	if f.reader.head.subject.Text() != "Message 1" || f.reader.shown != nil {
		t.Fatal("an earlier message stands under a newer selection")
	}
}

func TestSearch(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		many(f, tx, 20)
		f.add(tx, letter{folder: "archive", subject: "Needle old", age: time.Hour * 99})
		f.add(tx, letter{folder: "sentitems", subject: "Needle new"})
	})
	f.list.head.search.SetText("needle")
	f.Settle()
	if s := f.screen(); !slices.Equal(s[:2], []string{"Needle new", "Needle old"}) || len(f.list.model.ids) != 2 {
		t.Fatal(s)
	}
	f.list.head.search.OnDown()
	f.Until("the first is read", func() bool { return f.reader.shown != nil })
	if f.reader.shown.msg.Subject != "Needle new" {
		t.Fatal(f.reader.shown.msg.Subject)
	}
	f.list.head.search.SetText("nothing like it")
	f.Settle()
	if len(f.list.empty.Objects) != 1 {
		t.Fatal("an empty result says nothing")
	}
	f.list.head.clear()
	f.Settle()
	if len(f.list.model.ids) != 20 || len(f.list.empty.Objects) != 0 {
		t.Fatal(len(f.list.model.ids))
	}
}

func TestEmptyStates(t *testing.T) {
	f := open(t, size, nil, nil)
	if len(f.list.empty.Objects) != 1 {
		t.Fatal("an empty folder says nothing")
	}
	f.write(func(tx *store.Tx) { f.add(tx, letter{subject: "First"}) })
	if len(f.list.empty.Objects) != 0 || f.screen()[0] != "First" {
		t.Fatal("the first message does not show")
	}
}

func TestBeforeTheFirstSync(t *testing.T) {
	f := open(t, size, nil, nil)
	f.write(func(tx *store.Tx) {
		_, err := tx.Exec(`DELETE FROM mail_folder`)
		must(t, err)
		tx.Changed(store.Folders)
	})
	if f.object.Objects[0].(*fyne.Container).Objects[0] != f.first.object {
		t.Fatal("nothing tells that mail is on its way")
	}
	f.write(func(tx *store.Tx) { f.addFolder(tx, "inbox", "inbox", "") })
	if f.object.Objects[0].(*fyne.Container).Objects[0] != f.panes || f.list.folder.WellKnown != "inbox" {
		t.Fatal("the folders do not show")
	}
}

func TestFoldersShowUnreadAndDepth(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		f.addFolder(tx, "Customers", "", "")
		f.addFolder(tx, "North", "", "FCustomers")
		f.add(tx, letter{folder: "North", subject: "x"})
	})
	row := newFolderRow()
	row.fill(f.folders.entries[f.folders.index(f.folder["North"])], false)
	if row.depth != 1 || row.count.Text() != "1" || !row.name.Style.Bold {
		t.Fatal(row.depth, row.count.Text())
	}
	f.folders.list.Select(f.folders.index(f.folder["North"]))
	f.Settle()
	if f.list.folder.Name != "North" || len(f.list.model.ids) != 1 {
		t.Fatal(f.list.folder)
	}
}

func TestNarrowPageFoldsTheFoldersAway(t *testing.T) {
	f := open(t, fyne.NewSize(680, 560), nil, nil)
	if f.folders.object.Visible() || !f.list.head.toggle.Visible() {
		t.Fatal("folders take room in a narrow page")
	}
	f.list.head.toggle.OnTapped()
	if !f.folders.object.Visible() {
		t.Fatal("the toggle does not show them")
	}
	f.folders.list.Select(f.folders.index(f.folder["archive"]))
	f.Settle()
	if f.folders.object.Visible() || f.list.folder.WellKnown != "archive" {
		t.Fatal("choosing a folder does not go back to the list")
	}
	f.Window().Resize(size)
	if !f.folders.object.Visible() || f.list.head.toggle.Visible() {
		t.Fatal("a wide page does not show them again")
	}
}

func TestErrorsStayInTheList(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) { many(f, tx, 3) })
	f.data.set(func() { f.data.listing = errors.New("disk on fire") })
	f.list.restart()
	f.Settle()
	if len(f.list.empty.Objects) != 1 {
		t.Fatal("the error is not shown")
	}
	f.data.set(func() { f.data.listing = nil })
	f.list.restart()
	f.Settle()
	if len(f.list.empty.Objects) != 0 {
		t.Fatal("the error stays after a good reading")
	}
}
