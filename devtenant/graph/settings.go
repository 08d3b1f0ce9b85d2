package graph

import (
	"net/http"
	"strings"

	"supercrm/devtenant/zones"
)

var userProps = []property[*call]{
	{name: "businessPhones", get: func(*call, *call) any { return []string{} }},
	{name: "displayName", get: func(_ *call, c *call) any { return c.b.Owner.Name }},
	{name: "givenName", get: func(_ *call, c *call) any { first, _, _ := strings.Cut(c.b.Owner.Name, " "); return first }},
	{name: "jobTitle", get: func(_ *call, c *call) any { return none(c.b.Owner.JobTitle) }},
	{name: "mail", get: func(_ *call, c *call) any { return c.b.Owner.UPN }},
	{name: "mobilePhone", get: func(*call, *call) any { return nil }},
	{name: "officeLocation", get: func(*call, *call) any { return nil }},
	{name: "preferredLanguage", get: func(*call, *call) any { return "en-GB" }},
	{name: "surname", get: func(_ *call, c *call) any { _, last, _ := strings.Cut(c.b.Owner.Name, " "); return last }},
	{name: "userPrincipalName", get: func(_ *call, c *call) any { return c.b.Owner.UPN }},
	{name: "id", get: func(_ *call, c *call) any { return c.b.Owner.ObjectID }},
	{name: "userType", hidden: true, get: func(*call, *call) any { return "Member" }},
	{name: "accountEnabled", hidden: true, get: func(*call, *call) any { return true }},
}

// me answers GET /me.
func (c *call) me() error {
	if c.r.Method != http.MethodGet {
		return errMethod
	}
	if err := c.allow("User.Read", "User.ReadWrite", "User.Read.All", "User.ReadBasic.All"); err != nil {
		return &refusal{http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}
	}
	sel, err := selected(c.query.Get("$select"), userProps)
	if err != nil {
		return err
	}
	context := field{"@odata.context", c.base() + "/graph/v1.0/$metadata#users/$entity"}
	return c.json(http.StatusOK, append(fields{context}, render(c, nil, userProps, c, sel)...))
}

var settingsProps = []property[*call]{
	{name: "timeZone", get: func(_ *call, c *call) any { return c.b.Zone }},
	{name: "dateFormat", get: func(*call, *call) any { return "dd/MM/yyyy" }},
	{name: "timeFormat", get: func(*call, *call) any { return "HH:mm" }},
	{name: "delegateMeetingMessageDeliveryOptions", get: func(*call, *call) any { return "sendToDelegateOnly" }},
	{name: "userPurpose", get: func(*call, *call) any { return "user" }},
	{name: "archiveFolder", get: func(_ *call, c *call) any { return c.id(c.b.WellKnown("archive").ID()) }},
	{name: "language", get: func(*call, *call) any {
		return fields{{"locale", "en-GB"}, {"displayName", "English (United Kingdom)"}}
	}},
	{name: "workingHours", get: func(_ *call, c *call) any {
		return fields{
			{"daysOfWeek", []string{"monday", "tuesday", "wednesday", "thursday", "friday"}},
			{"startTime", "08:00:00.0000000"},
			{"endTime", "18:00:00.0000000"},
			{"timeZone", fields{{"name", c.b.Zone}}},
		}
	}},
}

// mailboxSettings routes /mailboxSettings[/property].
func (c *call) mailboxSettings(rest []string) error {
	switch c.r.Method {
	case http.MethodGet:
		if err := c.allow("MailboxSettings.Read", "MailboxSettings.ReadWrite"); err != nil {
			return err
		}
		if len(rest) == 1 {
			for _, p := range settingsProps {
				if p.name == rest[0] {
					value := p.get(c, c)
					if object, ok := value.(fields); ok {
						return c.one(http.StatusOK, "mailboxSettings/"+p.name, object)
					}
					return c.one(http.StatusOK, "mailboxSettings/"+p.name, fields{{"value", value}})
				}
			}
			return errNoRoute
		}
		sel, err := selected(c.query.Get("$select"), settingsProps)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "mailboxSettings", render(c, nil, settingsProps, c, sel))
	case http.MethodPatch:
		if err := c.allow("MailboxSettings.ReadWrite"); err != nil {
			return err
		}
		in, err := c.object()
		if err != nil {
			return err
		}
		zone, err := in.text("timeZone")
		if err != nil {
			return err
		}
		if zone != "" {
			if _, err := zones.Load(zone); err != nil {
				return badRequest("InvalidTimeZone", "The time zone '"+zone+"' is not supported.")
			}
			c.b.Zone = zone
		}
		return c.one(http.StatusOK, "mailboxSettings", render(c, nil, settingsProps, c, nil))
	}
	return errMethod
}
