package graph

import (
	"net/http"

	"supercrm/devtenant/mailbox"
)

var calendarProps = []property[*mailbox.Calendar]{
	{name: "name", get: func(_ *call, k *mailbox.Calendar) any { return k.Name }},
	{name: "color", get: func(_ *call, k *mailbox.Calendar) any { return k.Color }},
	{name: "hexColor", get: func(_ *call, k *mailbox.Calendar) any { return k.Hex }},
	{name: "isDefaultCalendar", get: func(_ *call, k *mailbox.Calendar) any { return k.Default }},
	{name: "changeKey", get: func(c *call, k *mailbox.Calendar) any { return c.b.CalendarKey(k) }},
	{name: "canShare", get: func(*call, *mailbox.Calendar) any { return true }},
	{name: "canViewPrivateItems", get: func(*call, *mailbox.Calendar) any { return true }},
	{name: "canEdit", get: func(*call, *mailbox.Calendar) any { return true }},
	{name: "allowedOnlineMeetingProviders", get: func(*call, *mailbox.Calendar) any { return []string{"teamsForBusiness"} }},
	{name: "defaultOnlineMeetingProvider", get: func(*call, *mailbox.Calendar) any { return "teamsForBusiness" }},
	{name: "isTallyingResponses", get: func(*call, *mailbox.Calendar) any { return true }},
	{name: "isRemovable", get: func(_ *call, k *mailbox.Calendar) any { return !k.Default }},
	{name: "owner", get: func(c *call, _ *mailbox.Calendar) any { return address(c.b.Owner.Address()) }},
}

var calendarSelectable = append([]property[*mailbox.Calendar]{{name: "id"}}, calendarProps...)

func (c *call) calendarFields(k *mailbox.Calendar, sel selection) fields {
	return render(c, fields{{"id", c.id(k.ID())}}, calendarProps, k, sel)
}

// calendars routes /calendars/….
func (c *call) calendars(rest []string) error {
	if len(rest) > 0 {
		if err := c.readCalendar(); err != nil {
			return err
		}
		k, err := c.b.Calendar(rest[0])
		if err != nil {
			return err
		}
		return c.inCalendar(k, rest[1:])
	}
	switch c.r.Method {
	case http.MethodGet:
		if err := c.readCalendar(); err != nil {
			return err
		}
		p, err := c.paging()
		if err != nil {
			return err
		}
		sel, err := selected(c.query.Get("$select"), calendarSelectable)
		if err != nil {
			return err
		}
		var page []fields
		for _, k := range cut(p, c.b.Calendars()) {
			page = append(page, c.calendarFields(k, sel))
		}
		return c.listing("calendars", p, len(c.b.Calendars()), page)
	case http.MethodPost:
		if err := c.writeCalendar(); err != nil {
			return err
		}
		in, err := c.object()
		if err != nil {
			return err
		}
		name, err := in.text("name")
		if err != nil {
			return err
		}
		if name == "" {
			return badRequest("ErrorInvalidRequest", "A calendar needs a name.")
		}
		color, err := in.text("color")
		if err == nil && color != "" {
			color, err = oneOf("color", color, "auto", "lightBlue", "lightGreen", "lightOrange", "lightGray", "lightYellow", "lightTeal", "lightPink", "lightBrown", "lightRed")
		}
		if err != nil {
			return err
		}
		for _, k := range c.b.Calendars() {
			if k.Name == name {
				return &refusal{http.StatusConflict, "ErrorFolderExists", "The folder already exists."}
			}
		}
		return c.one(http.StatusCreated, "calendars/$entity", c.calendarFields(c.b.NewCalendar(name, color), nil))
	}
	return errMethod
}

// inCalendar routes what is within one calendar.
func (c *call) inCalendar(k *mailbox.Calendar, rest []string) error {
	if len(rest) == 0 {
		if c.r.Method != http.MethodGet {
			return errMethod
		}
		if err := c.readCalendar(); err != nil {
			return err
		}
		sel, err := selected(c.query.Get("$select"), calendarSelectable)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "calendars/$entity", c.calendarFields(k, sel))
	}
	switch rest[0] {
	case "events":
		return c.events(k, rest[1:])
	case "calendarView":
		return c.calendarView(k, rest[1:])
	}
	return errNoRoute
}
