package mirror

import (
	"errors"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
)

// otherAddress gives the mailbox an address that is not what the person signs in as. Before furnish.
func (r *rig) otherAddress(addr string) {
	owner := r.box.Owner()
	owner.Mail = addr
	r.reg.Remove(r.box)
	r.box = r.reg.Add(owner)
}

const mayasMail = "m.torres@harborline-sales.example"

func TestOwnCalendarsOfAnotherAddress(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t), t.Context()
	r.otherAddress(mayasMail)
	must(t, r.box.Do(func(b *mailbox.Box) error {
		b.NewCalendar("Travel", "lightBlue")
		return nil
	}))
	r.furnish(1)
	r.colleague()
	r.reg.ShareCalendar(jonas, "", me, "write")
	r.start()
	r.synced()
	own := map[string]bool{}
	all, err := r.m.Calendars(ctx, r.account)
	must(t, err)
	for _, c := range all {
		if c.Owner.Addr == "" {
			own[c.Name] = c.CanEdit && c.Picked
		}
		if c.Default != (c.Name == "Calendar" && c.Owner.Addr == "") {
			t.Errorf("%+v", c)
		}
	}
	if len(own) != 2 || !own["Calendar"] || !own["Travel"] {
		t.Fatalf("own calendars that are shown and changed: %v of %+v", own, all)
	}
	if c := r.calendar(jonas); c.CanEdit || c.Picked {
		t.Errorf("somebody else's: %+v", c)
	}
	for range 2 { // the second time it is known before the first round
		a, err := r.m.account(ctx, r.account)
		must(t, err)
		if a.Address != mayasMail || !a.Is("M.Torres@harborline-sales.example") || !a.Is(me) || a.Is("") || a.Is(jonas) {
			t.Errorf("%+v", a)
		}
		r.stop()
		r.down.Store(true)
		r.start()
		if !r.m.runner(r.account).isMe(mayasMail) {
			t.Error("the address is forgotten")
		}
		r.down.Store(false)
		r.synced()
	}
	r.same()
	if e := r.find("Review"); e.Organizer.Addr != mayasMail || !e.CanEdit {
		t.Errorf("%+v", e)
	}
	for _, addr := range []string{me, mayasMail} {
		if _, err := r.m.AddColleague(ctx, r.account, addr); !errors.As(err, new(ErrBadInput)) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

// What one has sent is one's own by the mailbox's address too, and so is an event made here before the service has it.
func TestMailFromAnotherAddressIsOnesOwn(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t), t.Context()
	r.otherAddress(mayasMail)
	r.furnish(1)
	r.start()
	r.synced()
	_, err := r.m.SendMail(ctx, NewMail{To: []Address{{Addr: "anna.lindqvist@nordwind-logistics.example"}}, Subject: "Sent here", Text: "Hello"})
	must(t, err)
	r.sent()
	r.synced()
	touches, err := r.m.Touches(ctx, []string{"anna.lindqvist@nordwind-logistics.example"}, 50)
	must(t, err)
	kinds := map[string]string{}
	for _, touch := range touches {
		kinds[touch.Subject] = touch.Kind
	}
	if kinds["Sent here"] != "mail.out" || kinds["Quote 0"] != "mail.in" {
		t.Errorf("%v", kinds)
	}
	r.offline()
	start := r.now().UTC().Truncate(time.Hour).Add(50 * time.Hour)
	id, err := r.m.CreateEvent(ctx, NewEvent{Subject: "Visit", Start: start, End: start.Add(time.Hour)})
	must(t, err)
	if e, err := r.m.Event(ctx, id); err != nil || e.Organizer.Addr != mayasMail {
		t.Errorf("%+v %v", e, err)
	}
}

// A mirror that has taken one's own calendar for somebody else's puts it right.
func TestCalendarTurnsOutToBeOnesOwn(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t), t.Context()
	r.otherAddress(mayasMail)
	r.furnish(1)
	r.pollEvery = time.Hour
	r.start()
	r.synced()
	must(t, r.db.Write(ctx, "take it for somebody else's", func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE calendar SET owner_addr=?, can_edit=0, is_default=0, picked=0`, mayasMail)
		return err
	}))
	r.stop()
	r.start()
	r.synced()
	if c := r.calendar(""); !c.CanEdit || !c.Default || !c.Picked {
		t.Errorf("%+v", c)
	}
	r.same()
}
