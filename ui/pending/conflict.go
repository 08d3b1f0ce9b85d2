package pending

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// group is what is chosen together: one field, or the times of an event.
type group struct {
	name              string // as ResolveFields takes it
	mine, theirs, was string
	both              bool
}

// groups puts a conflict's fields into what the person chooses from.
func groups(c *mirror.Conflict) []group {
	var out []group
	times := map[string]mirror.ConflictField{}
	at := -1
	for _, f := range c.Fields {
		if f.Name != "start" && f.Name != "end" && f.Name != "allDay" {
			out = append(out, group{f.Name, Value(f.Name, f.Mine), Value(f.Name, f.Theirs), Value(f.Name, f.Was), f.Both})
			continue
		}
		if at < 0 {
			at = len(out)
			out = append(out, group{name: "time"})
		}
		times[f.Name] = f
		out[at].both = out[at].both || f.Both
	}
	if at >= 0 {
		side := func(of func(mirror.ConflictField) string) string {
			if start, end, ok := sameDay(of(times["start"]), of(times["end"])); ok {
				return start + " – " + end
			}
			var parts []string
			for _, p := range []struct{ name, format string }{{"start", page.T("from {{.T}}")}, {"end", page.T("to {{.T}}")}} {
				if f, ok := times[p.name]; ok {
					parts = append(parts, strings.ReplaceAll(p.format, "{{.T}}", Moment(of(f))))
				}
			}
			if f, ok := times["allDay"]; ok && of(f) == "true" {
				parts = append(parts, page.T("all day"))
			}
			return strings.Join(parts, " ")
		}
		out[at].mine = side(func(f mirror.ConflictField) string { return f.Mine })
		out[at].theirs = side(func(f mirror.ConflictField) string { return f.Theirs })
		out[at].was = side(func(f mirror.ConflictField) string { return f.Was })
	}
	return out
}

// sameDay gives the day and time of the beginning and the time of the end, where both are instants of one day.
func sameDay(start, end string) (from, to string, ok bool) {
	a, err1 := time.Parse(time.RFC3339, start)
	b, err2 := time.Parse(time.RFC3339, end)
	if err1 != nil || err2 != nil || when.DateOf(a.Local()) != when.DateOf(b.Local()) {
		return "", "", false
	}
	return Moment(start), when.Time(b.Local()), true
}

// Moment writes an instant as the clocks here show it, or a date of an all-day event.
func Moment(value string) string {
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		t = t.Local()
		return when.DateOf(t).Day() + ", " + when.Time(t)
	}
	if t, err := time.Parse(time.DateOnly, value); err == nil {
		return when.DateOf(t).Day()
	}
	return value
}

// Value writes a field's value for the person.
func Value(name, value string) string {
	switch name {
	case "showAs":
		return map[string]string{"free": page.T("free"), "tentative": page.T("tentative"), "busy": page.T("busy"), "oof": page.T("out of office"),
			"workingElsewhere": page.T("working elsewhere"), "unknown": page.T("unknown")}[value]
	case "response":
		return map[string]string{"accepted": page.T("accepted"), "tentativelyAccepted": page.T("maybe"), "declined": page.T("declined"),
			"notResponded": page.T("not answered"), "none": page.T("not answered")}[value]
	}
	return value
}

// FieldName names a field of a message or event.
func FieldName(name string) string {
	switch name {
	case "subject":
		return page.T("Title")
	case "time":
		return page.T("Time")
	case "location":
		return page.T("Place")
	case "showAs":
		return page.T("Shown as")
	case "body":
		return page.T("Description")
	case "attendees":
		return page.T("Attendees")
	case "response":
		return page.T("Answer")
	case "read":
		return page.T("Read")
	case "flag":
		return page.T("Flag")
	case "folder":
		return page.T("Folder")
	case "draft":
		return page.T("Draft")
	case "categories":
		return page.T("Categories")
	case "attachments":
		return page.T("Attachments")
	case "cancelled":
		return page.T("Cancelled")
	}
	return name
}

// conflict shows both versions. What only the person has changed is chosen from the start; where both sides did, nothing is,
// so that no version is lost by a click in haste.
func (p *Page) conflict(it *mirror.OutboxItem) []fyne.CanvasObject {
	all := groups(it.Conflict)
	chosen := p.choices[it.ID]
	if chosen == nil {
		chosen = map[string]bool{}
		p.choices[it.ID] = chosen
		for _, g := range all {
			if !g.both {
				chosen[g.name] = true
			}
		}
	}
	id := it.ID
	set := func(name string, mine bool) {
		chosen[name] = mine
		p.detail()
	}
	every := func(mine bool) func() {
		return func() {
			for _, g := range all {
				chosen[g.name] = mine
			}
			p.detail()
		}
	}
	title, text := page.T("Changed on both sides"), page.T("While your change was on its way, the event was changed elsewhere. Choose for each field which version counts; nothing is sent before you save.")
	if it.Conflict.Series {
		text += " " + page.T("It is about the whole series.")
	}
	top := kit.NewBanner(kit.Warn, title, text, kit.NewButton(page.T("Keep all mine"), "", every(true)), kit.NewButton(page.T("Keep all theirs"), "", every(false)))
	rows := kit.Stack(kit.S4)
	for _, g := range all {
		rows.Add(fieldRow(g, chosen, set))
	}
	open := 0
	mine := false
	for _, g := range all {
		side, decided := chosen[g.name]
		if !decided {
			open++
		}
		mine = mine || side
	}
	label := page.T("Save")
	if mine && len(it.Conflict.Mailed) > 0 {
		label = page.T("Save and e-mail")
	}
	save := kit.NewPrimary(label, "check", func() {
		keep := map[string]bool{}
		for _, g := range all {
			keep[g.name] = chosen[g.name]
		}
		delete(p.choices, id)
		p.act(page.T("save your choice"), func(ctx context.Context) error { return p.data.ResolveFields(ctx, id, keep) })()
	})
	if open > 0 {
		save.Disable()
	}
	drop := kit.NewGhost(page.T("Show in the calendar"), "calendar", func() {
		if p.OnShow != nil {
			p.OnShow(*it)
		}
	})
	foot := kit.Stack(kit.S2, kit.NewParagraph(consequence(it, mine, open), kit.SizeBody, kit.ColorMuted), kit.Row(kit.S2, save, drop, kit.Spring()))
	return []fyne.CanvasObject{top, rows, kit.Hairline(), foot}
}

// consequence says who hears of it.
func consequence(it *mirror.OutboxItem, mine bool, open int) string {
	if open > 0 {
		return page.N("{{.N}} field is still to be decided.", "{{.N}} fields are still to be decided.", open)
	}
	if !mine {
		return page.T("Your change is given up. Nobody is e-mailed.")
	}
	if len(it.Conflict.Mailed) == 0 {
		return page.T("What you keep is sent to the mailbox. Nobody is e-mailed.")
	}
	var names []string
	for i, a := range it.Conflict.Mailed {
		if i == 6 && len(it.Conflict.Mailed) > 7 {
			names = append(names, page.T("{{.N}} more", map[string]any{"N": len(it.Conflict.Mailed) - i}))
			break
		}
		if a.Name != "" {
			names = append(names, a.Name)
		} else {
			names = append(names, a.Addr)
		}
	}
	return page.T("{{.Names}} will be e-mailed.", map[string]any{"Names": strings.Join(names, ", ")})
}

// fieldRow is one field with its two versions side by side.
func fieldRow(g group, chosen map[string]bool, set func(string, bool)) fyne.CanvasObject {
	mine, decided := chosen[g.name]
	head := kit.Row(kit.S2, kit.NewSection(FieldName(g.name)))
	switch {
	case !g.both:
		head.Add(kit.NewText(page.T("only you changed it"), kit.SizeSmall, kit.ColorMuted))
	case g.was != "":
		head.Add(kit.Grow(kit.NewLine(page.T("before: {{.Was}}", map[string]any{"Was": g.was}), kit.SizeSmall, kit.ColorMuted)))
	}
	a, b := excerpts(g.mine, g.theirs)
	left := newVersion(g.name, page.T("Mine"), a, decided && mine, func() { set(g.name, true) })
	right := newVersion(g.name, page.T("Theirs"), b, decided && !mine, func() { set(g.name, false) })
	return kit.Stack(kit.S1, head, container.New(halves{}, left, right))
}

// halves gives two objects the same width and height.
type halves struct{}

func (halves) MinSize(objs []fyne.CanvasObject) fyne.Size {
	a, b := objs[0].MinSize(), objs[1].MinSize()
	return fyne.NewSize(2*max(a.Width, b.Width)+kit.S3, max(a.Height, b.Height))
}

func (halves) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	w := (s.Width - kit.S3) / 2
	for i, o := range objs {
		o.Resize(fyne.NewSize(w, s.Height))
		o.Move(fyne.NewPos(float32(i)*(w+kit.S3), 0))
	}
}

// version is one side of a field, to be chosen by a click or with Space.
type version struct {
	kit.Press
	field  string // as ResolveFields takes it
	Whose  string
	On     bool
	ground *kit.Fill
	box    fyne.CanvasObject
}

func newVersion(field, whose, text string, on bool, tapped func()) *version {
	v := &version{field: field, Whose: whose, On: on, ground: kit.NewFill(kit.ColorRaised, kit.Corner)}
	color := kit.ColorText
	if text == "" {
		text, color = page.T("(empty)"), kit.ColorMuted
	}
	ring := kit.NewFill("", 7)
	ring.Border = kit.ColorFaint
	dot := kit.NewFill("", 4)
	if on {
		ring.Border, dot.Color = kit.ColorAccent, kit.ColorAccent
	}
	mark := kit.Stack(0, kit.Inset(kit.Fixed(container.NewStack(ring, kit.InsetAll(dot, 3)), 14, 14), 2, 0, 0, 0), kit.Spring())
	name := kit.NewText(whose, kit.SizeSmall, kit.ColorMuted)
	if on {
		name.Color = kit.ColorAccent
		name.Bold()
	}
	words := kit.Stack(1, name, kit.NewParagraph(text, kit.SizeBody, color))
	v.box = container.NewStack(v.ground, kit.InsetAll(kit.Columns(kit.S2, mark, kit.Grow(words)), kit.S2+2))
	v.OnTapped = tapped
	v.Extend(v)
	v.paint()
	return v
}

func (v *version) paint() {
	v.ground.Color, v.ground.Border = kit.ColorRaised, kit.ColorHairline
	if v.On {
		v.ground.Color, v.ground.Border = kit.ColorAccentSoft, kit.ColorAccent
	}
	if v.Hovered() || v.Focused() {
		v.ground.Border = kit.ColorAccent
	}
}

// CreateRenderer implements fyne.Widget.
func (v *version) CreateRenderer() fyne.WidgetRenderer { return &versionRenderer{v} }

type versionRenderer struct{ v *version }

func (r *versionRenderer) Layout(s fyne.Size) { r.v.box.Resize(s) }
func (r *versionRenderer) MinSize() fyne.Size { return r.v.box.MinSize() }
func (r *versionRenderer) Refresh() {
	r.v.paint()
	r.v.ground.Refresh()
}
func (r *versionRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.v.box} }
func (r *versionRenderer) Destroy()                     {}
