package frame

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

func TestDescribe(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(800, 100))
	at := time.Date(2026, 3, 4, 10, 42, 0, 0, time.UTC)
	clock := func(t time.Time) string { return t.UTC().Format("15:04") }
	name := func(id int64) string { return map[int64]string{1: "maya@a.example", 2: "ben@b.example"}[id] }
	for _, c := range []struct {
		name string
		in   []mirror.Status
		want string
	}{
		{"nobody", nil, "Not signed in"},
		{"current", []mirror.Status{{SyncedAt: at}}, "Synced 10:42"},
		{"the account that lags behind counts", []mirror.Status{{SyncedAt: at.Add(time.Hour)}, {SyncedAt: at}}, "Synced 10:42"},
		{"first mirroring", []mirror.Status{{Syncing: true, Done: 120, Total: 400}}, "Mirroring mail: 120 of 400"},
		{"offline is a state", []mirror.Status{{Offline: true, SyncedAt: at}}, "Offline, you can go on working · synced 10:42"},
		{"sign in again wins", []mirror.Status{{SignIn: true, Offline: true}}, "The account needs you to sign in again. What is mirrored stays here · not synced yet"},
		{"keychain", []mirror.Status{{Problem: "keychain", SyncedAt: at}}, "The keychain does not give the sign-in, trying again. What is mirrored stays here · synced 10:42"},
		{"full disk", []mirror.Status{{Problem: "diskfull", SyncedAt: at}}, "The disk is full: nothing new can be kept. Free some space."},
		{"read only", []mirror.Status{{Problem: "readonly", SyncedAt: at}}, "The program's file may only be read: nothing new can be kept. Check the permissions of its folder."},
		{"damaged", []mirror.Status{{Problem: "damaged", SyncedAt: at}}, "The program's file is damaged. Quit and start again: what is yours will be taken over into a new one."},
		{"the account is named among several", []mirror.Status{{AccountID: 1, SyncedAt: at}, {AccountID: 2, SignIn: true, SyncedAt: at}},
			"ben@b.example needs you to sign in again · synced 10:42"},
		{"the worst comes first, and hides nothing", []mirror.Status{{AccountID: 1, SignIn: true, SyncedAt: at}, {AccountID: 2, Problem: "diskfull", SyncedAt: at}},
			"The disk is full: nothing new can be kept. Free some space. · maya@a.example needs you to sign in again"},
		{"whatever their order", []mirror.Status{{AccountID: 1, Problem: "damaged"}, {AccountID: 2, Problem: "server"}},
			"The program's file is damaged. Quit and start again: what is yours will be taken over into a new one. · The mailbox of ben@b.example does not answer as it should, trying again"},
		{"both are offline", []mirror.Status{{AccountID: 1, Offline: true, SyncedAt: at}, {AccountID: 2, Offline: true, SyncedAt: at}}, "Offline, you can go on working · synced 10:42"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Describe(c.in, name, clock).Text; got != c.want {
				t.Fatalf("got %q", got)
			}
		})
	}
	s := newStatus()
	h.Window().SetContent(s.Object())
	s.Set(Describe([]mirror.Status{{SyncedAt: at, Pending: 2, Failed: 1}}, name, clock))
	for _, want := range []string{"Synced 10:42", "2 pending", "1 needs you", "Sync now"} {
		if !uitest.Shows(s.Object(), want) {
			t.Errorf("the line lacks %q: %q", want, uitest.Texts(s.Object()))
		}
	}
	called := false
	s.OnPending = func() { called = true }
	if !uitest.Press(s.Object(), "2 pending") || !called {
		t.Error("a click on what is pending does nothing")
	}
}

// Signing in again opens the account concerned, and hides the others' way to be synced only if nobody could be.
func TestSigningInAgainIsAboutTheAccountConcerned(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1200, 100))
	name := func(id int64) string { return map[int64]string{1: "maya@a.example", 2: "ben@b.example"}[id] }
	for _, c := range []struct {
		name string
		in   []mirror.Status
		to   int64
		sync bool
	}{
		{"signed out", []mirror.Status{{AccountID: 1}, {AccountID: 2, SignIn: true}}, 2, true},
		{"the keychain", []mirror.Status{{AccountID: 1}, {AccountID: 2, Problem: "keychain"}}, 2, true},
		{"signed out comes before the keychain", []mirror.Status{{AccountID: 1, Problem: "keychain"}, {AccountID: 2, SignIn: true}}, 2, true},
		{"nobody can be synced", []mirror.Status{{AccountID: 1, SignIn: true}, {AccountID: 2, SignIn: true}}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStatus()
			h.Window().SetContent(s.Object())
			h.Window().Resize(fyne.NewSize(1200, 100))
			asked := int64(0)
			s.OnSignIn = func(account int64) { asked = account }
			s.Set(Describe(c.in, name, func(time.Time) string { return "" }))
			if !uitest.Press(s.Object(), "Sign in again") || asked != c.to {
				t.Errorf("it is about account %d, want %d", asked, c.to)
			}
			if got := uitest.Shows(s.Object(), "Sync now"); got != c.sync {
				t.Errorf("Sync now is shown: %v", got)
			}
		})
	}
}
