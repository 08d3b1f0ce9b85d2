package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

// parts gives the statuses of a batch's answer by id.
func (r reply) parts() map[string]map[string]any {
	out := map[string]map[string]any{}
	list, _ := r.json["responses"].([]any)
	for _, item := range list {
		part, _ := item.(map[string]any)
		id, _ := part["id"].(string)
		out[id] = part
	}
	return out
}

var httpFacts = []fact{
	{"`Prefer: IdType=\"ImmutableId\"` on **every** request, nextLinks too.", func(t *testing.T, w *world) {
		one, two := w.mail("x", "y"), w.mail("z", "y")
		next := w.want(200, "GET", "/me/messages?$top=1", "", immutable).str("@odata.nextLink")
		if got := w.want(200, "GET", next, "").values()[0]["id"]; got == one || got == two {
			t.Error("without the header a page has immutable ids")
		}
		if got := w.want(200, "GET", next, "", immutable).values()[0]["id"]; got != one && got != two {
			t.Error("with the header a page has default ids")
		}
	}},
	{"Survives moves.", func(t *testing.T, w *world) {
		id := w.mail("x", "y")
		if got := w.want(201, "POST", "/me/messages/"+id+"/move", `{"destinationId":"archive"}`, immutable).str("id"); got != id {
			t.Errorf("%s, was %s", got, id)
		}
	}},
	{"Ids are case-sensitive", func(t *testing.T, w *world) {
		if r := w.do("GET", "/me/messages/"+strings.ToLower(w.mail("x", "y")), ""); r.StatusCode < 400 {
			t.Error("found in other case")
		}
	}},
	{"a move makes a new id", func(t *testing.T, w *world) {
		w.mail("x", "y")
		id := w.want(200, "GET", "/me/messages", "").values()[0]["id"].(string)
		if got := w.want(201, "POST", "/me/messages/"+id+"/move", `{"destinationId":"archive"}`).str("id"); got == id {
			t.Error("the default id is the same")
		}
		w.want(404, "GET", "/me/messages/"+id, "")
	}},
	{"`Prefer: outlook.timezone=\"…\"`, `outlook.body-content-type=\"text\"`", func(t *testing.T, w *world) {
		id := w.event(lunch + `,"body":{"contentType":"html","content":"<b>x</b>"}}`).str("id")
		r := w.want(200, "GET", "/me/events/"+id, "", `Prefer: outlook.timezone="Tokyo Standard Time"`, `Prefer: outlook.body-content-type="text"`)
		if r.str("start", "dateTime") != "2025-03-13T20:00:00.0000000" || r.str("start", "timeZone") != "Tokyo Standard Time" || r.str("body", "content") != "x" || r.str("body", "contentType") != "text" {
			t.Errorf("%v %v", r.get("start"), r.get("body"))
		}
	}},
	{"confirmed by `Preference-Applied`", func(t *testing.T, w *world) {
		applied := w.want(200, "GET", "/me/events", "", immutable, `Prefer: outlook.timezone="Europe/Berlin", outlook.body-content-type="text"`, "Prefer: something.unknown").Header.Get("Preference-Applied")
		if applied != `IdType="ImmutableId", outlook.timezone="Europe/Berlin", outlook.body-content-type="text"` {
			t.Error(applied)
		}
	}},
	{"`W/\"<changeKey>\"`", func(t *testing.T, w *world) {
		for _, r := range []reply{w.want(200, "GET", "/me/messages/"+w.mail("x", "y"), ""), w.event(lunch + "}"), w.want(201, "POST", "/me/contacts", `{"givenName":"A"}`)} {
			if r.str("changeKey") == "" || r.str("@odata.etag") != `W/"`+r.str("changeKey")+`"` {
				t.Errorf("%s, %s", r.str("@odata.etag"), r.str("changeKey"))
			}
		}
	}},
	{"a stale write gives 412 `ErrorIrresolvableConflict`", func(t *testing.T, w *world) {
		contact := w.want(201, "POST", "/me/contacts", `{"givenName":"A"}`)
		event := w.event(lunch + "}")
		for path, etag := range map[string]string{"/me/contacts/" + contact.str("id"): contact.str("@odata.etag"), "/me/events/" + event.str("id"): event.str("@odata.etag")} {
			w.want(200, "PATCH", path, `{"categories":["x"]}`, "If-Match: "+etag)
			if r := w.want(412, "PATCH", path, `{"categories":[]}`, "If-Match: "+etag); r.str("error", "code") != "ErrorIrresolvableConflict" {
				t.Errorf("%s: %s", path, r.raw)
			}
			w.want(412, "DELETE", path, "", "If-Match: "+etag)
		}
	}},
	{"at times spuriously: re-read, retry once, then show the conflict", func(t *testing.T, w *world) {
		id := w.mail("x", "y")
		if _, err := w.h.Faults().Add(FaultRule{Kind: FaultConflict, Count: 1}); err != nil {
			t.Fatal(err)
		}
		etag := w.want(200, "GET", "/me/messages/"+id, "").str("@odata.etag")
		w.want(412, "PATCH", "/me/messages/"+id, `{"isRead":true}`, "If-Match: "+etag)
		if again := w.want(200, "GET", "/me/messages/"+id, ""); again.str("@odata.etag") != etag || again.get("isRead") != false {
			t.Error("the refused write has changed something")
		}
		w.want(200, "PATCH", "/me/messages/"+id, `{"isRead":true}`, "If-Match: "+etag)
	}},
	{"`transactionId` makes it safe to retry", func(t *testing.T, w *world) {
		one, two := w.event(lunch+`,"transactionId":"t"}`), w.event(lunch+`,"transactionId":"t"}`)
		if one.str("id") != two.str("id") || len(w.want(200, "GET", "/me/events", "").values()) != 1 {
			t.Error("made twice")
		}
	}},
	{"≤20", func(t *testing.T, w *world) {
		var list []string
		for i := range 21 {
			list = append(list, fmt.Sprintf(`{"id":"%d","method":"GET","url":"/me"}`, i))
		}
		w.want(200, "POST", "/$batch", `{"requests":[`+strings.Join(list[:20], ",")+`]}`)
		w.want(400, "POST", "/$batch", `{"requests":[`+strings.Join(list, ",")+`]}`)
	}},
	{"a body needs its Content-Type", func(t *testing.T, w *world) {
		id := w.mail("x", "y")
		got := w.want(200, "POST", "/$batch", `{"requests":[{"id":"1","method":"PATCH","url":"/me/messages/`+id+`","body":{"isRead":true}},
{"id":"2","method":"PATCH","url":"/me/messages/`+id+`","headers":{"Content-Type":"application/json"},"body":{"isRead":true}}]}`).parts()
		if got["1"]["status"] != 400.0 || got["2"]["status"] != 200.0 {
			t.Errorf("%v", got)
		}
	}},
	{"own status for each part", func(t *testing.T, w *world) {
		got := w.want(200, "POST", "/$batch", `{"requests":[{"id":"a","method":"GET","url":"/me"},{"id":"b","method":"GET","url":"/me/messages/garbage"},{"id":"c","method":"POST","url":"/me/sendMail","headers":{"Content-Type":"application/json"},"body":{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}}}]}`).parts()
		if got["a"]["status"] != 200.0 || got["b"]["status"] != 400.0 || got["c"]["status"] != 202.0 {
			t.Errorf("%v", got)
		}
	}},
	{"failed dependency 424", func(t *testing.T, w *world) {
		got := w.want(200, "POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me/messages/garbage"},{"id":"2","method":"GET","url":"/me","dependsOn":["1"]},{"id":"3","method":"GET","url":"/me","dependsOn":["2"]}]}`).parts()
		if got["2"]["status"] != 424.0 || got["3"]["status"] != 424.0 {
			t.Errorf("%v", got)
		}
	}},
	{"Outlook runs 4 at a time", func(t *testing.T, w *world) {
		// A batch is four at once at most, whatever it holds: none of its parts is refused for the limit that keeps others out.
		w.h.SetFourAtOnce(true)
		var list []string
		for i := range 20 {
			list = append(list, fmt.Sprintf(`{"id":"%d","method":"GET","url":"/me/messages"}`, i))
		}
		for id, part := range w.want(200, "POST", "/$batch", `{"requests":[`+strings.Join(list, ",")+`]}`).parts() {
			if part["status"] != 200.0 {
				t.Errorf("part %s: %v", id, part["status"])
			}
		}
	}},
	{"per app and mailbox: 10,000 requests in 10 min,", func(t *testing.T, w *world) {
		w.h.SetBudget(true)
		for range maxRequests - 1 { // the requests themselves would take too long
			w.h.budget.take(" "+mayaID, w.now(), 0)
		}
		w.want(200, "GET", "/me", "")
		w.pass(time.Minute)
		if r := w.want(429, "GET", "/me", ""); r.Header.Get("Retry-After") != "541" {
			t.Errorf("Retry-After %s", r.Header.Get("Retry-After"))
		}
		w.want(200, "GET", "/me", "", asJonas)
		w.pass(9 * time.Minute)
		w.want(200, "GET", "/me", "")
	}},
	{"150 MB upload in 5 min", func(t *testing.T, w *world) {
		w.h.SetBudget(true)
		id := w.want(201, "POST", "/me/messages", `{"subject":"x"}`, immutable).str("id")
		piece := make([]byte, maxChunk)
		send := func() (status int) {
			link := w.want(201, "POST", "/me/messages/"+id+"/attachments/createUploadSession", fmt.Sprintf(`{"attachmentItem":{"attachmentType":"file","name":"a.bin","size":%d}}`, 8*maxChunk)).str("uploadUrl")
			for i := range 8 {
				if status = w.put("PUT", link, fmt.Sprintf("bytes %d-%d/%d", i*maxChunk, (i+1)*maxChunk-1, 8*maxChunk), piece).StatusCode; status >= 400 {
					return status
				}
			}
			return status
		}
		for i := range 4 {
			if status := send(); status != 201 {
				t.Fatalf("upload %d: %d", i, status)
			}
		}
		if status := send(); status != 429 {
			t.Errorf("the fifth: %d", status)
		}
		w.want(429, "PATCH", "/me/messages/"+id, `{"subject":"`+strings.Repeat("x", 3000)+`","body":{"content":"`+strings.Repeat("x", 4<<20)+`"}}`)
		w.want(200, "GET", "/me", "")
		w.pass(6 * time.Minute)
		w.want(200, "PATCH", "/me/messages/"+id, `{"subject":"y"}`)
	}},
	{"4 concurrent", func(t *testing.T, w *world) {
		w.h.SetFourAtOnce(true)
		inside := make(chan bool, 4)
		var wg sync.WaitGroup
		_ = w.maya.Do(func(*mailbox.Box) error { // while the mailbox is held, requests wait inside
			for range 4 {
				wg.Go(func() { inside <- w.do("GET", "/me", "").StatusCode == 200 })
			}
			for busy := 0; busy < 4; time.Sleep(time.Millisecond) {
				w.h.mu.Lock()
				busy = w.h.busy[" "+mayaID]
				w.h.mu.Unlock()
			}
			if r := w.want(429, "GET", "/me", ""); r.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			w.want(200, "GET", "/me", "", asJonas) // another's mailbox does not count
			return nil
		})
		wg.Wait()
		for range 4 {
			if !<-inside {
				t.Error("one of four was refused")
			}
		}
	}},
	{"`ApplicationThrottled` (MailboxConcurrency) or `TooManyRequests`: honour `Retry-After`", func(t *testing.T, w *world) {
		for _, code := range []string{"ApplicationThrottled", "TooManyRequests"} {
			w.h.SetIntercept(func(*http.Request) *Fault {
				return &Fault{Status: 429, Code: code, Header: http.Header{"Retry-After": {"7"}}}
			})
			if r := w.want(429, "GET", "/me", ""); r.str("error", "code") != code || r.Header.Get("Retry-After") != "7" {
				t.Errorf("%s %v", r.raw, r.Header)
			}
		}
	}},
	{"also inside a batch", func(t *testing.T, w *world) {
		if _, err := w.h.Faults().Add(FaultRule{Kind: FaultThrottle, Endpoint: "GET /me/messages", RetryAfter: 9}); err != nil {
			t.Fatal(err)
		}
		part := w.want(200, "POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me/messages"}]}`).parts()["1"]
		if headers, _ := part["headers"].(map[string]any); part["status"] != 429.0 || headers["Retry-After"] != "9" {
			t.Errorf("%v", part)
		}
	}},
	{"do **not** retry: duplicates were sent", func(t *testing.T, w *world) {
		w.h.SetIntercept(func(r *http.Request) *Fault { return &Fault{Header: http.Header{"Retry-After": {"1"}}} })
		const mail = `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"jonas@harborline.example"}}]}}`
		if r := w.want(202, "POST", "/me/sendMail", mail); r.Header.Get("Retry-After") != "1" {
			t.Error("no Retry-After")
		}
		w.want(202, "POST", "/me/sendMail", mail)
		if n, _ := w.jonas.Counts("inbox"); n != 2 {
			t.Errorf("%d arrived, though the first had been sent", n)
		}
	}},
	{"messages: default 10, `$top` up to 1000", func(t *testing.T, w *world) {
		for range 12 {
			w.mail("x", "y")
		}
		if n := len(w.want(200, "GET", "/me/messages", "").values()); n != 10 {
			t.Errorf("%d", n)
		}
		if n := len(w.want(200, "GET", "/me/messages?$top=1000", "").values()); n != 12 {
			t.Errorf("%d", n)
		}
		w.want(400, "GET", "/me/messages?$top=1001", "")
	}},
	{"every orderby property must be in the filter, first and in order, else `InefficientFilter`", func(t *testing.T, w *world) {
		for query, ok := range map[string]bool{
			"$filter=isRead eq false&$orderby=receivedDateTime":                                                                        false,
			"$filter=isRead eq false and receivedDateTime ge 2025-01-01T00:00:00Z&$orderby=receivedDateTime":                           false,
			"$filter=receivedDateTime ge 2025-01-01T00:00:00Z and isRead eq false&$orderby=receivedDateTime":                           true,
			"$filter=receivedDateTime ge 2025-01-01T00:00:00Z and subject eq 'x'&$orderby=subject,receivedDateTime":                    false,
			"$filter=receivedDateTime ge 2025-01-01T00:00:00Z and subject eq 'x' and isRead eq true&$orderby=receivedDateTime,subject": true,
			"$filter=isRead eq false": true, "$orderby=subject": true,
		} {
			r := w.do("GET", "/me/messages?"+query, "")
			if ok != (r.StatusCode == 200) || !ok && r.str("error", "code") != "InefficientFilter" {
				t.Errorf("%s: %d %s", query, r.StatusCode, r.str("error", "code"))
			}
		}
	}},
	{"KQL", func(t *testing.T, w *world) {
		w.mail("Quote for desks", "Please send it.")
		w.mail("Lunch", "Tuesday?")
		for query, n := range map[string]int{`"desks"`: 1, `"subject:lunch"`: 1, `"from:anna AND desk*"`: 1, `"desks OR tuesday"`: 2, `"NOT desks"`: 1, `"hasattachment:true"`: 0} {
			if got := len(w.want(200, "GET", "/me/messages?$search="+url.QueryEscape(query), "").values()); got != n {
				t.Errorf("%s: %d, want %d", query, got, n)
			}
		}
	}},
	{"≤1000 results by sent date", func(t *testing.T, w *world) {
		for i := range 1010 {
			w.maya.Deliver(mailbox.Mail{Subject: fmt.Sprint("word ", i), At: start.Add(-time.Duration(i*37%1010) * time.Minute)})
		}
		n, last := 0, ""
		for next := "/me/messages?$search=word&$top=500&$select=sentDateTime"; next != ""; {
			r := w.want(200, "GET", next, "")
			for _, v := range r.values() {
				at := v["sentDateTime"].(string)
				if n++; last != "" && at > last {
					t.Fatalf("%s after %s", at, last)
				}
				last = at
			}
			next = r.str("@odata.nextLink")
		}
		if n != 1000 {
			t.Errorf("%d results", n)
		}
	}},
	{"not with `$filter`", func(t *testing.T, w *world) { w.want(400, "GET", "/me/messages?$search=x&$filter=isRead eq false", "") }},
	{"`{\"error\":{\"code\",\"message\",\"innerError\":{\"date\",\"request-id\",\"client-request-id\"}}}`", func(t *testing.T, w *world) {
		r := w.want(400, "GET", "/me/messages/garbage", "", "client-request-id: mine")
		inner, _ := r.get("error", "innerError").(map[string]any)
		if r.str("error", "code") == "" || r.str("error", "message") == "" || inner["date"] != "2025-03-12T09:00:00" || inner["request-id"] != r.Header.Get("request-id") || inner["client-request-id"] != "mine" {
			t.Errorf("%s", r.raw)
		}
	}},
	{"also `innererror`", func(t *testing.T, w *world) {
		w.h.SetQuirks(Quirks{OldErrors: true})
		if r := w.want(400, "GET", "/me/messages/garbage", ""); r.get("error", "innererror") == nil || r.get("error", "innerError") != nil {
			t.Errorf("%s", r.raw)
		}
	}},
}

// refused checks a refusal's status and code.
func refused(t *testing.T, r reply, code string) {
	t.Helper()
	if r.str("error", "code") != code {
		t.Errorf("%d %s, want %s", r.StatusCode, r.str("error", "code"), code)
	}
}

var errorFacts = []fact{
	{"InvalidAuthenticationToken 401", func(t *testing.T, w *world) {
		refused(t, w.want(401, "GET", "/me", "", "Authorization: Bearer forged"), "InvalidAuthenticationToken")
	}},
	{"ErrorAccessDenied, ErrorSendAsDenied 403", func(t *testing.T, w *world) {
		refused(t, w.want(403, "GET", "/users/"+jonasID+"/messages", ""), "ErrorAccessDenied")
		refused(t, w.want(403, "POST", "/me/sendMail", `{"message":{"from":{"emailAddress":{"address":"jonas@harborline.example"}},"toRecipients":[{"emailAddress":{"address":"a@b.example"}}]}}`), "ErrorSendAsDenied")
	}},
	{"ErrorItemNotFound, ErrorSyncFolderNotFound, MailboxNotEnabledForRESTAPI, ErrorInvalidUser, ResourceNotFound 404", func(t *testing.T, w *world) {
		id := w.mail("x", "y")
		w.want(204, "POST", "/me/messages/"+id+"/permanentDelete", "")
		refused(t, w.want(404, "GET", "/me/messages/"+id, ""), "ErrorItemNotFound")
		folder := w.want(201, "POST", "/me/mailFolders", `{"displayName":"Gone"}`, immutable).str("id")
		link := w.round("/me/mailFolders/" + folder + "/messages/delta")
		w.want(204, "POST", "/me/mailFolders/"+folder+"/permanentDelete", "")
		refused(t, w.want(404, "GET", link, ""), "ErrorSyncFolderNotFound")
		refused(t, w.want(404, "GET", "/me/messages", "", "Authorization: Bearer nobody"), "MailboxNotEnabledForRESTAPI")
		refused(t, w.want(404, "GET", "/users/ghost@harborline.example/messages", ""), "ErrorInvalidUser")
		refused(t, w.want(404, "GET", "/users/0b6a3f6e-1111-4a7e-8a5c-00000000000f/messages", ""), "ResourceNotFound")
	}},
	{"ErrorInvalidIdMalformed, ErrorOccurrenceCrossingBoundary, InvalidTimeZone, ErrorInvalidTimeSettings 400", func(t *testing.T, w *world) {
		refused(t, w.want(400, "GET", "/me/messages/garbage", ""), "ErrorInvalidIdMalformed")
		w.event(weekly)
		refused(t, w.want(400, "PATCH", "/me/events/"+w.nth(month, 1)["id"].(string), `{"start":{"dateTime":"2025-03-24T08:00:00","timeZone":"UTC"},"end":{"dateTime":"2025-03-24T09:00:00","timeZone":"UTC"}}`), "ErrorOccurrenceCrossingBoundary")
		refused(t, w.want(400, "POST", "/me/events", strings.ReplaceAll(lunch, "Europe/Berlin", "Mars")+"}"), "InvalidTimeZone")
		refused(t, w.want(400, "POST", "/me/events", strings.Replace(lunch, "T13", "T11", 1)+"}"), "ErrorInvalidTimeSettings")
	}},
	{"ErrorQuotaExceeded, ErrorFolderExists, ErrorInvalidRecipients vary.", func(t *testing.T, w *world) {
		_ = w.maya.Do(func(b *mailbox.Box) error {
			for i := range maxRecords {
				b.AddRecord(masterCategories.name, "", map[string]json.RawMessage{"displayName": json.RawMessage(fmt.Sprintf(`"c%d"`, i)), "color": json.RawMessage(`"none"`)})
			}
			return nil
		})
		refused(t, w.do("POST", "/me/outlook/masterCategories", `{"displayName":"one more"}`), "ErrorQuotaExceeded")
		w.want(201, "POST", "/me/mailFolders", `{"displayName":"A"}`)
		refused(t, w.do("POST", "/me/mailFolders", `{"displayName":"a"}`), "ErrorFolderExists")
		refused(t, w.do("POST", "/me/sendMail", `{"message":{"toRecipients":[{"emailAddress":{"address":"nobody"}}]}}`), "ErrorInvalidRecipients")
	}},
}
