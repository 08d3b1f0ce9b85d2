package graph

import (
	"encoding/json"
	"net/http"

	"supercrm/devtenant/mailbox"
)

// meetingType is the type that a meeting mail has in Graph.
func meetingType(t *mailbox.Meeting) string {
	switch t.Kind {
	case "request", "update":
		return "#microsoft.graph.eventMessageRequest"
	case "response":
		return "#microsoft.graph.eventMessageResponse"
	}
	return "#microsoft.graph.eventMessage"
}

// meetingProps are what an eventMessage has beyond a message (documentation of eventMessage, eventMessageRequest and
// eventMessageResponse). The hidden ones are written by meetingFields for the kind that has them.
var meetingProps = []property[*message]{
	{name: "meetingMessageType", get: func(_ *call, m *message) any { return m.Meeting.Type() }},
	{name: "type", get: func(_ *call, m *message) any {
		switch {
		case m.Meeting.OneDay:
			return "occurrence"
		case m.Meeting.Event.Rule != nil:
			return "seriesMaster"
		}
		return "singleInstance"
	}},
	{name: "isOutOfDate", get: func(c *call, m *message) any {
		i, ok := c.b.MeetingEvent(m)
		return ok && m.Meeting.Sequence < i.Event.Sequence
	}},
	{name: "isAllDay", get: func(_ *call, m *message) any { return m.Meeting.Event.AllDay }},
	{name: "isDelegated", get: func(*call, *message) any { return false }},
	{name: "startDateTime", get: func(c *call, m *message) any { return c.zoned(m.Meeting.Start, m.Meeting.Event.AllDay) }},
	{name: "endDateTime", get: func(c *call, m *message) any { return c.zoned(m.Meeting.End, m.Meeting.Event.AllDay) }},
	{name: "location", get: func(_ *call, m *message) any { return location(&m.Meeting.Event) }},
	{name: "recurrence", get: func(_ *call, m *message) any {
		if m.Meeting.Event.Rule == nil {
			return nil
		}
		return writeRecurrence(&m.Meeting.Event)
	}},
	{name: "meetingRequestType", hidden: true, get: func(_ *call, m *message) any { return none(m.Meeting.RequestType) }},
	{name: "responseType", hidden: true, get: func(_ *call, m *message) any { return none(m.Meeting.Response) }},
	{name: "proposedNewTime", hidden: true, get: func(c *call, m *message) any {
		if m.Meeting.Proposed == (mailbox.Slot{}) {
			return nil
		}
		return c.slot(m.Meeting.Proposed)
	}},
}

// meetingFields are the properties of a meeting mail beyond a message's.
func (c *call) meetingFields(m *message, sel selection) fields {
	out := render(c, nil, meetingProps, m, sel)
	if sel != nil {
		return out
	}
	switch t := m.Meeting; t.Kind {
	case "request", "update":
		out = append(out, field{"meetingRequestType", t.RequestType}, field{"allowNewTimeProposals", !t.Event.NoNewTimes}, field{"responseRequested", !t.Event.NoResponse})
	case "response":
		out = append(out, field{"responseType", t.Response})
		if t.Proposed != (mailbox.Slot{}) {
			out = append(out, field{"proposedNewTime", c.slot(t.Proposed)})
		}
	}
	return out
}

// slot writes a timeSlot.
func (c *call) slot(s mailbox.Slot) fields {
	return fields{{"start", c.zoned(s.Start, false)}, {"end", c.zoned(s.End, false)}}
}

// meetingEvent answers GET …/messages/{id}/event: the event that an invitation is about.
func (c *call) meetingEvent(m *message) error {
	if err := c.readCalendar(); err != nil {
		return err
	}
	i, ok := c.b.MeetingEvent(m)
	if !ok {
		return mailbox.ErrNotFound
	}
	return c.getEvent(i)
}

// readProposal reads proposedNewTime; the zero Slot when there is none.
func readProposal(raw json.RawMessage) (mailbox.Slot, error) {
	var s mailbox.Slot
	w, err := decode[*struct{ Start, End *wireTime }]("proposedNewTime", raw)
	if err != nil || w == nil {
		return s, err
	}
	if w.Start == nil || w.End == nil {
		return s, badRequest("ErrorInvalidRequest", "A proposed time needs start and end.")
	}
	if s.Start, _, err = w.Start.instant(); err != nil {
		return s, err
	}
	if s.End, _, err = w.End.instant(); err == nil && !s.End.After(s.Start) {
		err = badRequest("ErrorInvalidTimeSettings", "The end of the proposed time is not after its start.")
	}
	return s, err
}

// forwardEvent answers POST …/events/{id}/forward.
func (c *call) forwardEvent(i instance) error {
	if err := c.writeCalendar(); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	comment, err := in.text("comment")
	if err != nil {
		return err
	}
	to, err := decodeRecipients("toRecipients", in["toRecipients"])
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return badRequest("ErrorInvalidRecipients", "At least one recipient isn't valid.")
	}
	if len(i.Event.Attendees)+len(to) > maxAttendees {
		return badRequest("ErrorInvalidRequest", "An event can have 500 attendees at most.")
	}
	c.b.ForwardEvent(i, to, comment)
	return c.noContent(http.StatusAccepted)
}
