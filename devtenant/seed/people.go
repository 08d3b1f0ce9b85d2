package seed

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"supercrm/devtenant/zones"
)

type user struct {
	ID       string `json:"id"`
	UPN      string `json:"userPrincipalName"`
	Mail     string `json:"mail"`
	Name     string `json:"displayName"`
	JobTitle string `json:"jobTitle"`
	Type     string `json:"userType"`
	Enabled  *bool  `json:"accountEnabled"`
}

func (u user) person(path string) Person {
	return Person{Path: path, ID: u.ID, UPN: u.UPN, Mail: u.Mail, Name: u.Name, JobTitle: u.JobTitle}
}

const userFields = "id,userPrincipalName,mail,displayName,jobTitle"

// Me is the person who signed in.
func (s *Seeder) Me(ctx context.Context) (Person, error) {
	var u user
	err := s.client(Person{Path: "/me"}).get(ctx, "", query("$select", userFields), &u)
	return u.person("/me"), doing("ask who signed in", err)
}

// Find is the person with a sign-in name or object id. Where the directory may not be read, the name is made of the
// sign-in name: the mailbox is all that is needed.
func (s *Seeder) Find(ctx context.Context, name string) (Person, error) {
	path := "/users/" + url.PathEscape(name)
	var u user
	err := s.client(Person{Path: path}).get(ctx, "", query("$select", userFields), &u)
	if refused := (*Error)(nil); errors.As(err, &refused) && refused.Status == http.StatusForbidden {
		return Person{Path: path, ID: strings.ToLower(name), UPN: name, Mail: name, Name: nameFrom(name)}, nil
	}
	return u.person(path), doing("look up "+name, err)
}

// nameFrom makes "Maya Torres" of maya.torres@example.com.
func nameFrom(upn string) string {
	local, _, _ := strings.Cut(upn, "@")
	words := strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, w := range words {
		r := []rune(w)
		r[0] = unicode.ToUpper(r[0])
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// People are the tenant's users who may have a mailbox: no guests, no switched-off accounts, none without an address.
func (s *Seeder) People(ctx context.Context) ([]Person, error) {
	var out []Person
	err := list(ctx, s.client(Person{Path: "/users"}), "", query("$select", userFields+",userType,accountEnabled", "$top", "100"), func(u user) {
		if u.Mail == "" || strings.EqualFold(u.Type, "Guest") || u.Enabled != nil && !*u.Enabled {
			return
		}
		out = append(out, u.person("/users/"+url.PathEscape(u.ID)))
	})
	return out, doing("list the tenant's users", err)
}

// access tries each kind of thing before any is made, so that a missing permission or mailbox shows at once.
func (c *client) access(ctx context.Context) error {
	for _, probe := range []struct {
		what, path string
		q          url.Values
	}{
		{"read the mailbox", "/mailFolders/inbox", query("$select", "id")},
		{"read the calendars", "/calendars", query("$select", "id", "$top", "1")},
		{"read the contacts", "/contacts", query("$select", "id", "$top", "1")},
		{"read the categories", "/outlook/masterCategories", nil},
	} {
		if err := c.get(ctx, probe.path, probe.q, nil); err != nil {
			return doing(probe.what+" of "+c.who.UPN, err)
		}
	}
	return nil
}

// zone of the mailbox, as far as it is one that we know.
func (c *client) zone(ctx context.Context) (string, error) {
	var settings struct {
		TimeZone string `json:"timeZone"`
	}
	if err := c.get(ctx, "/mailboxSettings", nil, &settings); err != nil {
		return "", doing("read the mailbox's settings", err)
	}
	if _, err := zones.Load(settings.TimeZone); err != nil {
		return "", nil // a zone of the mailbox's own making: the demo's will do
	}
	return settings.TimeZone, nil
}
