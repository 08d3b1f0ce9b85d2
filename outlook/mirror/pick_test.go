package mirror

import (
	"errors"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

const jonas = "jonas.weber@harborline.example"

// colleague adds a mailbox with one meeting.
func (r *rig) colleague() *mailbox.Mailbox {
	m := r.reg.Add(mailbox.Owner{ObjectID: "0b6a3f6e-1111-4a7e-8a5c-000000000002", UPN: jonas, Name: "Jonas Weber"})
	day := r.now().UTC().Truncate(24 * time.Hour)
	m.NewEvent(mailbox.Event{Subject: "His visit", Start: day.Add(33 * time.Hour), End: day.Add(34 * time.Hour), StartZone: "UTC", EndZone: "UTC", IsOrganizer: true, Response: "organizer", Organizer: m.Owner().Address()})
	return m
}

func (r *rig) calendar(owner string) Calendar {
	r.t.Helper()
	all, err := r.m.Calendars(r.t.Context(), r.account)
	must(r.t, err)
	for _, c := range all {
		if c.Owner.Addr == owner {
			return c
		}
	}
	r.t.Fatalf("no calendar of %q in %+v", owner, all)
	return Calendar{}
}

func (r *rig) sees(subject string) bool {
	from, to := r.m.window()
	events, err := r.m.Events(r.t.Context(), from, to)
	must(r.t, err)
	for _, e := range events {
		if e.Subject == subject {
			return true
		}
	}
	return false
}

func TestAcceptedCalendarIsMirrored(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(1)
	his := r.colleague()
	r.reg.ShareCalendar(jonas, "", me, "write")
	r.start()
	r.synced()
	c := r.calendar(jonas)
	if r.sees("His visit") || c.Owner.Name != "Jonas Weber" || c.CanEdit || c.Default || c.Picked {
		t.Fatalf("%+v", c)
	}
	must(t, r.m.PickCalendar(ctx, c.ID, true))
	r.until("it is read", func() bool { return r.sees("His visit") })
	if e := r.find("His visit"); e.CanEdit {
		t.Error("it may be changed")
	}
	if _, err := r.m.CreateEvent(ctx, NewEvent{CalendarID: c.ID, Subject: "x", Start: r.now(), End: r.now().Add(time.Hour)}); !errors.Is(err, ErrNotOrganizer) {
		t.Errorf("made in it: %v", err)
	}
	// Not picked: hidden and not read, but kept.
	must(t, r.m.PickCalendar(ctx, c.ID, false))
	if found, err := r.m.FindEvents(ctx, r.m.ParseSearch("visit"), 9); r.sees("His visit") || !r.sees("Review") || err != nil || len(found) > 0 {
		t.Errorf("it is seen, or found: %+v, %v", found, err)
	}
	r.synced() // no round that began before goes on
	day := r.now().UTC().Truncate(24 * time.Hour)
	his.NewEvent(mailbox.Event{Subject: "Later", Start: day.Add(40 * time.Hour), End: day.Add(41 * time.Hour), StartZone: "UTC", EndZone: "UTC", IsOrganizer: true, Organizer: his.Owner().Address()})
	r.synced()
	if r.tally(`SELECT count(*) FROM event WHERE subject='Later'`) != 0 || r.tally(`SELECT count(*) FROM event WHERE subject='His visit'`) != 1 {
		t.Error("it was read")
	}
	must(t, r.m.PickCalendar(ctx, c.ID, true))
	r.synced()
	if !r.sees("His visit") || !r.sees("Later") {
		t.Error("it did not go on")
	}
	// Taken back: told, and the rest goes on.
	_ = his.Do(func(b *mailbox.Box) error {
		k := b.Calendars()[0]
		b.Unshare(k, k.Permissions[0])
		return nil
	})
	r.box.NewEvent(mailbox.Event{Subject: "Own", Start: day.Add(36 * time.Hour), End: day.Add(37 * time.Hour), StartZone: "UTC", EndZone: "UTC", IsOrganizer: true, Organizer: r.box.Owner().Address()})
	r.until("the rest goes on", func() bool { return r.sees("Own") })
}

func TestPickingLosesNothingPending(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(1)
	r.start()
	r.synced()
	c := r.calendar("")
	r.offline()
	text := "Changed"
	id := r.find("Review").ID
	must(t, r.m.EditEvent(ctx, id, EventEdit{Subject: &text}))
	must(t, r.m.PickCalendar(ctx, c.ID, false))
	if e, err := r.m.Event(ctx, id); err != nil || e.Subject != "Changed" {
		t.Errorf("%+v, %v", e, err)
	}
	r.down.Store(false)
	r.m.SyncNow(r.account)
	r.sent()
	must(t, r.m.PickCalendar(ctx, c.ID, true))
	r.synced()
	r.same()
	if !r.sees("Changed") {
		t.Error("the edit is lost")
	}
}

func TestColleaguesCalendar(t *testing.T) {
	r, ctx := newRig(t), t.Context()
	r.furnish(1)
	his := r.colleague()
	r.start()
	r.synced()
	for _, addr := range []string{jonas, "ghost@harborline.example"} {
		if _, err := r.m.AddColleague(ctx, r.account, addr); !errors.Is(err, ErrNotShared) {
			t.Errorf("%s: %v", addr, err)
		}
	}
	for _, addr := range []string{"", "no address", me} {
		if _, err := r.m.AddColleague(ctx, r.account, addr); !errors.As(err, new(ErrBadInput)) {
			t.Errorf("%q: %v", addr, err)
		}
	}
	_ = his.Do(func(b *mailbox.Box) error {
		b.Share(b.Calendars()[0], r.box.Owner().Address(), "read")
		return nil
	})
	c, err := r.m.AddColleague(ctx, r.account, " "+jonas+" ")
	must(t, err)
	if !c.Colleague || c.Owner.Addr != jonas || c.CanEdit {
		t.Errorf("%+v", c)
	}
	r.synced()
	if !r.sees("His visit") {
		t.Fatal("not mirrored")
	}
	again, err := r.m.AddColleague(ctx, r.account, jonas)
	must(t, err)
	if again.ID != c.ID {
		t.Error("added twice")
	}
	_ = his.Do(func(b *mailbox.Box) error {
		k := b.Calendars()[0]
		b.Unshare(k, k.Permissions[0])
		return nil
	})
	r.until("it is told", func() bool { return r.calendar(jonas).Denied })
	r.synced()
	if !r.sees("His visit") { // what was mirrored stays until it is removed
		t.Error("a refusal deleted something")
	}
	must(t, r.m.RemoveColleague(ctx, c.ID))
	if r.sees("His visit") || r.tally(`SELECT count(*) FROM sync_state WHERE scope LIKE 'events:users/%'`) != 0 {
		t.Error("something is left of it")
	}
	if err := r.m.RemoveColleague(ctx, r.calendar("").ID); !errors.As(err, new(ErrBadInput)) {
		t.Errorf("the own calendar was removed: %v", err)
	}
	r.same()
}

func TestSharedWithoutThePermission(t *testing.T) {
	r := newRig(t)
	r.scopes = []string{"User.Read", "Mail.ReadWrite", "Calendars.ReadWrite"}
	r.furnish(2)
	r.colleague()
	r.reg.ShareCalendar(jonas, "", me, "read")
	r.start()
	r.synced() // contacts, categories and the shared calendar are left out; the round is whole
	r.same()
	if r.tally(`SELECT count(*) FROM contact_folder`)+r.tally(`SELECT count(*) FROM category`) != 0 {
		t.Error("what is not allowed was read")
	}
}
