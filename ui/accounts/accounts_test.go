package accounts

import (
	"context"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

type data []mirror.Account

func (d data) Accounts(context.Context) ([]mirror.Account, error) { return d, nil }

// Status tells of the problems below.
func (d data) Status(context.Context) ([]mirror.Status, error) {
	var out []mirror.Status
	for _, a := range d {
		out = append(out, mirror.Status{AccountID: a.ID, Problem: problems[a.Name]})
	}
	return out, nil
}

// problems are what the mirror tells of accounts by name.
var problems = map[string]string{"Maya Torres of the full disk": "diskfull"}

func TestAnAccountSaysWhyItIsNotUpToDate(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	p := New(h, data{{ID: 1, Name: "Maya Torres of the full disk"}})
	h.Window().SetContent(p.Object())
	p.Opened()
	h.Until("why", func() bool {
		return uitest.Shows(p.Object(), "Not up to date") && uitest.Shows(p.Object(), "The disk is full")
	})
	was := p.list.Objects[0]
	h.Changes().Announce(store.Sync)
	h.Settle()
	if p.list.Objects[0] != was {
		t.Fatal("a round without news builds the panel anew")
	}
}

func TestEachAccountSaysWhatItMayAndOffersWhatHelps(t *testing.T) {
	all := []string{}
	for _, f := range auth.Features() {
		all = append(all, f.Scopes...)
	}
	for _, tc := range []struct {
		name    string
		account mirror.Account
		passing bool
		shows   []string
		button  string // leads to signing in again
	}{
		{"all is well", mirror.Account{Granted: all}, false, []string{"Signed in", "allowed", "Sends what you write"}, "Sign in again"},
		{"has to sign in", mirror.Account{Granted: all, SignIn: true}, false, []string{"Sign in again"}, "Sign in again"},
		{"without sending", mirror.Account{Granted: []string{"User.Read", "Mail.ReadWrite", "Calendars.Read", "Contacts.Read", "MailboxSettings.Read"}}, false,
			[]string{"Some permissions are missing", "not granted", "to read only", "Mail cannot be sent from here", "Check again"}, "Sign in again to allow it"},
		{"until the program quits", mirror.Account{Granted: all}, true, []string{"kept until you quit"}, "Sign in again"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := uitest.New(t, fyne.NewSize(1024, 640))
			tc.account.UPN, tc.account.Name, tc.account.Key = "maya@contoso.example", "Maya Torres", "t.o"
			p := New(h, data{tc.account})
			var did []string
			note := func(what string) func() { return func() { did = append(did, what) } }
			p.OnSignIn = func(upn string) { did = append(did, "in "+upn) }
			p.OnSignOut = func(a mirror.Account) { did = append(did, "out "+a.UPN) }
			p.OnAdd, p.OnApproval, p.OnAdvanced, p.OnCheck, p.OnClose = note("add"), note("approval"), note("advanced"), note("check"), note("close")
			p.Passing = func(key string) bool { return key == "t.o" && tc.passing }
			h.Window().SetContent(p.Object())
			h.Window().Resize(fyne.NewSize(1024, 640))
			p.Opened()
			h.Until("the account", func() bool {
				return uitest.Shows(p.Object(), "Maya Torres") && uitest.Shows(p.Object(), "maya@contoso.example")
			})
			for _, want := range tc.shows {
				if !uitest.Shows(p.Object(), want) {
					t.Errorf("%q is not on the panel: %q", want, uitest.Texts(p.Object()))
				}
			}
			for _, b := range []string{tc.button, "Sign out…", "Add an account", "Administrator's approval", "Advanced"} {
				if !uitest.Press(p.Object(), b) {
					t.Errorf("no button %q", b)
				}
			}
			if want := []string{"in maya@contoso.example", "out maya@contoso.example", "add", "approval", "advanced"}; !slices.Equal(did, want) {
				t.Errorf("the buttons did %q, want %q", did, want)
			}
		})
	}
}

func TestNobodySignedInSaysWhatToDo(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	p := New(h, data{})
	h.Window().SetContent(p.Object())
	p.Opened()
	h.Until("what to do", func() bool {
		return uitest.Shows(p.Object(), "Nobody is signed in") && uitest.Shows(p.Object(), "Add an account")
	})
}
