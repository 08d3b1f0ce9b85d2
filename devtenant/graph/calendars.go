package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"supercrm/devtenant/mailbox"
)

var calendarProps = []property[*mailbox.Calendar]{
	{name: "name", get: func(_ *call, k *mailbox.Calendar) any { return k.Name }},
	{name: "color", get: func(_ *call, k *mailbox.Calendar) any { return k.Color }},
	{name: "hexColor", get: func(_ *call, k *mailbox.Calendar) any { return k.Hex }},
	{name: "isDefaultCalendar", get: func(_ *call, k *mailbox.Calendar) any { return k.Default }},
	{name: "changeKey", get: func(c *call, k *mailbox.Calendar) any { return c.b.CalendarKey(k) }},
	{name: "canShare", get: func(c *call, _ *mailbox.Calendar) any { return !c.guest() }},
	{name: "canViewPrivateItems", get: func(c *call, k *mailbox.Calendar) any {
		return !c.guest() || c.role(k) == "delegateWithPrivateEventAccess"
	}},
	{name: "canEdit", get: func(c *call, k *mailbox.Calendar) any {
		return !c.guest() || slices.Index(roles, c.role(k)) >= slices.Index(roles, "write")
	}},
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

func calendarColor(in object) (string, error) {
	color, err := in.text("color")
	if err == nil && color != "" {
		color, err = oneOf("color", color, "auto", "lightBlue", "lightGreen", "lightOrange", "lightGray", "lightYellow", "lightTeal", "lightPink", "lightBrown", "lightRed")
	}
	return color, err
}

// changeCalendar answers PATCH and DELETE of a calendar.
func (c *call) changeCalendar(k *mailbox.Calendar) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	switch c.r.Method {
	case http.MethodDelete:
		if err := c.b.DeleteCalendar(k); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	case http.MethodPatch:
		in, err := c.object()
		if err != nil {
			return err
		}
		name, err := in.text("name")
		if err != nil {
			return err
		}
		color, err := calendarColor(in)
		if err != nil {
			return err
		}
		if err := c.b.ChangeCalendar(k, name, color); err != nil {
			return err
		}
		return c.one(http.StatusOK, "calendars/$entity", c.calendarFields(k, nil))
	}
	return errMethod
}

// groups routes /calendarGroups[/{id}[/calendars/…]]: the default group holds every calendar.
func (c *call) groups(rest []string) error {
	if len(c.b.Records(calendarGroups.name)) == 0 {
		c.b.AddRecord(calendarGroups.name, "", map[string]json.RawMessage{"name": json.RawMessage(`"My Calendars"`), "changeKey": json.RawMessage(`"1"`)})
	}
	if len(rest) < 2 || rest[1] != "calendars" {
		if len(rest) == 1 && c.r.Method == http.MethodDelete && rest[0] == c.b.Records(calendarGroups.name)[0].ID {
			return badRequest("ErrorCalendarGroupIsNotEmpty", "The default calendar group can't be deleted.")
		}
		return c.collection(calendarGroups, rest)
	}
	if c.b.Record(calendarGroups.name, rest[0]) == nil {
		return mailbox.ErrNotFound
	}
	if c.b.Records(calendarGroups.name)[0].ID == rest[0] {
		return c.calendars(rest[2:])
	}
	if err := c.readCalendar(); err != nil {
		return err
	}
	if len(rest) == 2 && c.r.Method == http.MethodGet {
		return c.listing("calendars", paging{top: maxPage}, 0, nil)
	}
	return badRequest("ErrorInvalidRequest", "Calendars are made in the default group.")
}

// calendars routes /calendars/….
func (c *call) calendars(rest []string) error {
	if len(rest) > 0 {
		if err := c.readCalendar(); err != nil {
			return err
		}
		if rest[0] == "$count" && len(rest) == 1 && c.r.Method == http.MethodGet {
			return c.plain(strconv.Itoa(len(c.visible())))
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
		expand, err := c.expansions(propSelector, "events", "calendarView")
		if err != nil {
			return err
		}
		all, err := c.listedCalendars(sel, expand)
		if err != nil {
			return err
		}
		return c.listing("calendars", p, len(all), cut(p, all))
	case http.MethodPost:
		if err := c.writeCalendar(); err != nil {
			return err
		}
		if c.guest() {
			return errDenied
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
		color, err := calendarColor(in)
		if err != nil {
			return err
		}
		properties, err := propsOf(in)
		if err != nil {
			return err
		}
		for _, k := range c.b.Calendars() {
			if k.Name == name {
				return &refusal{http.StatusConflict, "ErrorFolderExists", "The folder already exists."}
			}
		}
		k := c.b.NewCalendar(name, color)
		k.Props = properties
		return c.one(http.StatusCreated, "calendars/$entity", c.calendarFields(k, nil))
	}
	return errMethod
}

// inCalendar routes what is within one calendar.
func (c *call) inCalendar(k *mailbox.Calendar, rest []string) error {
	if err := c.may(k); err != nil {
		return err
	}
	if len(rest) == 0 {
		if c.r.Method != http.MethodGet {
			return c.changeCalendar(k)
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
	if rest[0] == "permanentDelete" && len(rest) == 1 && c.r.Method == http.MethodPost {
		if err := c.writeCalendar(); err != nil {
			return err
		}
		if err := c.b.DeleteCalendar(k); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	}
	if strings.HasPrefix(rest[0], "allowedCalendarSharingRoles(") && len(rest) == 1 && c.r.Method == http.MethodGet {
		return c.sharingRoles()
	}
	switch rest[0] {
	case "events":
		return c.events(k, rest[1:])
	case "calendarView":
		return c.calendarView(k, rest[1:])
	case "calendarPermissions":
		return c.permissions(k, rest[1:])
	case "permanentDelete":
		if len(rest) > 1 || c.r.Method != http.MethodPost {
			return errMethod
		}
		if err := c.writeCalendar(); err != nil {
			return err
		}
		if err := c.b.DeleteCalendar(k); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	}
	return errNoRoute
}
