package graph

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/zones"
)

var userProps = []property[*call]{
	{name: "businessPhones", get: setting("user/businessPhones", func(*call) any { return []string{} })},
	{name: "displayName", get: func(_ *call, c *call) any { return c.person().Name }},
	{name: "givenName", get: func(_ *call, c *call) any { first, _, _ := strings.Cut(c.person().Name, " "); return first }},
	{name: "jobTitle", get: func(_ *call, c *call) any { return none(c.person().JobTitle) }},
	{name: "mail", get: func(_ *call, c *call) any { return cmp.Or(c.caller.GuestMail, c.person().Address().Addr) }},
	{name: "mobilePhone", get: setting("user/mobilePhone", func(*call) any { return nil })},
	{name: "officeLocation", get: setting("user/officeLocation", func(*call) any { return nil })},
	{name: "preferredLanguage", get: setting("user/preferredLanguage", func(*call) any { return "en-GB" })},
	{name: "surname", get: func(_ *call, c *call) any { _, last, _ := strings.Cut(c.person().Name, " "); return last }},
	{name: "userPrincipalName", get: func(_ *call, c *call) any { return c.person().UPN }},
	{name: "id", get: func(_ *call, c *call) any { return c.person().ObjectID }},
	{name: "userType", hidden: true, get: func(_ *call, c *call) any {
		if c.b == nil {
			return "Guest"
		}
		return "Member"
	}},
	{name: "accountEnabled", hidden: true, get: func(*call, *call) any { return true }},
}

// person is whose profile is asked for: the mailbox's owner, or a guest of the organization, who has no mailbox here.
func (c *call) person() mailbox.Owner {
	if c.b == nil {
		return mailbox.Owner{ObjectID: c.caller.ObjectID, UPN: c.caller.UPN, Name: c.caller.Name}
	}
	return c.b.Owner
}

// ownProfile is what people may change of their own profile, with what each may be (documentation, "Update user"); the
// rest is the administrators'.
var ownProfile = map[string]func(json.RawMessage) error{"businessPhones": areTexts, "mobilePhone": isText, "officeLocation": isText, "preferredLanguage": isText}

// changeProfile answers PATCH /me.
func (c *call) changeProfile() error {
	denied := &refusal{http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}
	if c.b == nil || c.delegate || c.allow("User.ReadWrite", "User.ReadWrite.All") != nil {
		return denied
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	for name, raw := range in {
		check := ownProfile[name]
		switch {
		case check != nil:
			if err := check(raw); err != nil {
				return err
			}
		case knownProperty(userProps, name):
			return denied
		default:
			return badRequest("Request_BadRequest", "The property '"+name+"' does not exist on the type of the resource.")
		}
	}
	for name, raw := range in {
		c.b.Set("user/"+name, raw)
	}
	return c.noContent(http.StatusNoContent)
}

// me answers GET and PATCH /me.
func (c *call) me() error {
	switch c.r.Method {
	case http.MethodGet:
	case http.MethodPatch:
		return c.changeProfile()
	default:
		return errMethod
	}
	if err := c.allow("User.Read", "User.ReadWrite", "User.Read.All", "User.ReadBasic.All"); err != nil { // another's profile: .All
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
	{name: "dateFormat", get: setting("dateFormat", func(*call) any { return "dd/MM/yyyy" })},
	{name: "timeFormat", get: setting("timeFormat", func(*call) any { return "HH:mm" })},
	{name: "delegateMeetingMessageDeliveryOptions", get: setting("delegateMeetingMessageDeliveryOptions", func(*call) any { return "sendToDelegateOnly" })},
	{name: "userPurpose", get: func(_ *call, c *call) any {
		if c.b.Shared {
			return "shared"
		}
		return "user"
	}},
	{name: "archiveFolder", get: func(_ *call, c *call) any { return c.id(c.b.WellKnown("archive").ID()) }},
	{name: "language", get: setting("language", func(*call) any {
		return fields{{"locale", "en-GB"}, {"displayName", "English (United Kingdom)"}}
	})},
	{name: "workingHours", get: setting("workingHours", func(c *call) any { return defaultHours(c.b.Zone) })},
	{name: "automaticRepliesSetting", get: setting("automaticRepliesSetting", func(c *call) any {
		now := c.b.Now()
		return fields{{"status", "disabled"}, {"externalAudience", "all"}, {"scheduledStartDateTime", c.zoned(now, false)}, {"scheduledEndDateTime", c.zoned(now.AddDate(0, 0, 1), false)},
			{"internalReplyMessage", ""}, {"externalReplyMessage", ""}}
	})},
}

// setting is what the owner set, or the default.
func setting(name string, standard func(*call) any) func(*call, *call) any {
	return func(_ *call, c *call) any {
		if c.b != nil && c.b.Settings[name] != nil { // a guest has no mailbox here
			return c.b.Settings[name]
		}
		return standard(c)
	}
}

// settable are the settings that PATCH takes besides the time zone, with what each may be.
var settable = map[string]func(json.RawMessage) error{
	"dateFormat": isText, "timeFormat": isText, "language": isObject, "workingHours": isObject, "automaticRepliesSetting": isObject,
	"delegateMeetingMessageDeliveryOptions": oneOfThese("sendToDelegateAndInformationToPrincipal", "sendToDelegateAndPrincipal", "sendToDelegateOnly"),
}

// changeSettings reads the whole of a PATCH before it changes anything.
func (c *call) changeSettings(in object) error {
	for name, raw := range in {
		check := settable[name]
		switch {
		case name == "timeZone":
			zone, err := in.text(name)
			if err != nil {
				return err
			}
			if _, err := zones.Load(zone); err != nil {
				return badRequest("InvalidTimeZone", "The time zone '"+zone+"' is not supported.")
			}
		case check != nil:
			if err := check(raw); err != nil {
				return err
			}
		default:
			if err := c.readOnly(name, knownProperty(settingsProps, name)); err != nil {
				return err
			}
		}
	}
	for name, raw := range in {
		switch {
		case name == "timeZone":
			c.b.Zone, _ = in.text(name) // read before
			c.b.Set(name, nil)
		case settable[name] != nil:
			c.b.Set(name, raw)
		}
	}
	c.b.Changed()
	return nil
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
					if raw, ok := value.(json.RawMessage); ok && raw[0] == '{' {
						return c.json(http.StatusOK, raw)
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
		if err := c.changeSettings(in); err != nil {
			return err
		}
		return c.one(http.StatusOK, "mailboxSettings", render(c, nil, settingsProps, c, nil))
	}
	return errMethod
}
