package graph

import "net/http"

// frees are the actions that need no room in the mailbox: they move, send or take away what is there already. Sending
// has a limit of its own, which the mailbox keeps.
var frees = map[string]bool{"move": true, "permanentDelete": true, "send": true, "dismissReminder": true, "snoozeReminder": true,
	"getSchedule": true, "findMeetingTimes": true, "translateExchangeIds": true, "delta": true, "accept": true, "decline": true, "tentativelyAccept": true, "cancel": true}

// room refuses what would store more than the mailbox may hold; deleting, moving and marking go on, so that there is a way
// out. The size of the request stands for that of the item, which it is but for base64 (documentation, "Exchange Online
// limits": a full mailbox neither sends nor receives nor takes new items).
func (c *call) room(segments []string) error {
	if c.b.Quota().Receive == 0 || len(segments) == 0 || c.r.Method != http.MethodPost && c.r.Method != http.MethodPut {
		return nil
	}
	if frees[segments[len(segments)-1]] {
		return nil
	}
	return c.b.Room(int64(len(c.input)))
}
