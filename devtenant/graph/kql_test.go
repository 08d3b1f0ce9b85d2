package graph

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

func TestSearch(t *testing.T) {
	w := newWorld(t)
	send := func(subject, from, body string, at time.Time, files ...mailbox.Attachment) {
		w.maya.Deliver(mailbox.Mail{Subject: subject, From: mailbox.Address{Name: strings.Split(from, "@")[0], Addr: from}, To: []mailbox.Address{w.maya.Owner().Address()},
			Cc: []mailbox.Address{{Name: "Karl Cohen", Addr: "karl@cohen.example"}}, Body: mailbox.Body{HTML: true, Text: "<p>" + body + "</p>"}, At: at, Attachments: files})
	}
	send("Quote for valves", "anna@nordwind.example", "The price of forty valves is fine.", start.AddDate(0, 0, -3), mailbox.Attachment{Name: "quote.pdf", Bytes: []byte("x")})
	send("Lunch", "jonas@harborline.example", "Valves bore me. Pizza?", start.AddDate(0, 0, -1))
	send("Report", "anna@nordwind.example", "Numbers &amp; figures for March", start)
	for query, want := range map[string]string{
		`valves`:                             "Lunch, Quote for valves",
		`"from:anna"`:                        "Report, Quote for valves",
		`"from:anna valves"`:                 "Quote for valves",
		`subject:valves`:                     "Quote for valves",
		`body:valv`:                          "Lunch, Quote for valves",
		`alves`:                              "",
		`"\"forty valves\""`:                 "Quote for valves",
		`"\"valves forty\""`:                 "",
		`"subject:\"quote for\""`:            "Quote for valves",
		`hasAttachments:true`:                "Quote for valves",
		`hasAttachments:false`:               "Report, Lunch",
		`received>=2025-03-11`:               "Report, Lunch",
		`received<2025-03-11`:                "Quote for valves",
		`received:2025-03-08..2025-03-11`:    "Lunch, Quote for valves",
		`received:today`:                     "Report",
		`"pizza OR figures"`:                 "Report, Lunch",
		`"valves NOT pizza"`:                 "Quote for valves",
		`"valves -pizza"`:                    "Quote for valves",
		`"(pizza OR report) AND from:jonas"`: "Lunch",
		`to:maya`:                            "Report, Lunch, Quote for valves",
		`cc:cohen`:                           "Report, Lunch, Quote for valves",
		`participants:jonas`:                 "Lunch",
		`attachment:quote`:                   "Quote for valves",
		`anna@nordwind.example`:              "Report, Quote for valves",
		`nothing`:                            "",
	} {
		var got []string
		for _, m := range w.want(200, "GET", "/me/messages?$search="+url.QueryEscape(query), "").values() {
			got = append(got, m["subject"].(string))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: got %q, want %q", query, s, want)
		}
	}
	for _, bad := range []string{`"(pizza"`, `"pizza)"`, `"received:soon"`, `"AND"`, `"hasAttachments:maybe"`, `""`} {
		w.want(400, "GET", "/me/messages?$search="+url.QueryEscape(bad), "")
	}
	w.want(400, "GET", "/me/messages?$search=x&$filter=isRead eq true", "")
	// The index follows what changes after it was made.
	id := w.want(201, "POST", "/me/messages", `{"subject":"Draft about zebras"}`).str("id")
	find := func(q string) int { return len(w.want(200, "GET", "/me/messages?$search="+q, "").values()) }
	if find("zebras") != 1 {
		t.Error("a new message is not found")
	}
	w.want(200, "PATCH", "/me/messages/"+id, `{"subject":"Draft about lions"}`)
	if find("zebras") != 0 || find("lions") != 1 {
		t.Error("a changed message is found by its old words, or not by the new ones")
	}
	w.want(204, "POST", "/me/messages/"+id+"/permanentDelete", "")
	if find("lions") != 0 {
		t.Error("a deleted message is found")
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"a", `"from:x \"y z\""`, "received>=2025-01-01", "(a OR b) NOT -c", "size>5", "((((", "subject:", "::", "-", "\x00"} {
		f.Add(s)
	}
	w := newWorld(f)
	w.mail("it's", "x y z")
	f.Fuzz(func(t *testing.T, s string) {
		for _, path := range []string{"/me/messages", "/me/mailFolders/inbox/messages"} {
			never500(t, "GET", "/graph/v1.0"+path+"?$search="+url.QueryEscape(s), "")
		}
		q, err := parseSearch(s, start)
		if err != nil {
			return
		}
		_ = w.maya.Do(func(b *mailbox.Box) error {
			nums, narrowed := q.candidates(b)
			for _, m := range b.Messages(nil) {
				found := q.match(&searched{m: m, words: map[string][]string{}})
				if found && narrowed && !strings.Contains(fmt.Sprint(nums), fmt.Sprint(m.Num())) {
					t.Errorf("%q matches a message that the index does not give", s)
				}
			}
			return nil
		})
	})
}

func TestFilterCollections(t *testing.T) {
	w := newWorld(t)
	w.mail("one", "valves")
	w.event(invite + "}")
	for filter, want := range map[string]int{
		"toRecipients/any(r:r/emailAddress/address eq 'maya@harborline.example')": 1, "toRecipients/any(r:r/emailAddress/address eq 'x@y.example')": 0,
		"importance in ('high','normal')": 1, "importance in ('high')": 0, "contains(body/content,'valves')": 1, "endswith(subject,'ne')": 1,
	} {
		if n := len(w.want(200, "GET", "/me/mailFolders/inbox/messages?$filter="+url.QueryEscape(filter), "").values()); n != want {
			t.Errorf("%s: %d, want %d", filter, n, want)
		}
	}
	w.want(400, "GET", "/me/messages?$filter="+url.QueryEscape("importance in ('high'"), "")
	if n := len(w.want(200, "GET", "/me/events?$filter="+url.QueryEscape("attendees/any(a:a/emailAddress/address eq 'jonas@harborline.example')"), "").values()); n != 1 {
		t.Errorf("%d events", n)
	}
}
