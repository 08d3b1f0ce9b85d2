package graph

import (
	"net/http"
	"strings"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/recurrence"
)

// instance is an event as the properties see it: of an occurrence everything but the times is its master's.
type instance = mailbox.Instance

var eventProps = []property[instance]{
	{name: "createdDateTime", get: func(_ *call, i instance) any { return dateTime(i.Event.Created) }},
	{name: "lastModifiedDateTime", get: func(_ *call, i instance) any { return dateTime(i.Event.Modified) }},
	{name: "changeKey", get: func(c *call, i instance) any { return c.b.EventKey(i.Event) }},
	{name: "categories", get: func(_ *call, i instance) any { return texts(i.Event.Categories) }},
	{name: "transactionId", get: func(_ *call, i instance) any { return none(i.Event.TransactionID) }},
	{name: "originalStartTimeZone", get: func(_ *call, i instance) any { return i.Event.StartZone }},
	{name: "originalEndTimeZone", get: func(_ *call, i instance) any { return i.Event.EndZone }},
	{name: "iCalUId", get: func(_ *call, i instance) any {
		if i.Occurrence || i.Event.Master() != nil { // differs for each occurrence (facts, "Calendar")
			return i.Event.UID + strings.ReplaceAll(i.Day.String(), "-", "")
		}
		if i.Event.OneDay {
			return i.Event.UID + strings.ReplaceAll(i.Event.SeriesDay.String(), "-", "")
		}
		return i.Event.UID
	}},
	{name: "reminderMinutesBeforeStart", get: func(_ *call, i instance) any { return i.Event.ReminderMinutes }},
	{name: "isReminderOn", get: func(_ *call, i instance) any { return i.Event.ReminderOn }},
	{name: "hasAttachments", get: func(_ *call, i instance) any { return i.Event.HasFiles() }},
	{name: "subject", get: func(_ *call, i instance) any { return i.Event.Subject }},
	{name: "bodyPreview", get: func(_ *call, i instance) any { return mailbox.Preview(i.Event.Body) }},
	{name: "importance", get: func(_ *call, i instance) any { return i.Event.Importance }},
	{name: "sensitivity", get: func(_ *call, i instance) any { return i.Event.Sensitivity }},
	{name: "isAllDay", get: func(_ *call, i instance) any { return i.Event.AllDay }},
	{name: "isCancelled", get: func(_ *call, i instance) any { return i.Event.Cancelled }},
	{name: "isOrganizer", get: func(_ *call, i instance) any { return i.Event.IsOrganizer }},
	{name: "responseRequested", get: func(_ *call, i instance) any { return !i.Event.NoResponse }},
	{name: "seriesMasterId", get: func(c *call, i instance) any {
		if i.Occurrence {
			return c.id(i.Event.ID())
		}
		if m := i.Event.Master(); m != nil {
			return c.id(m.ID())
		}
		return nil
	}},
	{name: "showAs", get: func(_ *call, i instance) any { return i.Event.ShowAs }},
	{name: "type", get: func(_ *call, i instance) any {
		if i.Occurrence {
			return "occurrence"
		}
		return i.Event.Kind()
	}},
	{name: "webLink", get: func(c *call, i instance) any {
		return "https://outlook.office365.com/owa/?itemid=" + c.id(i.ID()) + "&exvsurl=1&path=/calendar/item"
	}},
	{name: "onlineMeetingUrl", get: func(*call, instance) any { return nil }},
	{name: "isOnlineMeeting", get: func(_ *call, i instance) any { return i.Event.Online }},
	{name: "onlineMeetingProvider", get: func(_ *call, i instance) any {
		if i.Event.Online {
			return "teamsForBusiness"
		}
		return "unknown"
	}},
	{name: "allowNewTimeProposals", get: func(_ *call, i instance) any { return !i.Event.NoNewTimes }},
	{name: "isDraft", get: func(_ *call, i instance) any { return i.Event.Draft }},
	{name: "hideAttendees", get: func(_ *call, i instance) any { return i.Event.HideAttendees }},
	{name: "responseStatus", get: func(_ *call, i instance) any { return responseStatus(i.Event.Response, dateTime(i.Event.Responded)) }},
	{name: "body", get: func(c *call, i instance) any { return c.itemBody(i.Event.Body) }},
	{name: "start", get: func(c *call, i instance) any { return c.zoned(i.Start, i.Event.AllDay) }},
	{name: "end", get: func(c *call, i instance) any { return c.zoned(i.End, i.Event.AllDay) }},
	{name: "location", get: func(_ *call, i instance) any { return location(i.Event) }},
	{name: "locations", get: func(_ *call, i instance) any { return locations(i.Event) }},
	{name: "recurrence", get: func(_ *call, i instance) any {
		if i.Occurrence || i.Event.Rule == nil {
			return nil
		}
		return writeRecurrence(i.Event)
	}},
	{name: "attendees", get: func(c *call, i instance) any {
		out := []fields{}
		for _, a := range i.Event.Attendees {
			item := fields{{"type", a.Type}, {"status", responseStatus(a.Response, dateTime(a.Responded))}, {"emailAddress", address(a.Address)}}
			if a.Proposed != (mailbox.Slot{}) {
				item = append(item, field{"proposedNewTime", c.slot(a.Proposed)})
			}
			out = append(out, item)
		}
		return out
	}},
	{name: "organizer", get: func(_ *call, i instance) any { return recipient(i.Event.Organizer) }},
	{name: "onlineMeeting", get: func(_ *call, i instance) any {
		if !i.Event.Online {
			return nil
		}
		return fields{{"joinUrl", i.Event.JoinURL}}
	}},
	{name: "originalStart", get: func(_ *call, i instance) any {
		if !i.Occurrence && i.Event.Master() == nil {
			return nil
		}
		return dateTime(i.Event.OriginalStart(i.Day))
	}},
	{name: "occurrenceId", get: func(c *call, i instance) any {
		m := i.Event.Master()
		if i.Occurrence {
			m = i.Event
		}
		if m == nil {
			return nil
		}
		return "OID." + c.id(m.ID()) + "." + i.Day.String()
	}},
	{name: "cancelledOccurrences", hidden: true, get: func(c *call, i instance) any {
		out := []string{}
		for _, day := range i.Event.DeletedDays() {
			out = append(out, "OID."+c.id(i.Event.ID())+"."+day.String())
		}
		return out
	}},
}

var eventSelectable = append([]property[instance]{{name: "id"}, {name: "singleValueExtendedProperties"}, {name: "exceptionOccurrences"}, {name: "calendar"}, {name: "attachments"}, {name: "extensions"}}, eventProps...)

func responseStatus(response string, at any) fields {
	if response == "" {
		response = "none"
	}
	if at == nil {
		at = never
	}
	return fields{{"response", response}, {"time", at}}
}

var dayNames = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// writeRecurrence writes what the service writes: fields that a type does not use are there with their zero value.
func writeRecurrence(e *mailbox.Event) fields {
	r := e.Rule
	index := r.Index
	if index == "" {
		index = "first"
	}
	pattern := fields{
		{"type", r.Type}, {"interval", r.Interval}, {"month", r.Month}, {"dayOfMonth", r.DayOfMonth},
		{"firstDayOfWeek", dayNames[r.FirstDay]}, {"index", index},
	}
	if len(r.Days) > 0 {
		days := make([]string, len(r.Days))
		for i, d := range r.Days {
			days[i] = dayNames[d]
		}
		pattern = append(pattern, field{"daysOfWeek", days})
	}
	end := "0001-01-01"
	if r.Range == recurrence.EndDate {
		end = r.End.String()
	}
	return fields{
		{"pattern", pattern},
		{"range", fields{
			{"type", r.Range}, {"startDate", recurrence.DayOf(e.Start.In(e.Zone())).String()}, {"endDate", end},
			{"recurrenceTimeZone", e.RecurringZone}, {"numberOfOccurrences", r.Count},
		}},
	}
}

// eventFields renders an event, occurrence or exception.
func (c *call) eventFields(i instance, sel selection, expand []expansion) (fields, error) {
	i = c.discreet(i)
	head := fields{{"@odata.etag", etag(c.b.EventKey(i.Event))}, {"id", c.id(i.ID())}}
	out := render(c, head, eventProps, i, sel)
	for _, e := range expand {
		switch strings.ToLower(e.name) {
		case "attachments":
			files, err := selected(e.options.Get("$select"), attachmentProps)
			if err != nil {
				return nil, err
			}
			list, holder := []fields{}, c.eventFiles(i)
			for _, a := range i.Event.Attachments {
				list = append(list, c.attachmentFields(holder, a, files))
			}
			out = append(out, field{"attachments", list})
		case "extensions":
			if len(i.Event.Extensions) > 0 {
				out = append(out, field{"extensions", c.extensionList(i.Event.Extensions, e)})
			}
		case "calendar":
			out = append(out, field{"calendar", c.calendarFields(i.Event.Calendar(), nil)})
		case "singlevalueextendedproperties":
			want, err := propFilter(e)
			if err != nil {
				return nil, err
			}
			if list := props(i.Event.Props, want); len(list) > 0 {
				out = append(out, field{"singleValueExtendedProperties", list})
			}
		case "exceptionoccurrences":
			list := []fields{}
			for _, x := range i.Event.Exceptions() {
				item, err := c.eventFields(instance{Event: x, Day: x.Day(), Start: x.Start, End: x.End}, nil, nil)
				if err != nil {
					return nil, err
				}
				list = append(list, item)
			}
			out = append(out, field{"exceptionOccurrences", list})
		}
	}
	return out, nil
}

func (c *call) eventExpansions() ([]expansion, error) {
	return c.expansions("attachments", "extensions", "calendar", "singleValueExtendedProperties", "exceptionOccurrences")
}

// eventGetter gives what events can be filtered and ordered by.
func eventGetter(i instance) getter {
	return func(path string) (any, bool) {
		e := i.Event
		switch strings.ToLower(path) {
		case "subject":
			return e.Subject, true
		case "start/datetime":
			return i.Start, true
		case "end/datetime":
			return i.End, true
		case "createddatetime":
			return e.Created, true
		case "lastmodifieddatetime":
			return e.Modified, true
		case "isallday":
			return e.AllDay, true
		case "iscancelled":
			return e.Cancelled, true
		case "isorganizer":
			return e.IsOrganizer, true
		case "showas":
			return e.ShowAs, true
		case "importance":
			return e.Importance, true
		case "sensitivity":
			return e.Sensitivity, true
		case "type":
			if i.Occurrence {
				return "occurrence", true
			}
			return e.Kind(), true
		case "icaluid":
			return e.UID, true
		case "transactionid":
			return e.TransactionID, true
		case "location/displayname":
			return e.Location, true
		case "organizer/emailaddress/address":
			return e.Organizer.Addr, true
		case "attendees":
			var list []mailbox.Address
			for _, a := range e.Attendees {
				list = append(list, a.Address)
			}
			return addressGetters(list), true
		case "hasattachments":
			return e.HasFiles(), true
		case "categories":
			return textGetters(e.Categories), true
		case "singlevalueextendedproperties":
			return propGetters(e.Props), true
		}
		return nil, false
	}
}

func knownEventPath(path string) bool {
	_, ok := eventGetter(instance{Event: &mailbox.Event{}})(path)
	return ok
}

// answerEvent answers with an event that was made or changed.
func (c *call) answerEvent(status int, i instance) error {
	item, err := c.eventFields(i, nil, nil)
	if err != nil {
		return err
	}
	c.header.Set("ETag", etag(c.b.EventKey(i.Event)))
	if status == http.StatusCreated {
		c.header.Set("Location", c.base()+"/graph/v1.0/users('"+c.b.Owner.ObjectID+"')/events('"+c.id(i.ID())+"')")
	}
	return c.one(status, "events/$entity", item)
}
