package calendar

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// open opens the event in the panel.
func (r *rig) open(id int64) *panel {
	r.t.Helper()
	r.p.openPanel(r.p.scene.week.find(id))
	r.Settle()
	if !r.p.panel.isOpen() {
		r.t.Fatal("the panel is not open")
	}
	return r.p.panel
}

func retype(e *kit.Entry, text string) { // as a person does: the fields hear of it
	e.FocusGained()
	e.SetText("")
	test.Type(e, text)
	e.FocusLost()
}

func TestEditing(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone", Location: "here", Body: "text"}))
	n := r.open(1)
	retype(n.fields.title.Entry, "Alone again")
	retype(n.start.time, "9:15")
	if got := n.current().end; got.minute != 10*60+15 {
		t.Errorf("the end does not move along: %v", got)
	}
	retype(n.end.time, "noon")
	if n.end.time.Text != "12:00" {
		t.Errorf("what was understood is written as %q", n.end.time.Text)
	}
	n.save()
	r.wantDid("edit 1")
	e := r.d.edits[0]
	if *e.Subject != "Alone again" || e.Location != nil || e.Body != nil || e.Attendees != nil || e.AllDay != nil {
		t.Errorf("edit %+v", e)
	}
	if start := time.Date(2026, 11, 18, 9, 15, 0, 0, r.zone); !e.Start.Equal(start) || !e.End.Equal(start.Add(165*time.Minute)) {
		t.Errorf("times %v %v", e.Start, e.End)
	}
	if n.isOpen() || r.Undo == nil {
		t.Fatal("it closes and offers undo")
	}
	r.Undo()
	r.wantDid("edit 1", "edit 1")
	if *r.d.edits[1].Subject != "Alone" || r.d.byID(1).Start.In(r.zone).Hour() != 10 {
		t.Error("not undone")
	}
}

func TestNothingEditedNothingWritten(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone", HTML: true, Body: "<p>Hello</p>\r\n<p>you</p>", Attendees: []mirror.Attendee{anna}}))
	n := r.open(1)
	if n.dirty() {
		t.Fatal("opening it is not editing it")
	}
	n.save()
	r.wantDid()
	if n.isOpen() {
		t.Error("saving nothing closes")
	}
}

func TestAllDayToggle(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	n := r.open(1)
	n.allDay.OnTapped()
	if n.start.timeBox.Visible() {
		t.Error("whole days have no time")
	}
	retype(n.end.day, "20 nov")
	n.save()
	r.wantDid("edit 1")
	e := r.d.edits[0]
	if !*e.AllDay || !e.Start.Equal(time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)) || !e.End.Equal(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("edit %v %v %v", *e.AllDay, e.Start, e.End)
	}
}

func TestWrongFieldsSaySo(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	n := r.open(1)
	retype(n.fields.title.Entry, "  ")
	retype(n.start.day, "31 feb")
	retype(n.people.Entry, "anna")
	n.save()
	r.wantDid()
	if n.start.wrong.Text() == "" || !n.start.wrong.Visible() || n.start.day.Text != "31 feb" {
		t.Error("a wrong day is told and left as typed")
	}
	retype(n.start.day, "2026-11-19")
	retype(n.end.day, "2026-11-18")
	if _, ok := n.check(); ok || n.end.wrong.Text() != "It ends before it begins" {
		t.Errorf("end: %q", n.end.wrong.Text())
	}
	if n.start.wrong.Visible() {
		t.Error("what has been put right is still called wrong")
	}
}

func TestEditsAreNotLostSilently(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}, mirror.Event{ID: 2, Subject: "Other", Start: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC)}))
	n := r.open(1)
	retype(n.place.Entry, "Hamburg")
	n.place.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !n.isOpen() || n.asking == nil {
		t.Fatal("escape throws it away")
	}
	n.place.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !n.isOpen() || n.asking != nil || n.place.Text() != "Hamburg" {
		t.Fatal("a second escape takes the question back")
	}
	r.p.openPanel(r.p.scene.week.find(2))
	r.Settle()
	if n.event.ID != 1 || n.place.Text() != "Hamburg" {
		t.Fatal("opening another one throws it away")
	}
	r.d.mu.Lock()
	r.d.events[0].Subject = "Changed elsewhere"
	r.d.mu.Unlock()
	r.p.load()
	r.Settle()
	if n.place.Text() != "Hamburg" {
		t.Fatal("a change elsewhere throws it away")
	}
	r.p.New()
	if n.isNew {
		t.Fatal("a new event throws it away")
	}
}

func TestDiscardingPutsEverythingBack(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	n := r.open(1)
	retype(n.start.day, "nonsense")
	retype(n.fields.title.Entry, "Other")
	n.leave(nil)
	push(t, n.object, "Discard")
	if n.isOpen() {
		t.Fatal("still open")
	}
	n = r.open(1)
	if n.dirty() || n.start.day.Text != "Wed 18 Nov 2026" || n.fields.title.Text() != "Alone" || n.start.wrong.Visible() {
		t.Errorf("day %q, title %q", n.start.day.Text, n.fields.title.Text())
	}
}

func TestAQuestionIsAboutWhatStandsThere(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Talks", Attendees: []mirror.Attendee{anna}}))
	n := r.open(1)
	retype(n.place.Entry, "Hamburg")
	n.save()
	if n.asking == nil {
		t.Fatal("it does not ask")
	}
	retype(n.place.Entry, "Berlin")
	if n.asking != nil {
		t.Fatal("the question outlives the edit")
	}
	n.save()
	n.save() // Return, twice
	r.wantDid("edit 1")
	if *r.d.edits[0].Location != "Berlin" {
		t.Errorf("place %q", *r.d.edits[0].Location)
	}
}

func TestAFailedSaveKeepsWhatWasTyped(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	n := r.open(1)
	retype(n.place.Entry, "Hamburg")
	r.d.fail = errors.New("disk full")
	n.save()
	r.Settle()
	if !n.isOpen() || n.place.Text() != "Hamburg" || len(r.Failures) != 1 || n.busy {
		t.Fatalf("open %v, place %q, failures %v", n.isOpen(), n.place.Text(), r.Failures)
	}
	r.d.fail = mirror.ErrBadInput{Field: "location", Why: "toolong"}
	n.save()
	r.Settle()
	if len(r.Failures) != 1 {
		t.Error("what concerns a field is told there")
	}
	r.d.fail = nil
	n.save()
	r.wantDid("edit 1")
}

func TestSavingNamesWhoIsMailed(t *testing.T) {
	ben := mirror.Attendee{Address: mirror.Address{Name: "Ben", Addr: "ben@x.example"}}
	r := newRig(t, one(mirror.Event{Subject: "Talks", Attendees: []mirror.Attendee{anna, ben}}))
	n := r.open(1)
	retype(n.people.Entry, "anna@northwind.example; Cara <cara@x.example>")
	if got := names(n.concerned(n.current())); got != "Anna Berg, Cara and Ben" {
		t.Errorf("mailed: %s (those who are uninvited hear of it too)", got)
	}
	n.save()
	r.wantDid()
	n.asking()
	r.wantDid("edit 1")
	if got := fmt.Sprint(*r.d.edits[0].Attendees); got != "[{Anna Berg anna@northwind.example} {Cara cara@x.example}]" {
		t.Errorf("attendees %s", got)
	}
	if r.Undo != nil {
		t.Error("mail that was sent cannot be undone")
	}
}

func TestConflict(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Talks", Pending: mirror.PendingConflict}))
	r.d.outbox = []mirror.OutboxItem{{ID: 4, Kind: "event.edit", ItemKind: "message", ItemID: 1},
		{ID: 5, Kind: "event.edit", ItemKind: "event", ItemID: 1, State: mirror.PendingConflict,
			Conflict: &mirror.Conflict{Fields: []mirror.ConflictField{{Name: "start", Mine: "2026-11-18T09:00:00Z", Theirs: "2026-11-18T12:30:00Z"}, {Name: "location", Mine: "", Theirs: "Rotterdam"}}}}}
	n := r.open(1)
	for _, text := range []string{"Wed 18 Nov, 10:00", "Wed 18 Nov, 13:30", "(empty)", "Rotterdam"} {
		if !says(n.body, text) {
			t.Errorf("the panel does not say %q", text)
		}
	}
	push(t, n.body, "Keep mine")
	r.wantDid("resolve 5 true")
	push(t, n.body, "Keep theirs")
	r.wantDid("resolve 5 true", "resolve 5 false")
}

func TestFailedChange(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Talks", Pending: mirror.PendingFailed}))
	r.d.outbox = []mirror.OutboxItem{{ID: 5, Kind: "event.edit", ItemKind: "event", ItemID: 1, State: mirror.PendingFailed, Reason: "refused"}}
	n := r.open(1)
	if !says(n.body, "Not sent") {
		t.Error("it does not say that it failed")
	}
	push(t, n.body, "Try again")
	r.wantDid("retry 5")
	push(t, n.body, "Give up the change")
	r.wantDid("retry 5", "discard 5")
}

func TestDeletedElsewhere(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Talks"}))
	n := r.open(1)
	r.d.mu.Lock()
	r.d.events = nil
	r.d.mu.Unlock()
	r.p.load()
	r.Settle()
	if !n.gone || !says(n.body, "This event is no longer there") {
		t.Fatal("it does not say so")
	}
	r.key(fyne.KeyEscape)
	if n.isOpen() {
		t.Error("it closes")
	}
}

func TestInvitationsAreAnswered(t *testing.T) {
	var forty []mirror.Attendee
	for i := range 40 {
		a := anna
		a.Addr = fmt.Sprintf("p%d@x.example", i)
		forty = append(forty, a)
	}
	r := newRig(t, one(mirror.Event{Subject: "Theirs", Organizer: mirror.Address{Name: "Jonas", Addr: "j@x.example"}, Response: "notResponded", Attendees: forty}))
	n := r.open(1)
	if says(n.body, "Title") || !says(n.body, "Organized by Jonas") || !says(n.body, "40 yes") {
		t.Error("what others organise is read, not edited")
	}
	push(t, n.body, "Accept")
	r.wantDid("respond 1 accepted")
	push(t, n.body, "Show all 40")
}

func TestJoining(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Online", JoinURL: "https://teams.example/x"}, mirror.Event{ID: 2, Subject: "Trap", JoinURL: "file:///etc/passwd",
		Start: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC)}))
	opened := make(chan string, 1)
	r.p.opt.OpenURL = func(url string) error { opened <- url; return errors.New("no browser") }
	n := r.open(1)
	push(t, n.body, "Join online")
	r.Settle()
	if got := <-opened; got != "https://teams.example/x" || len(r.Failures) != 1 {
		t.Errorf("opened %q, failures %v", got, r.Failures)
	}
	if n = r.open(2); find(n.body, "Join online") != nil {
		t.Error("only links to the web are opened")
	}
}

func TestSuggestions(t *testing.T) {
	r := newRig(t, nil)
	r.p.opt.Suggest = func(_ context.Context, text string) ([]page.Party, error) {
		return []page.Party{{Name: "Anna Berg", Addr: "anna@northwind.example"}, {Name: "No address"}, {Name: text, Addr: "ben@x.example"}}, nil
	}
	r.p.New()
	n := r.p.panel
	n.people.Entry.FocusGained()
	test.Type(n.people.Entry, "ben@x.example, an")
	r.Settle()
	if got := len(n.suggest.Object().Objects); got != 1 {
		t.Fatalf("%d suggestions, want Anna alone: Ben is there already", got)
	}
	n.suggest.Object().Objects[0].(fyne.Tappable).Tapped(nil)
	if got := n.people.Entry.Text; got != "ben@x.example, Anna Berg <anna@northwind.example>, " {
		t.Errorf("now %q", got)
	}
	if f := n.current(); len(f.attendees) != 2 {
		t.Errorf("attendees %v", f.attendees)
	}
}

func TestMonth(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(kit.ModeLight))
	style := when.Neutral
	when.SetStyle(&style)
	t.Cleanup(func() { when.SetStyle(nil) })
	var got when.Date
	left := false
	m := newMonth(when.NewDate(2026, 11, 18), when.NewDate(2026, 11, 18), func(d when.Date) { got = d }, func() { left = true })
	m.Resize(m.MinSize())
	m.update()
	m.Tapped(&fyne.PointEvent{Position: fyne.NewPos(cell*1.5, monthTop+monthDays+cell/2)})
	if got != when.NewDate(2026, 10, 27) {
		t.Errorf("the second cell is %v", got)
	}
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyRight, fyne.KeyReturn, fyne.KeyEscape} {
		m.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if got != when.NewDate(2026, 12, 3) || m.shown.Month != time.December || !left {
		t.Errorf("the keys lead to %v in %v, left %v", got, m.shown, left)
	}
}

// find looks for a button by its label.
func find(o fyne.CanvasObject, label string) *kit.Button {
	for _, x := range test.LaidOutObjects(o) {
		if b, ok := x.(*kit.Button); ok && b.Label == label {
			return b
		}
	}
	return nil
}

func push(t *testing.T, o fyne.CanvasObject, label string) {
	t.Helper()
	b := find(o, label)
	if b == nil {
		t.Fatalf("no button %q", label)
	}
	b.OnTapped()
}

// says tells whether a text is shown somewhere.
func says(o fyne.CanvasObject, text string) bool {
	for _, x := range test.LaidOutObjects(o) {
		switch x := x.(type) {
		case *kit.Text:
			if x.Text() == text {
				return true
			}
		case *kit.Paragraph:
			if x.Text() == text {
				return true
			}
		}
	}
	return false
}
