package ui_test

import (
	"net/url"
	"testing"

	"supercrm/devtenant/directory"
	"supercrm/outlook/mirror"
)

const noraUPN = "nora.berg@nordwind.example"

// secondTenant adds another organization with one person.
func (h *house) secondTenant() {
	h.t.Helper()
	for _, change := range []struct {
		name   string
		values map[string]string
	}{
		{"add-tenant", map[string]string{"domain": "nordwind.example", "name": "Nordwind", "user_consent": "all"}},
		{"add-user", map[string]string{"tenant": "nordwind.example", "upn": noraUPN, "name": "Nora Berg", "password": directory.DemoPassword}},
	} {
		if _, err := h.tenant.Control(change.name, change.values); err != nil {
			h.t.Fatal(err)
		}
	}
}

// as has the next sign-ins be of this person.
func (h *house) as(upn string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.who = upn
}

// question is what the browser was last asked with.
func (h *house) question() url.Values {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	u, err := url.Parse(h.address)
	if err != nil {
		h.t.Fatal(err)
	}
	return u.Query()
}

// known gives the accounts by name.
func (h *house) known() map[string]mirror.Account {
	h.t.Helper()
	all, err := h.mirror.Accounts(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[string]mirror.Account{}
	for _, a := range all {
		out[a.UPN] = a
	}
	return out
}

// add goes through Add an account as upn.
func (h *house) add(upn string) {
	h.t.Helper()
	h.as(upn)
	h.win.OpenAccounts()
	h.until("the accounts", func() bool { return h.shows("Add an account") })
	h.press("Add an account")
	h.press("Sign in with Microsoft")
	h.sees("the pages again", func() bool { return h.shows("Inbox") && h.shows("Signed in as "+upn) })
	if q := h.question(); q.Get("prompt") != "select_account" || q.Has("login_hint") {
		h.t.Errorf("an account was added with %v", q)
	}
}

// TestSeveralAccountsOfSeveralTenants: two people of two organizations at once, each with a token and a mailbox of their
// own; one is signed in again, by mistake as the other, and signed out, while the other is not touched.
func TestSeveralAccountsOfSeveralTenants(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	h.secondTenant()
	h.add(noraUPN)
	both := h.known()
	maya, nora := both[directory.DemoUPN], both[noraUPN]
	if len(both) != 2 || maya.Key[:36] == nora.Key[:36] {
		t.Fatalf("accounts %+v", both)
	}
	for _, a := range both {
		if _, err := h.keys.Get(t.Context(), a.Key); err != nil {
			t.Errorf("%s has no sign-in of its own: %v", a.UPN, err)
		}
	}
	h.until("both mailboxes", func() bool {
		all, err := h.mirror.Status(t.Context())
		return err == nil && len(all) == 2 && !all[0].SyncedAt.IsZero() && !all[1].SyncedAt.IsZero() && all[0].Done >= all[0].Total && all[1].Done >= all[1].Total
	})
	h.add(noraUPN) // the same once more changes nothing, and Welcome does not stay
	if again := h.known(); len(again) != 2 || again[noraUPN].ID != nora.ID {
		t.Errorf("after adding the same account: %+v", again)
	}

	h.tenant.Revoke(noraUPN)
	if _, err := h.tenant.Control("cae", map[string]string{"upn": noraUPN}); err != nil {
		t.Fatal(err)
	}
	h.mirror.SyncNow(nora.ID)
	h.until("Nora to have to sign in again", func() bool { return h.known()[noraUPN].SignIn && h.shows("Sign in again") })
	again := func(as string, other bool, shows string) {
		t.Helper()
		h.as(as)
		h.other = other
		h.press("Sign in again") // of the status line: there may be a button of that name for each account elsewhere
		h.until("welcome", func() bool { return h.shows("Sign in with Microsoft") })
		h.press("Sign in with Microsoft")
		h.sees(shows, func() bool { return h.shows(shows) && h.shows("Inbox") })
		if q := h.question(); !other && (q.Get("login_hint") != noraUPN || q.Has("prompt")) {
			t.Errorf("signed in again with %v", q)
		}
	}
	if h.known()[directory.DemoUPN].SignIn {
		t.Error("Maya has to sign in again because Nora has")
	}
	again(directory.DemoUPN, true, "You signed in as "+directory.DemoUPN+", not as "+noraUPN)
	if !h.known()[noraUPN].SignIn {
		t.Error("another's sign-in counts as Nora's")
	}
	again(noraUPN, false, "Inbox")
	h.until("Nora's mailbox", func() bool { return !h.known()[noraUPN].SignIn })

	if err := h.session.SignOut(t.Context(), h.known()[noraUPN]); err != nil {
		t.Fatal(err)
	}
	var hers, his int
	if err := h.db.Reader().QueryRow("SELECT (SELECT count(*) FROM message WHERE account_id = ?), (SELECT count(*) FROM message WHERE account_id = ?)", nora.ID, maya.ID).Scan(&hers, &his); err != nil || hers != 0 || his == 0 {
		t.Errorf("after Nora has signed out, %d of her messages and %d of Maya's are left, %v", hers, his, err)
	}
	if _, err := h.keys.Get(t.Context(), nora.Key); err == nil {
		t.Error("Nora's sign-in is still kept")
	}
	if left, err := h.session.Verify(t.Context()); err != nil || len(left) != 1 || left[0].UPN != directory.DemoUPN || left[0].SignIn {
		t.Errorf("Maya's sign-in does not hold: %+v, %v", left, err)
	}
}

// TestAnApprovalIsProvedSilently: what an administrator has approved since reaches an account without a sign-in.
func TestAnApprovalIsProvedSilently(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.signIn()
	h.grant("User.Read Mail.ReadWrite Calendars.Read Contacts.Read MailboxSettings.Read")
	h.until("the banner", func() bool { return h.shows("Mail cannot be sent from here") })
	opened := h.asked
	h.win.OpenAccounts()
	h.until("the accounts", func() bool { return h.shows("Check again") })
	h.press("Check again")
	h.sees("the proof", func() bool { return h.shows("Everything is allowed now") && !h.shows("Mail cannot be sent from here") })

	h.grant("User.Read Mail.ReadWrite Calendars.Read Contacts.Read MailboxSettings.Read")
	h.win.OpenAccounts()
	h.until("the accounts", func() bool { return h.shows("Administrator's approval") })
	h.press("Administrator's approval")
	h.press("It is approved: check my accounts")
	h.until("the proof", func() bool { return h.shows("everything is allowed") })
	h.press("Done")
	h.until("the pages without the banner", func() bool { return h.shows("Inbox") && !h.shows("Mail cannot be sent from here") })
	if h.asked != opened {
		t.Errorf("the browser was opened %d times for it", h.asked-opened)
	}
}
