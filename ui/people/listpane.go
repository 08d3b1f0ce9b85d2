package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// listPane is the left half: everybody, or every company, that fits the filter.
type listPane struct {
	page   *Page
	kind   Kind
	text   string  // the filter
	shown  string  // the filter that the rows on the screen passed
	want   subject // to be marked once it is listed
	roster roster
	loader *page.Loader[roster]

	list   *kit.List
	count  *kit.Text
	body   *fyne.Container // the list, or what stands instead
	object fyne.CanvasObject
}

func newListPane(p *Page) *listPane {
	l := &listPane{page: p, loader: page.NewLoader[roster](p.host, "list people")}
	l.list = kit.NewList(kit.RowTwo, l.newRow, l.bind)
	l.list.OnSelect = l.selected
	l.list.OnOpen = func(int) { p.edit() }
	l.list.OnRune = func(r rune) {
		if !p.TypedRune(r) {
			page.PassOn(p.host, r)
		}
	}
	l.list.OnKey = func(e *fyne.KeyEvent) { p.TypedKey(e) }
	l.count = kit.NewLine("", kit.SizeSmall, kit.ColorMuted)
	l.body = container.NewStack()
	foot := kit.Stack(0, kit.Hairline(), kit.Fixed(kit.Inset(l.count, 0, kit.S3, 0, kit.S3), 0, kit.RowDense))
	l.object = kit.Surface(kit.ColorPane, kit.Stack(0, kit.Grow(l.body), foot))
	return l
}

func (l *listPane) reset(k Kind, text string) { l.kind, l.text = k, text }

func (l *listPane) filter(text string) {
	if text != l.text {
		l.text = text
		l.list.ScrollToTop()
		l.load()
	}
}

// load reads the list again. The selection stays with its record, also where the filter hides it.
func (l *listPane) load() {
	kind, text, data := l.kind, l.text, l.page.data
	l.loader.Load(func(ctx context.Context) (roster, error) { return readRoster(ctx, data, kind, text) }, func(r roster, err error) {
		if err != nil {
			l.failed(err)
			return
		}
		l.roster, l.shown = r, text
		l.list.SetCount(len(r.rows))
		l.mark(l.want != (subject{}))
		l.want = subject{}
		l.count.SetText(l.counted())
		l.fillBody()
		if l.page.detail.empty() && len(r.rows) > 0 && text == "" {
			l.list.Select(0)
		}
	})
}

// mark selects the row of what the right half shows, and scrolls to it on demand.
func (l *listPane) mark(reveal bool) {
	s := l.page.detail.subject
	if s.kind != l.kind || s.id == 0 {
		l.list.Mark(-1)
		return
	}
	i := l.roster.index(s.id)
	l.list.Mark(i)
	if reveal && i >= 0 {
		l.list.Reveal(i)
	}
}

func (l *listPane) counted() string {
	n := len(l.roster.rows)
	switch {
	case l.text != "" && l.kind == People:
		return page.N("{{.N}} person found", "{{.N}} people found", n)
	case l.text != "":
		return page.N("{{.N}} company found", "{{.N}} companies found", n)
	case l.kind == People:
		return page.N("{{.N}} person", "{{.N}} people", n)
	}
	return page.N("{{.N}} company", "{{.N}} companies", n)
}

// fillBody shows the list, or what to do where there is nothing to list.
func (l *listPane) fillBody() {
	var o fyne.CanvasObject = l.list
	p := l.page
	switch {
	case len(l.roster.rows) > 0:
	case l.text != "":
		make := kit.NewButton(page.T("Create “{{.Name}}”", map[string]any{"Name": short(l.text)}), "add", func() { p.create(l.kind, draft{Name: l.text}) })
		o = kit.NewEmpty("search", page.T("Nothing found"), page.T("Every word is looked for in names, companies, addresses, cities and roles."), make)
	case l.kind == People:
		o = kit.NewEmpty("people", page.T("No people yet"),
			page.T("Add somebody here, or beside a mail or meeting of theirs: the panel on the right offers it."),
			kit.NewButton(page.T("New person"), "person-add", p.New))
	default:
		o = kit.NewEmpty("company", page.T("No companies yet"), page.T("A company also comes into being when you name it in somebody’s record."),
			kit.NewButton(page.T("New company"), "add", p.New))
	}
	if len(l.body.Objects) == 1 && l.body.Objects[0] == o {
		return
	}
	l.body.Objects = []fyne.CanvasObject{o}
	l.body.Refresh()
}

func (l *listPane) failed(err error) {
	again := kit.NewButton(page.T("Try again"), "sync", l.load)
	l.body.Objects = []fyne.CanvasObject{kit.Stack(0, kit.InsetAll(kit.NewBanner(kit.Bad, page.T("Could not read the list"), l.page.host.Explain("read the list", err), again), kit.S3))}
	l.body.Refresh()
	l.count.SetText("")
}

// short cuts a name for a button.
func short(s string) string {
	if r := []rune(s); len(r) > 18 {
		return string(r[:17]) + "…"
	}
	return s
}

// selected shows the record of a row. While a form asks whether to keep what was typed, the mark stays where it was.
func (l *listPane) selected(i int) {
	s := subject{l.kind, l.roster.rows[i].id}
	d := l.page.detail
	if s == d.subject && d.form == nil {
		return
	}
	d.leave(func() {
		d.show(s)
		l.mark(false)
	})
	if d.subject != s {
		l.mark(false)
	}
}
