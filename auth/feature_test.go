package auth

import (
	"slices"
	"testing"
)

func TestFeaturesCoverTheDefaultScopes(t *testing.T) {
	var all []string
	for _, f := range Features() {
		if f.ID == "" || f.Name == "" || len(f.Reason) < 20 || f.Without == "" || len(f.Scopes) == 0 {
			t.Errorf("%+v is not whole", f)
		}
		all = append(all, f.Scopes...)
	}
	if !slices.Equal(all, DefaultScopes()) {
		t.Errorf("asked for %v, explained %v", DefaultScopes(), all)
	}
}

func TestWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name    string
		granted []string
		want    map[string]Level
	}{
		{"everything", DefaultScopes(), nil},
		{"full addresses in any case", []string{"https://graph.microsoft.com/user.read", "MAIL.READWRITE", "Mail.Send", "Calendars.ReadWrite", "Calendars.Read.Shared", "Contacts.Read", "MailboxSettings.Read"}, nil},
		{"no sending", []string{"User.Read", "Mail.ReadWrite", "Calendars.ReadWrite", "Calendars.Read.Shared", "Contacts.Read", "MailboxSettings.Read"}, map[string]Level{"send": Off}},
		{"calendar to read", []string{"User.Read", "Mail.ReadWrite", "Mail.Send", "Calendars.Read", "Calendars.Read.Shared", "Contacts.Read", "MailboxSettings.Read"}, map[string]Level{"calendar": Reading}},
		{"a similar name", []string{"User.Read", "Mail.ReadWrite.Shared", "Mail.Send", "Calendars.ReadWrite", "Calendars.Read.Shared", "Contacts.Read", "MailboxSettings.Read"}, map[string]Level{"mail": Off}},
		{"nothing", nil, map[string]Level{"signin": Off, "mail": Off, "send": Off, "calendar": Off, "shared": Off, "contacts": Off, "settings": Off}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := map[string]Level{}
			for _, f := range MissingFeatures(c.granted) {
				got[f.ID] = f.Allowed(c.granted)
			}
			if len(got) != len(c.want) {
				t.Errorf("missing %v, want %v", got, c.want)
			}
			for id, l := range c.want {
				if have, ok := got[id]; !ok || have != l {
					t.Errorf("%s: %v %v, want %v", id, have, ok, l)
				}
			}
		})
	}
}
