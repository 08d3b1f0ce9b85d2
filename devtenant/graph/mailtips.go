package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

// mailTipTypes are the values of mailTipsOptions (OpenAPI, mailTipsType).
var mailTipTypes = []string{"automaticReplies", "mailboxFullStatus", "customMailTip", "externalMemberCount", "totalMemberCount", "maxMessageSize",
	"deliveryRestriction", "moderationStatus", "recipientScope", "recipientSuggestions"}

// mailTips answers POST /getMailTips: what a writer wants to know of the recipients before sending. It reads other
// mailboxes, so none may be locked.
func (c *call) mailTips() error {
	if err := c.allow("Mail.Read", "Mail.ReadWrite"); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	to, err := decode[[]string]("emailAddresses", in["emailAddresses"])
	if err != nil {
		return err
	}
	options, err := in.text("mailTipsOptions")
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for option := range strings.SplitSeq(options, ",") {
		name, err := oneOf("mailTipsOptions", strings.TrimSpace(option), mailTipTypes...)
		if err != nil {
			return err
		}
		wanted[name] = true
	}
	if len(to) == 0 || len(to) > 100 {
		return badRequest("ErrorInvalidRequest", "Between 1 and 100 recipients can be asked for.")
	}
	list := []fields{}
	for _, addr := range to {
		list = append(list, c.tipsOf(addr, wanted))
	}
	return c.json(http.StatusOK, fields{{"@odata.context", c.base() + "/graph/v1.0/$metadata#Collection(microsoft.graph.mailTips)"}, {"value", list}})
}

func (c *call) tipsOf(addr string, wanted map[string]bool) fields {
	out := fields{{"emailAddress", address(mailbox.Address{Addr: addr})}}
	add := func(option, name string, value any) {
		if wanted[option] {
			out = append(out, field{name, value})
		}
	}
	m, inside := c.h.opt.Mailboxes.Mailbox(addr)
	if !inside && c.h.opt.Mailboxes.Owns(addr) {
		return append(out, field{"error", fields{{"code", "ErrorRecipientNotFound"}, {"message", "The recipient was not found in the organization."}}})
	}
	if inside {
		out = fields{{"emailAddress", address(m.Owner().Address())}}
		if reply := c.automaticReply(m); reply != nil {
			add("automaticReplies", "automaticReplies", reply)
		}
		add("mailboxFullStatus", "mailboxFull", false)
		add("maxMessageSize", "maxMessageSize", maxUpload)
	}
	scope := "external"
	if inside {
		scope = "internal"
	}
	add("recipientScope", "recipientScope", scope)
	add("externalMemberCount", "externalMemberCount", map[bool]int{false: 1}[inside])
	add("totalMemberCount", "totalMemberCount", 1)
	add("deliveryRestriction", "deliveryRestricted", false)
	add("moderationStatus", "isModerated", false)
	return out
}

// automaticReply is what somebody answers by itself at the moment; nil when nothing.
func (c *call) automaticReply(m *mailbox.Mailbox) fields {
	var raw json.RawMessage
	_ = m.Do(func(b *mailbox.Box) error { // the function returns no error
		raw = slices.Clone(b.Settings["automaticRepliesSetting"])
		return nil
	})
	var set struct {
		Status, InternalReplyMessage                 string
		ScheduledStartDateTime, ScheduledEndDateTime *wireTime
	}
	if len(raw) == 0 || json.Unmarshal(raw, &set) != nil {
		return nil
	}
	out := fields{{"message", set.InternalReplyMessage}}
	switch set.Status {
	case "alwaysEnabled":
		return out
	case "scheduled":
		var at [2]time.Time
		for i, w := range []*wireTime{set.ScheduledStartDateTime, set.ScheduledEndDateTime} {
			if w == nil {
				return nil
			}
			var err error
			if at[i], _, err = w.instant(); err != nil {
				return nil
			}
		}
		if now := c.h.opt.Now(); now.Before(at[0]) || !now.Before(at[1]) {
			return nil
		}
		return append(out, field{"scheduledStartTime", c.zoned(at[0], false)}, field{"scheduledEndTime", c.zoned(at[1], false)})
	}
	return nil
}
