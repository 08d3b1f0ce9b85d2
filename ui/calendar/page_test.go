package calendar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

func TestPeriods(t *testing.T) {
	r := newRig(t, nil)
	title := func() string { return r.p.head.period.texts[0] }
	if title() != "16 – 22 November 2026  ·  Week 47" {
		t.Fatalf("title %q", title())
	}
	for _, c := range []struct {
		r    rune
		want string
	}{
		{'j', "23 – 29 November 2026  ·  Week 48"}, {'j', "30 Nov – 6 Dec 2026  ·  Week 49"}, {'k', "23 – 29 November 2026  ·  Week 48"},
		{'t', "16 – 22 November 2026  ·  Week 47"}, {'2', "16 – 20 November 2026  ·  Week 47"}, {'J', "23 – 27 November 2026  ·  Week 48"},
		{'T', "16 – 20 November 2026  ·  Week 47"}, {'1', "Wednesday 18 November 2026  ·  Week 47"}, {'j', "Thursday 19 November 2026  ·  Week 47"},
		{'3', "16 – 22 November 2026  ·  Week 47"},
	} {
		if !r.p.TypedRune(c.r) {
			t.Fatalf("%c is not taken", c.r)
		}
		r.Settle()
		if title() != c.want {
			t.Fatalf("after %c: %q, want %q", c.r, title(), c.want)
		}
	}
	if r.p.TypedRune('x') {
		t.Error("x has no meaning here")
	}
	r.p.head.modes.Select(0)
	if r.p.mode != modeDay {
		t.Error("the header's choice does nothing")
	}
}

func TestArrowsWalkThroughEventsAndWeeks(t *testing.T) {
	r := newRig(t, func(f *fake, zone *time.Location) {
		at := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, zone) }
		for i, e := range []struct {
			name string
			d, h int
		}{{"Mon 9", 16, 9}, {"Wed 9", 18, 9}, {"Wed 14", 18, 14}, {"Fri 9", 20, 9}, {"next", 24, 9}, {"next 2", 27, 9}} {
			f.add(mirror.Event{ID: int64(i + 1), Subject: e.name, Start: at(e.d, e.h), End: at(e.d, e.h+1)})
		}
	})
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{
		{fyne.KeyDown, "Wed 14"}, // what comes next
		{fyne.KeyDown, "Fri 9"}, {fyne.KeyUp, "Wed 14"}, {fyne.KeyUp, "Wed 9"}, {fyne.KeyLeft, "Mon 9"}, {fyne.KeyRight, "Wed 9"},
		{fyne.KeyRight, "Fri 9"}, {fyne.KeyRight, "next"}, {fyne.KeyDown, "next 2"}, {fyne.KeyLeft, "next"}, {fyne.KeyUp, "Fri 9"},
	} {
		r.key(c.key)
		if got := r.selected(); got != c.want {
			t.Fatalf("after %s: %q, want %q", c.key, got, c.want)
		}
	}
	if y := r.p.view.grid.scroll.Offset.Y; y > yOf(9*60) || y+r.p.view.grid.scroll.Size().Height < yOf(10*60) {
		t.Errorf("the selected event is out of view: offset %v", y)
	}
}

func TestSelectingShowsWho(t *testing.T) {
	jonas := mirror.Address{Name: "Jonas", Addr: "jonas@harborline.example"}
	room := mirror.Attendee{Address: mirror.Address{Name: "Room 12", Addr: "room@harborline.example"}, Kind: "resource"}
	me := mirror.Attendee{Address: mirror.Address{Addr: "MAYA@harborline.example"}, Kind: "required"}
	mine := mirror.Attendee{Address: mirror.Address{Addr: "m.torres@harborline-sales.example"}, Kind: "required"} // the mailbox's own address
	r := newRig(t, func(f *fake, zone *time.Location) {
		f.accounts[0].Address = "M.Torres@harborline-sales.example"
		one(mirror.Event{Subject: "x", Organizer: jonas, Attendees: []mirror.Attendee{me, mine, anna, room, {Address: jonas}}})(f, zone)
	})
	r.p.view.grid.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: r.spot(2, 630)}})
	if got := fmt.Sprint(r.Parties); got != "[{Jonas jonas@harborline.example} {Anna Berg anna@northwind.example}]" {
		t.Errorf("who: %s", got)
	}
	r.p.view.grid.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: r.spot(3, 630)}})
	if len(r.Parties) != 0 || r.selected() != "" {
		t.Errorf("empty ground: %v %q", r.Parties, r.selected())
	}
}

func TestDraggingMoves(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	r.drag(r.spot(2, 610), r.spot(4, 610+37)) // two days and 37 minutes on: snapped to 30
	r.wantDid("edit 1")
	want := time.Date(2026, 11, 20, 10, 30, 0, 0, r.zone)
	if e := r.d.edits[0]; !e.Start.Equal(want) || !e.End.Equal(want.Add(time.Hour)) || e.Subject != nil {
		t.Fatalf("moved to %v – %v", e.Start, e.End)
	}
	if r.lastToast() != "Moved “Alone” to Fri 20 Nov, 10:30 – 11:30" || r.Undo == nil {
		t.Fatalf("toast %q", r.lastToast())
	}
	r.Undo()
	r.wantDid("edit 1", "edit 1")
	if got := r.d.byID(1).Start.In(r.zone); got.Day() != 18 || got.Hour() != 10 || got.Minute() != 0 {
		t.Errorf("undone to %v", got)
	}
}

func TestDraggingWithoutGoingAnywhereDoesNothing(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	r.drag(r.spot(2, 610), r.spot(2, 614))
	r.wantDid()
}

func TestDraggingTheEdgeResizes(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	bottom := r.spot(2, 660)
	bottom.Y -= 5
	r.drag(bottom, r.spot(2, 722))
	r.wantDid("edit 1")
	e := r.d.byID(1)
	if got := e.End.Sub(e.Start); got != 2*time.Hour {
		t.Fatalf("now %v long", got)
	}
	bottom.Y += yOf(60)
	r.drag(bottom, r.spot(2, 300)) // above its beginning: the shortest there is
	e = r.d.byID(1)
	if got := e.End.Sub(e.Start); got != 15*time.Minute {
		t.Fatalf("now %v long", got)
	}
}

func TestDraggingOnEmptyGroundCreates(t *testing.T) {
	r := newRig(t, nil)
	r.press(r.spot(3, 725), r.spot(3, 850))
	if g := r.p.view.grid; g.ghosts[0].face.title != "12:00 – 14:15" {
		t.Errorf("the ghost says %q", g.ghosts[0].face.title)
	}
	r.p.view.grid.DragEnd()
	n := r.p.panel
	if !n.isOpen() || !n.isNew {
		t.Fatal("no panel")
	}
	f := n.current()
	if f.start != (moment{when.NewDate(2026, 11, 19), 720}) || f.end.minute != 855 {
		t.Errorf("from %v to %v", f.start, f.end)
	}
	n.fields.title.SetText("Lunch")
	n.save()
	r.wantDid("create")
	if c := r.d.created[0]; c.Subject != "Lunch" || !c.Start.Equal(time.Date(2026, 11, 19, 12, 0, 0, 0, r.zone)) || c.Zone != "Europe/Berlin" {
		t.Errorf("made %+v", c)
	}
	if n.isOpen() || r.selected() != "Lunch" {
		t.Errorf("panel open %v, selected %q", n.isOpen(), r.selected())
	}
}

func TestMovingWithAttendeesAsksFirst(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Talks", Attendees: []mirror.Attendee{anna}}))
	r.drag(r.spot(2, 610), r.spot(3, 610))
	if len(r.d.did) != 0 || r.p.asking == nil {
		t.Fatal("moved without asking")
	}
	r.key(fyne.KeyEscape)
	if r.p.asking != nil || r.p.view.grid.drag != nil || r.p.view.notice.Visible() {
		t.Fatal("escape does not take it back")
	}
	r.wantDid()
	r.drag(r.spot(2, 610), r.spot(3, 610))
	r.d.add(mirror.Event{ID: 99, Subject: "came meanwhile", Start: time.Date(2026, 11, 16, 8, 0, 0, 0, r.zone), End: time.Date(2026, 11, 16, 9, 0, 0, 0, r.zone)})
	r.p.load() // other indexes now; the question is still about the same event
	r.Settle()
	r.key(fyne.KeyReturn)
	r.wantDid("edit 1")
	if r.Undo != nil {
		t.Error("undoing would write to them again without asking")
	}
}

func TestWhatOthersOrganizeStays(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Theirs", Organizer: mirror.Address{Name: "Jonas", Addr: "j@x.example"}}))
	r.drag(r.spot(2, 610), r.spot(3, 610))
	r.wantDid()
	if r.lastToast() != "Only the organizer, Jonas, can move “Theirs”." || len(r.Toasts) != 1 {
		t.Errorf("toasts %q", r.Toasts)
	}
	r.key(fyne.KeyDelete)
	r.wantDid()
	if !strings.Contains(r.lastToast(), "decline") {
		t.Errorf("toast %q", r.lastToast())
	}
}

func TestDeleting(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone", ShowAs: "tentative"}))
	r.key(fyne.KeyDown, fyne.KeyDelete)
	r.wantDid("delete 1")
	if r.Undo == nil || r.selected() != "" {
		t.Fatalf("undo %v, selected %q", r.Undo != nil, r.selected())
	}
	r.Undo()
	r.wantDid("delete 1", "create", "edit 1")
	if got := *r.d.edits[0].ShowAs; r.d.created[0].Subject != "Alone" || got != "tentative" {
		t.Errorf("made again %+v, %s", r.d.created[0], got)
	}
}

func TestADeletionThatWaitsIsTakenBack(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	r.key(fyne.KeyDown, fyne.KeyDelete)
	r.d.outbox = []mirror.OutboxItem{{ID: 7, Kind: "event.delete", ItemKind: "event", ItemID: 1}}
	r.Undo()
	r.wantDid("delete 1", "discard 7")
}

func TestDeletingAsksWhereOthersHear(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Talks", Attendees: []mirror.Attendee{anna}}))
	r.key(fyne.KeyDown, fyne.KeyDelete)
	r.wantDid()
	r.key(fyne.KeyReturn)
	r.wantDid("delete 1")
	if r.Undo != nil {
		t.Error("a cancellation that was sent cannot be undone")
	}
	r = newRig(t, one(mirror.Event{Subject: "Series", Series: true}))
	r.key(fyne.KeyDown, fyne.KeyDelete)
	r.wantDid()
	if r.p.asking == nil {
		t.Error("an occurrence is deleted for good: ask")
	}
}

func TestDoubleClickOpensAndMakes(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "x"}))
	g := r.p.view.grid
	click := func(pos fyne.Position) {
		g.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: pos}})
		g.MouseUp(nil)
		g.Tapped(&fyne.PointEvent{Position: pos})
	}
	click(r.spot(2, 620))
	if r.selected() != "x" || r.p.panel.isOpen() {
		t.Fatal("one click selects")
	}
	click(r.spot(2, 620))
	if !r.p.panel.isOpen() || r.p.panel.isNew {
		t.Fatal("two clicks open")
	}
	r.Settle()
	r.key(fyne.KeyEscape)
	click(r.spot(4, 935))
	if r.p.scene.slot != 930 || r.p.scene.day.Dom != 20 {
		t.Fatalf("marked %v %d", r.p.scene.day, r.p.scene.slot)
	}
	r.key(fyne.KeyReturn)
	if f := r.p.panel.current(); !r.p.panel.isNew || f.start.minute != 930 || f.start.day.Dom != 20 {
		t.Fatalf("return makes %+v", f.start)
	}
}

func TestAllDayBarsMoveByDays(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	r := newRig(t, one(mirror.Event{Subject: "Fair", AllDay: true, Start: day(17), End: day(19)}))
	a := r.p.view.allDay
	x := func(d int) fyne.Position { p := r.spot(d, 0); p.Y = 8; return p }
	a.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: x(1)}})
	a.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: x(3)}})
	a.DragEnd()
	r.wantDid("edit 1")
	if e := r.d.byID(1); !e.Start.Equal(day(19)) || !e.End.Equal(day(21)) {
		t.Errorf("now %v – %v", e.Start, e.End)
	}
}

func TestTheAllDayRowOpens(t *testing.T) {
	r := newRig(t, func(f *fake, _ *time.Location) {
		day := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
		for i := range 6 {
			f.add(mirror.Event{ID: int64(i + 1), Subject: "x", AllDay: true, Start: day, End: day.AddDate(0, 0, 1)})
		}
	})
	a := r.p.view.allDay
	if a.more[2].Text != "+3" || a.Size().Height > 4*laneHeight {
		t.Fatalf("count %q, height %v", a.more[2].Text, a.Size().Height)
	}
	p := r.spot(2, 0)
	p.Y = a.Size().Height - 6
	a.Tapped(&fyne.PointEvent{Position: p})
	if a.shownLanes() != 6 || a.Size().Height < 6*laneHeight {
		t.Errorf("%d lanes, height %v", a.shownLanes(), a.Size().Height)
	}
}

func TestReadingFails(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "x"}))
	r.d.failRead = errors.New("disk gone")
	r.p.load()
	r.Settle()
	if !r.p.view.notice.Visible() || len(r.p.scene.week.segments) != 1 {
		t.Fatal("a failure is told and what was there stays")
	}
	r.d.failRead = nil
	r.p.load()
	r.Settle()
	if r.p.view.notice.Visible() {
		t.Error("the notice stays after a good reading")
	}
}

func TestNoAccount(t *testing.T) {
	r := newRig(t, func(f *fake, _ *time.Location) { f.accounts = nil })
	if !r.p.view.empty.Visible() || r.p.view.column.Visible() {
		t.Error("an empty page says what to do")
	}
	r.d.accounts = newFake(r.zone).accounts
	r.p.load()
	r.Settle()
	if r.p.view.empty.Visible() || !r.p.view.column.Visible() {
		t.Error("the grid comes with the account")
	}
}

func TestAnEditFails(t *testing.T) {
	r := newRig(t, one(mirror.Event{Subject: "Alone"}))
	r.d.fail = fmt.Errorf("edit: %w", mirror.ErrNotOrganizer)
	r.drag(r.spot(2, 610), r.spot(3, 610))
	r.Settle()
	if len(r.Failures) != 1 || !errors.Is(r.Failures[0], mirror.ErrNotOrganizer) {
		t.Fatalf("failures %v", r.Failures)
	}
	if s := r.p.scene.week.segments[0]; s.day != 2 || s.from != 600 {
		t.Errorf("the screen shows what is not true: %+v", s)
	}
}

func TestOpenGoesThere(t *testing.T) {
	r := newRig(t, func(f *fake, zone *time.Location) {
		f.add(mirror.Event{ID: 5, Subject: "Far", Start: time.Date(2027, 3, 6, 22, 0, 0, 0, zone), End: time.Date(2027, 3, 6, 23, 0, 0, 0, zone)})
	})
	r.p.switchTo(modeWork)
	r.p.Open(5) // a Saturday
	r.Settle()
	if r.selected() != "Far" || r.p.mode != modeWeek || r.p.head.modes.Selected() != int(modeWeek) {
		t.Fatalf("selected %q, mode %d", r.selected(), r.p.mode)
	}
	if y := r.p.view.grid.scroll.Offset.Y; y+r.p.view.grid.scroll.Size().Height < yOf(23*60) {
		t.Error("it is out of view")
	}
	r.p.Open(404)
	r.Settle()
	if len(r.Failures) != 1 {
		t.Error("an event that is gone is told")
	}
}

func TestComposeInvites(t *testing.T) {
	r := newRig(t, nil)
	r.p.Compose("Berg, Anna", "anna@northwind.example")
	n := r.p.panel
	f := n.current()
	if len(f.attendees) != 1 || f.attendees[0].Name != "Berg, Anna" || f.start != (moment{when.NewDate(2026, 11, 18), 14 * 60}) {
		t.Fatalf("%+v", f)
	}
	n.fields.title.SetText("Talk")
	n.save()
	r.wantDid()
	if n.asking == nil {
		t.Fatal("an invitation is sent without asking")
	}
	n.asking()
	r.wantDid("create")
	if r.lastToast() != "Invited to “Talk”, Wed 18 Nov, 14:00 – 14:30" {
		t.Errorf("toast %q", r.lastToast())
	}
}

func TestTheLineForNowFollowsTheClockOnlyWhileShown(t *testing.T) {
	r := newRig(t, nil)
	y := r.p.view.grid.nowDay.Position().Y
	r.setNow(r.now().Add(30 * time.Minute))
	r.p.clock()
	if got := r.p.view.grid.nowDay.Position().Y - y; got != hourHeight/2 {
		t.Errorf("the line has moved by %v", got)
	}
	r.setNow(r.now().AddDate(0, 0, 7)) // the computer slept for a week: the page goes on to today
	r.p.clock()
	r.Settle()
	if !r.p.view.showing(r.p.today()) {
		t.Error("still the week of before")
	}
	r.p.Hidden()
	if r.p.stop != nil {
		t.Error("something still runs")
	}
}

func TestChangesInTheStoreAreShown(t *testing.T) {
	r := newRig(t, nil)
	r.d.mu.Lock()
	r.d.add(mirror.Event{ID: 3, Subject: "new", Start: r.now(), End: r.now().Add(time.Hour)})
	r.d.mu.Unlock()
	err := r.DB().Write(t.Context(), "test", func(tx *store.Tx) error {
		tx.Changed(store.Events, 3)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Until("the event is shown", func() bool { return r.p.scene.week.find(3) >= 0 })
}

func TestFirstScroll(t *testing.T) {
	r := newRig(t, nil)
	if got := r.p.view.grid.scroll.Offset.Y; got != yOf(450) {
		t.Errorf("in the day: offset %v, want 07:30", got)
	}
	g := r.p.view.grid
	r.setNow(time.Date(2026, 11, 18, 17, 50, 0, 0, r.zone))
	r.p.view.scrollSensibly()
	if y := yOf(17*60 + 50); y < g.scroll.Offset.Y || y > g.scroll.Offset.Y+g.scroll.Size().Height {
		t.Error("late in the working day now is out of view")
	}
	r.setNow(time.Date(2026, 11, 18, 22, 30, 0, 0, r.zone))
	r.p.view.scrollSensibly()
	if got := g.scroll.Offset.Y; got != yOf(450) {
		t.Errorf("at night: offset %v, want the working day", got)
	}
}

func TestBothThemes(t *testing.T) {
	r := newRig(t, demo)
	light := r.p.view.grid.blocks[0].ground.FillColor
	fyne.CurrentApp().Settings().SetTheme(kit.NewTheme(kit.ModeDark))
	r.p.view.grid.Refresh()
	if r.p.view.grid.blocks[0].ground.FillColor == light {
		t.Error("the blocks do not follow the theme")
	}
}

func TestCommandsHaveKeysAndDo(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range r.p.Commands() {
		if c.Label == "" || c.Key == "" || c.Do == nil {
			t.Errorf("%+v", c)
		}
		c.Do()
		r.Settle()
		r.p.panel.shut()
	}
	var _ page.Commander = r.p
}
