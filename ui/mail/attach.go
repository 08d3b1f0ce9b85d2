package mail

import (
	"context"
	"errors"
	"io"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// picked is a file that the person has chosen. Size is -1 when it is not known before it is read.
type picked struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

// pickFile asks for a file in the window, beginning where the last one was; done hears of one, or of what went wrong, and of
// nothing when it was left. Escape leaves it.
func pickFile(w fyne.Window, done func(picked, error)) {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil {
			done(picked{}, err)
			return
		}
		if r == nil {
			return
		}
		path := r.URI().Path()
		r.Close()
		done(fileAt(path))
	}, w)
	d.SetTitleText(page.T("Attach a file"))
	d.SetConfirmText(page.T("Attach"))
	d.SetDismissText(page.T("Cancel"))
	d.SetView(dialog.ListView)
	c := w.Canvas()
	typed := c.OnTypedKey()
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			d.Hide()
		}
	})
	d.SetOnClosed(func() { c.SetOnTypedKey(typed) })
	d.Show()
	size := c.Size()
	d.Resize(fyne.NewSize(min(size.Width-80, 900), min(size.Height-80, 620))) // before Show it has no window and panics
}

var errNoFile = errors.New("it is not a file")

func fileAt(path string) (picked, error) {
	st, err := os.Stat(path)
	if err != nil {
		return picked{}, err
	}
	if !st.Mode().IsRegular() {
		return picked{}, errNoFile
	}
	return picked{name: st.Name(), size: st.Size(), open: func() (io.ReadCloser, error) { return os.Open(path) }}, nil
}

// attached are the files of a composer. They are copied at once, so that nothing that happens to the originals matters.
type attached struct {
	c       *composer
	files   []mirror.File
	copying []string // names of those not copied yet
	object  *fyne.Container
}

func newAttached(c *composer) *attached {
	a := &attached{c: c, object: container.New(&wrapLayout{gap: 6, width: 420})}
	a.object.Hide()
	return a
}

func (a *attached) ids() []int64 {
	var out []int64
	for _, f := range a.files {
		out = append(out, f.ID)
	}
	return out
}

// choose asks for a file and attaches it.
func (a *attached) choose() {
	if a.c.sending || a.c.closed {
		return
	}
	a.c.p.pick(a.c.p.host.Window(), func(f picked, err error) {
		if err != nil {
			a.c.complain(page.T("This file cannot be read."))
			return
		}
		a.add(f)
	})
}

// add copies a file, unless the mail would become too large.
func (a *attached) add(f picked) {
	name := map[string]any{"Name": f.name, "Size": fileSize(f.size), "Most": fileSize(mirror.MaxFileSize)}
	total := f.size
	for _, have := range a.files {
		total += have.Size
	}
	switch {
	case f.size > mirror.MaxFileSize:
		a.c.complain(page.T("“{{.Name}}” has {{.Size}}; a mail can carry {{.Most}} at most. Share it by a link instead.", name))
		return
	case total > mirror.MaxFileSize:
		a.c.complain(page.T("With “{{.Name}}” the files would be more than the {{.Most}} that a mail can carry.", name))
		return
	}
	a.copying = append(a.copying, f.name)
	a.build()
	c := a.c
	c.p.host.Go("attach file", func(ctx context.Context) {
		file, err := c.p.copyIn(ctx, c.key, f)
		c.p.host.Do(func() { a.copied(f.name, file, err) })
	})
}

// copyIn hands a file's bytes to the mirror's keeping.
func (p *Page) copyIn(ctx context.Context, key string, f picked) (mirror.File, error) {
	r, err := f.open()
	if err != nil {
		return mirror.File{}, err
	}
	defer r.Close()
	return p.data.Attach(ctx, key, f.name, f.size, r)
}

func (a *attached) copied(name string, file mirror.File, err error) {
	for i, n := range a.copying {
		if n == name {
			a.copying = append(a.copying[:i:i], a.copying[i+1:]...)
			break
		}
	}
	c := a.c
	var bad mirror.ErrBadInput
	switch {
	case errors.As(err, &bad) && bad.Why == "toolarge":
		c.complain(page.T("“{{.Name}}” is larger than the {{.Most}} that a mail can carry.", map[string]any{"Name": name, "Most": fileSize(mirror.MaxFileSize)}))
	case err != nil:
		c.complain(page.T("“{{.Name}}” cannot be read. {{.Why}}", map[string]any{"Name": name, "Why": c.p.host.Explain("attach file", err)}))
	case c.closed:
		a.forget(file.ID) // discarded while it was copied
	default:
		a.files = append(a.files, file)
		c.edited()
	}
	a.build()
}

func (a *attached) forget(ids ...int64) {
	if len(ids) == 0 {
		return
	}
	p := a.c.p
	p.host.Go("forget files", func(ctx context.Context) {
		if err := p.data.Detach(ctx, ids...); err != nil {
			p.host.Do(func() { p.host.Explain("forget files", err) }) // the next start sweeps them up
		}
	})
}

func (a *attached) remove(id int64) {
	if a.c.sending {
		return
	}
	for i, f := range a.files {
		if f.ID == id {
			a.files = append(a.files[:i:i], a.files[i+1:]...)
			break
		}
	}
	a.forget(id)
	a.c.edited()
	a.build()
}

// load shows the files that a draft names, as far as they are still there.
func (a *attached) load(ids []int64) {
	a.files = nil
	a.build()
	if len(ids) == 0 {
		return
	}
	p := a.c.p
	p.host.Go("read attached files", func(ctx context.Context) {
		files, err := p.data.Files(ctx, ids)
		p.host.Do(func() {
			if err != nil {
				p.host.Fail(page.T("read the attached files"), err)
				return
			}
			a.files = files
			if len(files) < len(ids) {
				a.c.complain(page.T("A file of this draft is no longer on this computer. Attach it again."))
			}
			a.build()
		})
	})
}

func (a *attached) build() {
	a.object.Objects = nil
	for _, f := range a.files {
		a.object.Add(attachedChip(f.Name, fileSize(f.Size), func() { a.remove(f.ID) }))
	}
	for _, name := range a.copying {
		a.object.Add(attachedChip(name, page.T("copying…"), nil))
	}
	a.object.Hidden = len(a.object.Objects) == 0
	a.c.object.Refresh()
	a.c.object.Refresh() // the first tells the chips their width, the second gives them the height that follows
	if a.c.message != 0 && a.c.p.writing == a.c {
		a.c.p.reader.roomForComposer()
	}
}

// composerBox gives a composer below a message its height: more where it has files.
type composerBox struct{ c *composer }

func (b composerBox) MinSize(objs []fyne.CanvasObject) fyne.Size {
	h := float32(composerHeight)
	if o := b.c.files.object; o.Visible() {
		h += o.MinSize().Height + kit.S2
	}
	return fyne.NewSize(objs[0].MinSize().Width, h)
}

func (composerBox) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	objs[0].Resize(s)
	objs[0].Move(fyne.NewPos(0, 0))
}

// attachedChip is one file of a mail that is being written.
func attachedChip(name, size string, remove func()) fyne.CanvasObject {
	row := kit.Row(6, kit.NewIcon("attachment", kit.ColorMuted, 14),
		kit.NewText(kit.Cut(name, 220, kit.Size(kit.SizeSmall), fyne.TextStyle{}), kit.SizeSmall, kit.ColorText), kit.NewText(size, kit.SizeSmall, kit.ColorMuted))
	if remove != nil {
		shut := kit.NewLink("", "close", remove)
		shut.Tip = page.T("Remove {{.Name}}", map[string]any{"Name": name})
		row.Add(shut)
	}
	ground := kit.NewFill(kit.ColorRaised, kit.Corner)
	ground.Border = kit.ColorHairline
	return kit.Fixed(container.NewStack(ground, kit.Inset(row, 0, kit.S1, 0, kit.S2)), 0, 28)
}
