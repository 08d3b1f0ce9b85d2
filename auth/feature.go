package auth

import "strings"

// Feature is one thing that the program does with the person's account, the permissions it takes, and why: what an
// administrator reads before approving, and what is switched off when a permission is missing. Texts are English.
type Feature struct {
	ID      string // stable: signin, mail, send, calendar, contacts, settings
	Name    string // what it is, a few words
	Reason  string // why the permissions are asked for, one sentence
	Without string // what does not work without them, and what still does, one sentence
	Scopes  []string
	// Reading are the scopes with which the feature still shows things, though nothing can be changed. May be empty.
	Reading []string
}

// Features is all of them, in the order in which they are shown. The slice is fresh.
func Features() []Feature {
	return []Feature{
		{ID: "signin", Name: "Know who you are, and stay signed in",
			Reason:  "Shows your name, and goes on syncing without asking you every hour.",
			Without: "Nothing works without it.",
			Scopes:  []string{"openid", "profile", "email", "offline_access", "User.Read"}},
		{ID: "mail", Name: "Read and file your mail",
			Reason:  "Shows it beside your customers; read marks, flags and filing go back to Outlook.",
			Without: "Your mail cannot be mirrored or filed.",
			Scopes:  []string{"Mail.ReadWrite"}, Reading: []string{"Mail.Read"}},
		{ID: "send", Name: "Send mail that you have written",
			Reason:  "Sends what you write, when you press Send, and nothing else.",
			Without: "Mail cannot be sent from here. Reading and filing work.",
			Scopes:  []string{"Mail.Send"}},
		{ID: "calendar", Name: "Read and change your calendar",
			Reason:  "Shows meetings beside the customers in them; makes, moves and answers them for you.",
			Without: "Meetings cannot be made, moved or answered from here.",
			Scopes:  []string{"Calendars.ReadWrite"}, Reading: []string{"Calendars.Read"}},
		{ID: "shared", Name: "Read calendars that colleagues share",
			Reason:  "Shows a colleague's calendar beside yours when you pick it.",
			Without: "Calendars that others share with you cannot be shown. Your own are.",
			Scopes:  []string{"Calendars.Read.Shared"}},
		{ID: "contacts", Name: "Read your contacts",
			Reason:  "Fills in names and phone numbers when you add somebody to your customers.",
			Without: "Outlook's contacts are not offered when you add somebody.",
			Scopes:  []string{"Contacts.Read"}},
		{ID: "settings", Name: "Read your mailbox settings",
			Reason:  "Uses the time zone and working hours that you have set in Outlook.",
			Without: "This computer's time zone is used instead of Outlook's.",
			Scopes:  []string{"MailboxSettings.Read"}},
	}
}

// Level is how much of a feature the granted permissions allow.
type Level int

// The levels.
const (
	Off     Level = iota // not at all
	Reading              // shows things, changes nothing
	Full
)

// Allowed tells how much of the feature works with the granted scopes (Graph's bare names or full addresses, any case). The OpenID scopes
// count as granted: servers do not repeat them reliably.
func (f Feature) Allowed(granted []string) Level {
	switch {
	case hasScopes(granted, f.Scopes):
		return Full
	case len(f.Reading) > 0 && hasScopes(granted, f.Reading):
		return Reading
	}
	return Off
}

// MissingFeatures lists the features that do not work in full with the granted scopes.
func MissingFeatures(granted []string) []Feature {
	var out []Feature
	for _, f := range Features() {
		if f.Allowed(granted) != Full {
			out = append(out, f)
		}
	}
	return out
}

// FeatureByID finds a feature; ok is false if there is none.
func FeatureByID(id string) (f Feature, ok bool) {
	for _, f := range Features() {
		if f.ID == id {
			return f, true
		}
	}
	return Feature{}, false
}

// openIDScopes are granted with every sign-in that succeeds, whether the answer lists them or not.
var openIDScopes = []string{"openid", "profile", "email", "offline_access"}

func hasScopes(granted, wanted []string) bool {
	for _, want := range wanted {
		if !hasScope(granted, want) && !hasScope(openIDScopes, want) {
			return false
		}
	}
	return true
}

func hasScope(granted []string, want string) bool {
	for _, g := range granted {
		if strings.EqualFold(bareScope(g), want) {
			return true
		}
	}
	return false
}
