package mail

import (
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/internal/search"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

const (
	chunk       = 200 // rows read at once, around the view
	mostResults = 300 // of a search
)

// source is what the list shows.
type source struct {
	folder int64
	unread bool
	query  string
}

// loaded is what a reading of the list gave.
type loaded struct {
	order order
	rows  []mirror.MessageRow // of a search
	asked search.Query        // the search
	since time.Time           // how far back it reaches
}

// listPane is the message list with its header.
type listPane struct {
	host page.Host
	data Data
	now  clock

	onSelect func(id int64)
	covered  func() bool                                        // a new mail stands where the selected message would: choosing it once more leads back to it
	onServer func(text string)                                  // looks for a text on the server
	hue      func(folder int64, category string) func() kit.Hue // a category's colour
	onRows   func()                                             // once, when rows have been shown for the first time; may be nil
	list     *kit.List
	model    *listing
	source   source
	query    search.Query // what source.query was understood as, and how far back it reaches; once known
	since    time.Time
	folder   mirror.Folder
	selected int64
	reveal   int64 // to be brought into view once the list has been read

	ids     *page.Loader[loaded]
	reading bool // ids are being read
	again   bool // and have to be once more
	known   bool // the source has been read at least once
	failed  error
	rows    *page.Loader[[]mirror.MessageRow]
	wanted  bool // rows will be looked for after this turn of the UI thread
	asked   map[int64]bool

	head   *listHead
	failUI *fyne.Container // unsent new mail
	empty  *fyne.Container
	object fyne.CanvasObject
}

func newListPane(host page.Host, data Data, now clock, selected func(id int64)) *listPane {
	l := &listPane{host: host, data: data, now: now, onSelect: selected, covered: func() bool { return false }, model: newListing(),
		ids: page.NewLoader[loaded](host, "read message list"), rows: page.NewLoader[[]mirror.MessageRow](host, "read message rows")}
	l.list = kit.NewList(kit.RowThree, func() fyne.CanvasObject { return newMessageRow() }, l.bind)
	l.list.OnSelect = func(i int) {
		if i < len(l.model.ids) && (l.model.ids[i] != l.selected || l.covered()) {
			l.selected = l.model.ids[i]
			l.onSelect(l.selected)
		}
	}
	l.head = newListHead(l)
	l.failUI = kit.Stack(0)
	l.failUI.Hide()
	l.empty = container.NewStack()
	l.object = kit.Surface(kit.ColorPane, kit.Stack(0, l.head.object, kit.Hairline(), l.failUI, kit.Grow(container.NewStack(l.list, l.empty))))
	return l
}

// open shows a folder from its top.
func (l *listPane) open(f mirror.Folder) {
	l.folder = f
	l.head.search.Fill("")
	l.source = source{folder: f.ID, unread: l.source.unread}
	l.restart()
}

// restart reads another source and begins at its top.
func (l *listPane) restart() {
	l.list.ScrollToTop()
	l.known = false
	l.head.show()
	l.load(true)
}

// load reads the ids. A change while they are being read is caught up with after a pause that grows with what reading
// takes, so that the first mirroring of a large mailbox does not keep the processor busy here.
func (l *listPane) load(reset bool) {
	if l.source.folder == 0 && l.source.query == "" {
		return
	}
	if l.reading && !reset {
		l.again = true
		return
	}
	l.reading, l.again = true, false
	src, before, began := l.source, l.model.order, time.Now()
	keep := int64(0)
	if src.unread && !reset {
		keep = l.selected
	}
	l.ids.Load(func(ctx context.Context) (loaded, error) {
		if src.query != "" {
			rows, err := l.data.SearchMessages(ctx, src.query, mostResults)
			if err != nil {
				return loaded{}, fmt.Errorf("search messages: %w", err)
			}
			ids := make([]int64, len(rows))
			for i, r := range rows {
				ids[i] = r.ID
			}
			since, err := l.data.Coverage(ctx)
			if err != nil {
				return loaded{}, err
			}
			return loaded{newOrder(ids, 0, order{}), rows, l.data.ParseSearch(src.query), since}, nil
		}
		ids, err := l.data.MessageIDs(ctx, src.folder, src.unread)
		if err != nil {
			return loaded{}, fmt.Errorf("list messages: %w", err)
		}
		return loaded{order: newOrder(ids, keep, before)}, nil
	}, func(v loaded, err error) {
		l.reading = false
		l.failed = err
		if err == nil {
			l.query, l.since = v.asked, v.since
			l.apply(v)
		}
		l.known = true
		l.head.show()
		l.showEmpty()
		if l.again {
			l.later(3 * time.Since(began))
		}
	})
}

func (l *listPane) later(pause time.Duration) {
	l.host.Go("pause before reading the message list", func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			l.host.Do(func() { l.load(false) })
		}
	})
}

// apply shows another order. The selection stays with its message, and so does what is in view, unless the view is at the
// top, where new mail comes in.
func (l *listPane) apply(v loaded) {
	top, shift := l.list.Offset(), float32(0)
	if first, _ := l.list.InView(); l.known && top > 0 && first < len(l.model.ids) {
		for i := first; i < min(first+50, len(l.model.ids)); i++ {
			if n := v.order.index(l.model.ids[i]); n >= 0 {
				shift = float32(n-i) * l.list.RowHeight
				break
			}
		}
	}
	l.model.order = v.order
	if v.rows != nil {
		l.model.put(nil, v.rows)
	}
	l.list.Mark(-1)
	l.list.SetCount(len(v.order.ids))
	l.list.Mark(v.order.index(l.selected))
	if shift != 0 {
		l.list.ScrollBy(shift)
	}
	if i := v.order.index(l.reveal); i >= 0 {
		l.list.Reveal(i)
	}
	l.reveal = 0
	if l.onRows != nil && len(v.order.ids) > 0 {
		l.onRows()
		l.onRows = nil
	}
}

// changed takes in commits: rows are read again where they are in memory.
func (l *listPane) changed(changes []store.Change) {
	for _, c := range changes {
		if c.Kind != store.Messages {
			continue
		}
		if c.All {
			l.model.outdate(nil)
		} else {
			l.model.outdate(c.IDs)
		}
		l.list.Rebind()
		l.load(false)
	}
}

// bind fills a row from memory.
func (l *listPane) bind(i int, obj fyne.CanvasObject, _ bool) {
	row := obj.(*messageRow)
	m, known, fresh := l.model.row(i)
	if !fresh {
		l.want()
	}
	if !known {
		row.blank()
		return
	}
	if l.hue != nil {
		row.tag(m.Categories, func(name string) func() kit.Hue { return l.hue(m.FolderID, name) })
	}
	row.fill(&m, l.outgoing(m.FolderID), l.now())
}

func (l *listPane) outgoing(folder int64) bool {
	return l.folder.ID == folder && (l.folder.WellKnown == "sentitems" || l.folder.WellKnown == "drafts" || l.folder.WellKnown == "outbox")
}

// want reads the rows around the view, once this turn of the UI thread is over.
func (l *listPane) want() {
	if l.wanted {
		return
	}
	l.wanted = true
	l.host.Do(func() {
		l.wanted = false
		l.fetch()
	})
}

func (l *listPane) fetch() {
	from, to := l.list.InView()
	underway := len(l.asked) > 0
	for _, id := range l.model.missing(from, to) {
		underway = underway && l.asked[id]
	}
	if underway {
		return
	}
	spare := max(0, chunk-(to-from))
	ids := l.model.missing(from-spare/3, to+spare-spare/3)
	if len(ids) == 0 {
		return
	}
	l.asked = make(map[int64]bool, len(ids))
	for _, id := range ids {
		l.asked[id] = true
	}
	l.rows.Load(func(ctx context.Context) ([]mirror.MessageRow, error) { return l.data.MessageRows(ctx, ids) },
		func(rows []mirror.MessageRow, err error) {
			l.asked = nil
			if err != nil {
				l.failed = fmt.Errorf("read messages: %w", err)
				l.showEmpty()
				return
			}
			l.model.put(ids, rows)
			l.list.Rebind()
		})
}

// selectID selects a message in the list if it is there, and tells whether it is.
func (l *listPane) selectID(id int64) bool {
	l.selected = id
	i := l.model.index(id)
	l.list.Mark(i)
	if i < 0 {
		return false
	}
	l.list.Reveal(i)
	return true
}

// neighbour is the message that is selected when the selected one goes: the next, else the one before, else 0.
func (l *listPane) neighbour(id int64) int64 {
	i := l.model.index(id)
	switch {
	case i < 0:
		return 0
	case i+1 < len(l.model.ids):
		return l.model.ids[i+1]
	case i > 0:
		return l.model.ids[i-1]
	}
	return 0
}

// showEmpty says why the list has no rows, where it has none.
func (l *listPane) showEmpty() {
	l.empty.Objects = nil
	if o := l.emptyNote(); o != nil {
		l.empty.Objects = []fyne.CanvasObject{o}
	}
	l.empty.Refresh()
}

func (l *listPane) emptyNote() fyne.CanvasObject {
	switch {
	case l.failed != nil:
		return kit.NewEmpty("warning", page.T("The messages could not be read"), l.host.Explain("read messages", l.failed),
			kit.NewButton(page.T("Try again"), "sync", l.restart))
	case !l.known || len(l.model.ids) > 0:
		return nil
	case l.source.query != "" && l.query.Empty():
		why := page.T("Add a word that has to be there, or something like in:inbox or is:unread.")
		if len(l.query.Problems) > 0 {
			why = page.T("Write it as it says under the search box, or add a word.")
		}
		return kit.NewEmpty("search", page.T("Nothing to look for yet"), why, kit.NewButton(page.T("Clear search"), "close", l.head.clear))
	case l.source.query != "":
		return kit.NewEmpty("search", page.T("Nothing found"),
			page.T("No message on this computer has all of this. Fewer or shorter words find more, and older mail is found on the server."),
			kit.NewButton(page.T("Clear search"), "close", l.head.clear))
	case l.source.unread:
		return kit.NewEmpty("check", page.T("Nothing unread"), page.T("Every message here has been read."),
			kit.NewButton(page.T("Show all"), "", func() { l.head.filter.Select(0) }))
	case l.folder.Total > 0:
		return kit.NewEmpty("sync", page.T("Still on its way"), page.N("{{.N}} message will be fetched.", "{{.N}} messages will be fetched.", l.folder.Total))
	}
	return kit.NewEmpty("mail", page.T("This folder is empty"), page.T("Messages show here as soon as they arrive."))
}
