package calendar

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
)

func TestCalendarsAreShownAndHidden(t *testing.T) {
	opened := false
	r := newRig(t, func(f *fake, _ *time.Location) {
		f.calendars = append(f.calendars, mirror.Calendar{ID: 4, AccountID: 1, Name: "Calendar", Owner: mirror.Address{Name: "Jonas Weber", Addr: "jonas@harborline.example"}})
	})
	r.p.opt.Calendars = func() { opened = true }
	if r.p.view.side.object.Visible() {
		t.Fatal("the list is open at first")
	}
	r.p.TypedRune('c')
	side := r.p.view.side
	if !side.object.Visible() || len(side.checks) != 4 || r.Window().Canvas().Focused() != side.checks[0] {
		t.Fatalf("%d rows, focus %T", len(side.checks), r.Window().Canvas().Focused())
	}
	if side.checks[3].On() || !side.checks[1].On() || side.checks[3].Tip != "Jonas Weber · Calendar" {
		t.Errorf("the shared one is picked, or called %q", side.checks[3].Tip)
	}
	side.checks[1].Tapped(nil)
	r.wantDid("pick 2 false")
	side.checks[3].Tapped(nil)
	r.wantDid("pick 2 false", "pick 4 true")
	r.Settle()
	if side.checks[1].On() || !side.checks[3].On() {
		t.Error("the boxes do not show it")
	}
	if w := r.p.view.object.Objects[0].Position().X; w != sidebarWidth && r.p.view.object.Size().Width > sidebarWidth+sideBeside {
		t.Errorf("the grid begins at %v", w)
	}
	r.p.TypedRune('c')
	if side.object.Visible() || opened {
		t.Error("it does not go away")
	}
}

func TestNewEventChoosesItsCalendar(t *testing.T) {
	r := newRig(t, func(f *fake, _ *time.Location) {
		f.accounts = append(f.accounts, mirror.Account{ID: 2, UPN: "second@harborline.example", Name: "Second"})
		f.calendars = append(f.calendars, mirror.Calendar{ID: 9, AccountID: 2, Name: "Calendar", Default: true, CanEdit: true, Picked: true},
			mirror.Calendar{ID: 10, AccountID: 2, Name: "Read only", Picked: true}, mirror.Calendar{ID: 11, AccountID: 2, Name: "Hidden", CanEdit: true})
	})
	list, names := r.p.places()
	if len(list) != 4 || names[3] != "Calendar · second@harborline.example" {
		t.Fatalf("%v", names)
	}
	r.p.New()
	r.Settle()
	if r.p.panel.chooser() == nil {
		t.Fatal("no choice")
	}
	r.p.panel.event.CalendarID, r.p.panel.event.AccountID = list[3].ID, list[3].AccountID
	r.p.panel.fields.title.SetText("Elsewhere")
	r.p.panel.save()
	made := func() []mirror.NewEvent {
		r.d.mu.Lock()
		defer r.d.mu.Unlock()
		return slices.Clone(r.d.created)
	}
	r.Until("it is made", func() bool { return len(made()) == 1 })
	if n := made()[0]; n.CalendarID != 9 || n.AccountID != 2 {
		t.Errorf("%+v", n)
	}
	r.p.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
}
