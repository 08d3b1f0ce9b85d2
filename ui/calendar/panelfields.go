package calendar

import (
	"context"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/complete"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// fields are the panel's inputs. They are made once and filled for each event.
type fields struct {
	title, place, text *kit.Field
	allDay             *kit.Check
	start, end         *momentField
	people             *kit.Field
	suggest            *complete.List
	known              []mirror.Address // whose names are lent to bare addresses
	length             time.Duration    // kept when the start moves
}

func (n *panel) makeFields() {
	n.fields.title = kit.NewField(page.T("Title"), page.T("What is it about?"))
	n.place = kit.NewField(page.T("Place"), page.T("Room, address or phone"))
	n.text = kit.NewTextField(page.T("Description"), "", 6)
	n.people = kit.NewTextField(page.T("Attendees"), page.T("Addresses, with commas between"), 2)
	n.allDay = kit.NewCheck(page.T("All day"), func(on bool) { n.setTimed(!on) })
	n.start = newMomentField(n.p, page.T("Starts"), n.startEdited)
	n.end = newMomentField(n.p, page.T("Ends"), n.endEdited)
	n.suggest = complete.New(n.p.host, n.people.Entry, func(ctx context.Context, text string) ([]page.Party, error) {
		if n.p.opt.Suggest == nil {
			return nil, nil
		}
		return n.p.opt.Suggest(ctx, text)
	})
	n.suggest.Write = func(f page.Party) string { return writeAddress(mirror.Address(f)) }
	n.suggest.Has = func(text, addr string) bool {
		have, _ := parseAddresses(text, nil)
		return contains(have, addr)
	}
	n.suggest.Changed = func() { n.body.Refresh() }
	for _, e := range []*kit.Entry{n.fields.title.Entry, n.place.Entry, n.text.Entry, n.people.Entry, n.start.day, n.start.time, n.end.day, n.end.time} {
		e.OnEscape = func() {
			if !n.suggest.Hide() {
				n.escape()
			}
		}
		e.OnSend = n.save
	}
	for _, e := range []*kit.Entry{n.fields.title.Entry, n.place.Entry, n.start.day, n.start.time, n.end.day, n.end.time} {
		e.OnSubmitted = func(string) { n.save() }
	}
	n.fields.title.Entry.OnEdit = func(string) {
		n.fields.title.SetWrong("")
		n.edited()
	}
	n.place.Entry.OnEdit = func(string) { n.edited() }
	n.text.Entry.OnEdit = func(string) { n.edited() }
	n.people.Entry.OnEdit = func(string) {
		n.people.SetWrong("")
		n.suggest.Typed()
		n.edited()
	}
}

// edited takes back a question at the foot: it was about what stood there before.
func (n *panel) edited() {
	if n.asking != nil {
		n.buttons()
	}
}

// escape leaves, or takes back the question at the foot.
func (n *panel) escape() {
	if n.asking != nil {
		n.buttons()
		return
	}
	n.leave(nil)
}

// fill shows a form; it is what later edits are compared with.
func (n *panel) fill(f form) {
	n.base = f
	n.known = f.attendees
	n.fields.title.SetText(f.title)
	n.place.SetText(f.place)
	n.text.SetText(f.body)
	n.people.SetText(writeAddresses(f.attendees))
	n.allDay.Set(f.allDay)
	n.start.set(f.start)
	n.end.set(f.end)
	n.start.setTimed(!f.allDay)
	n.end.setTimed(!f.allDay)
	n.length = f.length(n.p.opt.Zone)
	for _, field := range []*kit.Field{n.fields.title, n.place, n.text, n.people} {
		field.SetWrong("")
	}
	n.suggest.Hide()
}

func (n *panel) setTimed(on bool) {
	n.edited()
	n.start.setTimed(on)
	n.end.setTimed(on)
	n.length = n.current().length(n.p.opt.Zone)
	if on && n.length <= 0 {
		n.length = 30 * time.Minute
		n.startEdited()
	}
}

// startEdited keeps the length: the end moves along.
func (n *panel) startEdited() {
	n.edited()
	if n.start.bad != "" || n.end.bad != "" {
		return
	}
	f := n.current()
	f.start = n.start.value
	if f.allDay {
		days := int(n.length / (24 * time.Hour))
		n.end.set(moment{f.start.day.Add(max(1, days) - 1), n.end.value.minute})
		return
	}
	at := f.start.day.At(f.start.minute, n.p.opt.Zone).Add(max(0, n.length)).In(n.p.opt.Zone)
	n.end.set(momentOf(at))
}

func (n *panel) endEdited() {
	n.edited()
	if n.end.bad == "" && n.start.bad == "" {
		if length := n.current().length(n.p.opt.Zone); length > 0 {
			n.length = length
		}
	}
}

// current is what the fields hold; a field that cannot be read has its last value.
func (n *panel) current() form {
	f := form{title: oneLine(n.fields.title.Text()), place: oneLine(n.place.Text()), body: trimmed(n.text.Text()), allDay: n.allDay.On(),
		start: n.start.value, end: n.end.value}
	f.attendees, _ = parseAddresses(n.people.Text(), n.known)
	return f
}

// dirty tells whether there is something to lose.
func (n *panel) dirty() bool {
	if !n.isOpen() || !n.event.CanEdit {
		return false
	}
	if n.start.bad != "" || n.end.bad != "" {
		return true
	}
	if _, bad := parseAddresses(n.people.Text(), n.known); bad != "" {
		return true
	}
	f := n.current()
	return !f.same(n.base)
}

// check reads the fields and says at each what is wrong with it.
func (n *panel) check() (form, bool) {
	f := n.current()
	ok := true
	wrong := func(set func(string), why string) {
		set(why)
		ok = ok && why == ""
	}
	why := ""
	if f.title == "" && (n.isNew || n.base.title != "") {
		why = page.T("Give it a title")
	} else if len([]rune(f.title)) > 255 {
		why = page.T("At most 255 characters")
	}
	wrong(n.fields.title.SetWrong, why)
	wrong(n.start.setWrong, n.start.bad)
	why = n.end.bad
	if why == "" && n.start.bad == "" {
		if start, end := f.times(n.p.opt.Zone); end.Before(start) || f.allDay && !end.After(start) {
			why = page.T("It ends before it begins")
		}
	}
	wrong(n.end.setWrong, why)
	why = ""
	if _, bad := parseAddresses(n.people.Text(), n.known); bad != "" {
		why = page.T("“{{.Text}}” is not an e-mail address", map[string]any{"Text": short(bad, 40)})
	}
	wrong(n.people.SetWrong, why)
	if !ok {
		n.body.Refresh()
	}
	return f, ok
}

// mark shows a refusal of the store at its field; it tells whether there is one.
func (n *panel) mark(bad mirror.ErrBadInput) bool {
	why := map[string]string{
		"empty": page.T("This cannot be empty"), "toolong": page.T("This is too long"), "many": page.T("These are too many"),
		"invalid": page.T("This cannot be saved as it is"),
	}[bad.Why]
	if why == "" {
		return false
	}
	switch bad.Field {
	case "subject":
		n.fields.title.SetWrong(why)
	case "start":
		n.start.setWrong(why)
	case "end":
		n.end.setWrong(why)
	case "location":
		n.place.SetWrong(why)
	case "body":
		n.text.SetWrong(why)
	case "attendees":
		n.people.SetWrong(why)
	default:
		return false
	}
	n.body.Refresh()
	return true
}
