package entra

import (
	"fmt"
	"slices"
	"strings"

	"supercrm/devtenant/directory"
)

// graphResource is Microsoft Graph as a resource: scopes without a prefix mean it.
const graphResource = "https://graph.microsoft.com"

// permission is one delegated permission that a program may ask for.
type permission struct {
	Name   string
	Title  string // the line on the consent page
	Detail string
	admin  bool // its own flag: only an administrator grants it
	// managed: an ordinary user cannot grant it under "Let Microsoft manage your consent settings"
	managed bool
	openID  bool // one of OpenID Connect's, not Graph's
}

// permissions is what exists, in the order a consent page lists it. Flags: entra-docs,
// manage-app-consent-policies (2026-01); names: Graph permissions reference.
var permissions = []permission{
	{Name: "openid", Title: "Sign you in", Detail: "The app learns that it is you, and nothing else.", openID: true},
	{Name: "profile", Title: "View your basic profile", Detail: "Your name and user name.", openID: true},
	{Name: "email", Title: "View your email address", Detail: "The app sees your primary email address.", openID: true},
	{Name: "offline_access", Title: "Maintain access to data you have given it access to",
		Detail: "The app keeps working when you are not at it. It gains no further permission.", openID: true},
	{Name: "User.Read", Title: "Sign you in and read your profile", Detail: "Your profile and basic facts about your company."},
	{Name: "User.ReadWrite", Title: "Read and update your profile", Detail: "Also changing what you may change of it yourself."},
	{Name: "User.ReadBasic.All", Title: "Read all users' basic profiles", Detail: "Names and addresses of people in your organization."},
	{Name: "User.Read.All", Title: "Read all users' full profiles", Detail: "Everything in your colleagues' profiles.", admin: true, managed: true},
	{Name: "User.ReadWrite.All", Title: "Read and write all users' full profiles", Detail: "Everything in your colleagues' profiles, also changing it.", admin: true, managed: true},
	{Name: "ProfilePhoto.ReadWrite.All", Title: "Read and write profile photos", Detail: "Photos of everybody in your organization.", admin: true, managed: true},
	{Name: "Directory.Read.All", Title: "Read directory data", Detail: "Users, groups and apps of your organization.", admin: true, managed: true},
	{Name: "Mail.ReadBasic", Title: "Read your basic mail", Detail: "Senders, subjects and dates, but not the text.", managed: true},
	{Name: "Mail.Read", Title: "Read your mail", Detail: "All messages in your mailbox.", managed: true},
	{Name: "Mail.ReadWrite", Title: "Read and write access to your mail", Detail: "Read, change and delete your mail. Sending is not included.", managed: true},
	{Name: "Mail.Read.Shared", Title: "Read mail you can access", Detail: "Your own mail and mail shared with you.", managed: true},
	{Name: "Mail.ReadWrite.Shared", Title: "Read and write mail you can access", Detail: "Your own mail and mail shared with you.", managed: true},
	{Name: "Mail.Send", Title: "Send mail as you", Detail: "Messages go out in your name."},
	{Name: "Mail.Send.Shared", Title: "Send mail on behalf of others or yourself", Detail: "Also from mailboxes shared with you."},
	{Name: "Calendars.ReadBasic", Title: "Read basic details of your calendars", Detail: "Times and titles, but not the text.", admin: true, managed: true},
	{Name: "Calendars.Read", Title: "Read your calendars", Detail: "All events in your calendars.", managed: true},
	{Name: "Calendars.Read.Shared", Title: "Read calendars you can access", Detail: "Your own calendars and those shared with you.", managed: true},
	{Name: "Calendars.ReadWrite", Title: "Have full access to your calendars", Detail: "Read, create, change and delete events.", managed: true},
	{Name: "Calendars.ReadWrite.Shared", Title: "Read and write to your and shared calendars", Detail: "Also calendars shared with you.", managed: true},
	{Name: "Contacts.Read", Title: "Read your contacts", Detail: "The address book in your mailbox."},
	{Name: "Contacts.ReadWrite", Title: "Have full access to your contacts", Detail: "Read, create, change and delete contacts.", managed: true},
	{Name: "Contacts.Read.Shared", Title: "Read your and shared contacts", Detail: "Also contacts shared with you."},
	{Name: "Contacts.ReadWrite.Shared", Title: "Read and write to your and shared contacts", Detail: "Also contacts shared with you.", managed: true},
	{Name: "MailboxSettings.Read", Title: "Read your mailbox settings", Detail: "Time zone, working hours and language. Sending is not included.", managed: true},
	{Name: "MailboxSettings.ReadWrite", Title: "Read and write to your mailbox settings", Detail: "Also changing them. Sending is not included.", managed: true},
	{Name: "People.Read", Title: "Read your relevant people list", Detail: "The people you work with most.", managed: true},
	{Name: "People.Read.All", Title: "Read all users' relevant people lists", Detail: "The people your colleagues work with most.", admin: true, managed: true},
	{Name: "OnlineMeetings.Read", Title: "Read your online meetings", Detail: "Details of your online meetings.", managed: true},
	{Name: "OnlineMeetings.ReadWrite", Title: "Read and create your online meetings", Detail: "Also making new ones.", managed: true},
	{Name: "Tasks.Read", Title: "Read your tasks and task lists", Detail: "Also lists shared with you.", managed: true},
	{Name: "Tasks.ReadWrite", Title: "Create, read, update, and delete your tasks and task lists", Detail: "Also lists shared with you.", managed: true},
	{Name: "Presence.Read", Title: "Read your presence information", Detail: "Whether you are available, busy or away."},
	{Name: "Place.Read.All", Title: "Read all company places", Detail: "Rooms and room lists.", admin: true, managed: true},
}

func permissionNamed(name string) (permission, bool) {
	i := slices.IndexFunc(permissions, func(p permission) bool { return strings.EqualFold(p.Name, name) })
	if i < 0 {
		return permission{}, false
	}
	return permissions[i], true
}

// readScopes turns a space-separated scope parameter into canonical names in the order of the permissions table, without
// duplicates. Names are case-insensitive; `.default` means what the app declares and may not stand beside other
// permissions of Graph.
func readScopes(raw string, app directory.App) ([]string, *failure) {
	want := map[string]bool{}
	var hasDefault, hasNamed bool
	for _, name := range strings.Fields(raw) {
		bare := name
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			resource := strings.TrimRight(name[:i], "/") // "https://graph.microsoft.com//.default" is accepted too
			if !strings.EqualFold(resource, graphResource) {
				return nil, &failure{OAuth: "invalid_resource", Code: 500011,
					Text: fmt.Sprintf("The resource principal named %s was not found in the tenant.", resource)}
			}
			bare = name[i+1:]
		}
		if strings.EqualFold(bare, ".default") {
			hasDefault = true
			for _, s := range app.Scopes {
				if p, ok := permissionNamed(s); ok && !p.openID {
					want[p.Name] = true
				}
			}
			continue
		}
		p, ok := permissionNamed(bare)
		if !ok {
			return nil, &failure{OAuth: "invalid_client", Code: 650053,
				Text: fmt.Sprintf("The application '%s' asked for scope '%s' that doesn't exist on the resource '00000003-0000-0000-c000-000000000000'. Contact the app vendor.", app.Name, bare)}
		}
		hasNamed = hasNamed || !p.openID
		want[p.Name] = true
	}
	if hasDefault && hasNamed {
		return nil, &failure{OAuth: "invalid_scope", Code: 70011,
			Text: "The provided value for the input parameter 'scope' is not valid. .default scope can't be combined with resource-specific scopes."}
	}
	return inOrder(want), nil
}

// inOrder lists a set of scopes in the order of the permissions table.
func inOrder(set map[string]bool) []string {
	out := []string{}
	for _, p := range permissions {
		if set[p.Name] {
			out = append(out, p.Name)
		}
	}
	return out
}

func union(lists ...[]string) []string {
	set := map[string]bool{}
	for _, l := range lists {
		for _, s := range l {
			set[s] = true
		}
	}
	return inOrder(set)
}

func covers(granted, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(s string) bool { return !slices.Contains(granted, s) })
}

// graphScopes leaves out OpenID Connect's own.
func graphScopes(scopes []string) []string {
	var out []string
	for _, s := range scopes {
		if p, ok := permissionNamed(s); ok && !p.openID {
			out = append(out, s)
		}
	}
	return out
}

// responseScope is the scope value of a token response. The real service leaves offline_access out even when a refresh
// token comes with it.
func responseScope(scopes []string) string {
	out := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == "offline_access" })
	return strings.Join(out, " ")
}
