package ui_test

import (
	"testing"
	"time"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// grant changes what the account's organization has granted, as a sign-in with fewer permissions would.
func (h *house) grant(scopes string) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), "grant", func(tx *store.Tx) error {
		tx.Changed(store.Accounts)
		_, err := tx.ExecContext(h.t.Context(), "UPDATE account SET granted = ?", scopes)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}

const whole = "User.Read Mail.ReadWrite Mail.Send Calendars.ReadWrite Contacts.Read MailboxSettings.Read"

func TestMissingPermissionsSwitchOffWhatNeedsThem(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	if h.shows("A permission is missing") {
		t.Fatal("everything was granted, and yet something is missed")
	}
	h.grant("User.Read Mail.ReadWrite Calendars.Read Contacts.Read MailboxSettings.Read")
	h.until("the banner on Mail", func() bool { return h.shows("Mail cannot be sent from here") })
	h.win.Compose(page.Mail, "Ann", "ann@example.com")
	h.until("why Send is off", func() bool { return h.shows("Sending is not allowed here") })

	h.win.Open(page.Calendar, 0)
	h.until("the banner on Calendar", func() bool { return h.shows("Meetings cannot be made, moved or answered") })
	if h.shows("Mail cannot be sent") {
		t.Error("Mail's banner is on Calendar")
	}
	h.win.Compose(page.Calendar, "Ann", "ann@example.com")
	h.until("why no meeting can be made", func() bool { return h.shows("allowed this calendar to be read only") })

	h.press("What was granted")
	h.until("the accounts", func() bool {
		return h.shows("Accounts and permissions") && h.shows("to read only") && h.shows("not granted")
	})
	h.press("Administrator's approval")
	h.until("the approval page", func() bool { return h.shows("Approve for your organization") })
	h.press("Back")
	h.press("Back")

	h.grant(whole)
	h.until("no banner", func() bool { return !h.shows("A permission is missing") })
	h.win.Open(page.Mail, 0)
	h.until("Send again", func() bool { return !h.shows("Sending is not allowed") && h.shows("Send") })
	// What was typed is still there, and goes.
	h.win.Compose(page.Mail, "Ann", "ann@example.com")
	h.press("Send")
	h.until("an answer of the composer", func() bool { return h.shows("nothing written yet") })
}

func TestAReadOnlyCalendarIsNotEditedBehindThePage(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	now := time.Now()
	all, err := h.mirror.Events(t.Context(), now.AddDate(0, 0, -7), now.AddDate(0, 0, 7))
	if err != nil || len(all) == 0 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	var own mirror.Event
	for _, e := range all {
		if e.CanEdit {
			own = e
		}
	}
	if own.ID == 0 {
		t.Fatal("nothing to edit")
	}
	h.grant("User.Read Mail.ReadWrite Mail.Send Calendars.Read Contacts.Read MailboxSettings.Read")
	d := h.win.CalendarData()
	title := "Moved"
	if err := d.EditEvent(t.Context(), own.ID, mirror.EventEdit{Subject: &title}); err == nil {
		t.Error("edited")
	}
	if err := d.DeleteEvent(t.Context(), own.ID); err == nil {
		t.Error("deleted")
	}
	if _, err := d.CreateEvent(t.Context(), mirror.NewEvent{AccountID: own.AccountID, Subject: "x", Start: now, End: now.Add(time.Hour)}); err == nil {
		t.Error("created")
	}
	if e, err := d.Event(t.Context(), own.ID); err != nil || e.CanEdit {
		t.Errorf("%+v, %v", e.CanEdit, err)
	}
	h.grant(whole)
	if e, err := d.Event(t.Context(), own.ID); err != nil || !e.CanEdit {
		t.Errorf("after granting: %v, %v", e.CanEdit, err)
	}
}
