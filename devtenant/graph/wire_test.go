package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
)

func TestBatch(t *testing.T) {
	w := newWorld(t)
	id := w.mail("x", "y")
	r := w.want(200, "POST", "/$batch", `{"requests":[
{"id":"1","method":"GET","url":"/me/messages/`+id+`?$select=subject","headers":{"Prefer":"IdType=\"ImmutableId\""}},
{"id":"2","method":"PATCH","url":"/me/messages/`+id+`","headers":{"Content-Type":"application/json","If-Match":"W/\"old\""},"body":{"isRead":true}},
{"id":"3","method":"GET","url":"/me","dependsOn":["2"]},
{"id":"4","method":"GET","url":"/me/messages/garbage"},
{"id":"5","method":"PATCH","url":"/me/messages/`+id+`","body":{"isRead":true}},
{"id":"6","method":"PATCH","url":"me/messages/`+id+`","headers":{"content-type":"application/json"},"body":{"isRead":true}},
{"id":"7","method":"GET","url":"/me","dependsOn":["6"]}]}`)
	got := map[string]float64{}
	list, _ := r.json["responses"].([]any)
	for _, item := range list {
		part := item.(map[string]any)
		got[part["id"].(string)] = part["status"].(float64)
		if part["id"] == "1" {
			if body := part["body"].(map[string]any); body["subject"] != "x" || body["id"] != id {
				t.Errorf("part 1: %v", body)
			}
		}
	}
	for id, want := range map[string]float64{"1": 200, "2": 412, "3": 424, "4": 400, "5": 400, "6": 200, "7": 200} {
		if got[id] != want {
			t.Errorf("part %s: %v, want %v", id, got[id], want)
		}
	}
	part := `{"id":"%d","method":"GET","url":"/me"}`
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf(part, i))
	}
	w.want(200, "POST", "/$batch", `{"requests":[`+strings.Join(many[:20], ",")+`]}`)
	w.want(400, "POST", "/$batch", `{"requests":[`+strings.Join(many, ",")+`]}`)
	w.want(400, "POST", "/$batch", `{"requests":[`+many[0]+","+many[0]+`]}`)
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	id := w.mail("x", "y")
	var fault *Fault
	w.h.SetIntercept(func(r *http.Request) *Fault {
		if strings.Contains(r.URL.Path, "/messages") {
			return fault
		}
		return nil
	})
	fault = &Fault{Status: 503, Header: http.Header{"Retry-After": {"3"}}}
	if r := w.want(503, "PATCH", "/me/messages/"+id, `{"isRead":true}`); r.Header.Get("Retry-After") != "3" || r.str("error", "code") == "" {
		t.Errorf("%v %s", r.Header, r.raw)
	}
	if m, _ := w.maya.Message(id); m.Read {
		t.Error("a request that was refused before was carried out")
	}
	w.want(200, "GET", "/me", "")
	fault = &Fault{Status: 504, AfterApply: true}
	w.want(504, "PATCH", "/me/messages/"+id, `{"isRead":true}`)
	if m, _ := w.maya.Message(id); !m.Read {
		t.Error("AfterApply did not carry the request out")
	}
	fault = &Fault{Status: 429, Code: "TooManyRequests"}
	r := w.want(200, "POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me/messages/`+id+`"},{"id":"2","method":"GET","url":"/me"}]}`)
	if !strings.Contains(string(r.raw), `"status":429`) || !strings.Contains(string(r.raw), `"status":200`) {
		t.Errorf("batch %s", r.raw)
	}

	server := httptest.NewServer(w.h)
	defer server.Close()
	fault = &Fault{Reset: true, AfterApply: true}
	req, err := http.NewRequestWithContext(context.Background(), "PATCH", server.URL+"/graph/v1.0/me/messages/"+id, strings.NewReader(`{"isRead":false}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer maya")
	req.Header.Set("Content-Type", "application/json")
	if resp, err := server.Client().Do(req); err == nil {
		resp.Body.Close()
		t.Errorf("answered %d though the connection should have been cut", resp.StatusCode)
	}
	if m, _ := w.maya.Message(id); m.Read {
		t.Error("Reset with AfterApply did not carry the request out")
	}
}

func TestFourAtOnce(t *testing.T) {
	w := newWorld(t)
	w.h.SetFourAtOnce(true)
	inside, release := make(chan bool, 4), make(chan bool)
	// The mailbox is held, so that the requests wait inside.
	held := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = w.maya.Do(func(*mailbox.Box) error { close(held); <-release; return nil })
	})
	<-held
	for range 4 {
		wg.Go(func() {
			inside <- true
			if r := w.do("GET", "/me", ""); r.StatusCode != 200 {
				t.Errorf("status %d", r.StatusCode)
			}
		})
	}
	for range 4 {
		<-inside
	}
	for {
		w.h.mu.Lock()
		n := w.h.busy[" "+mayaID]
		w.h.mu.Unlock()
		if n == 4 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	r := w.want(429, "GET", "/me", "")
	if r.str("error", "code") != "ApplicationThrottled" || r.Header.Get("Retry-After") == "" {
		t.Errorf("%s, Retry-After %q", r.str("error", "code"), r.Header.Get("Retry-After"))
	}
	close(release)
	wg.Wait()
	w.want(200, "GET", "/me", "")
}

// TestConcurrent is for the race detector: people write to each other, read and follow changes at the same time.
func TestConcurrent(t *testing.T) {
	w := newWorld(t)
	id := w.mail("x", "y")
	var wg sync.WaitGroup
	for n := range 6 {
		wg.Go(func() {
			who, other := "maya", "jonas"
			if n%2 == 1 {
				who, other = other, who
			}
			for range 20 {
				for _, r := range []reply{
					w.do("POST", "/me/sendMail", `{"message":{"subject":"x","toRecipients":[{"emailAddress":{"address":"`+other+`@harborline.example"}}]}}`, "Authorization: Bearer "+who),
					w.do("GET", "/me/mailFolders/inbox/messages/delta?$top=5", "", "Authorization: Bearer "+who),
					w.do("POST", "/me/events", lunch+"}", "Authorization: Bearer "+who),
					w.do("GET", "/me/calendarView/delta?"+week, "", "Authorization: Bearer "+who),
				} {
					if r.StatusCode >= 400 {
						t.Errorf("status %d: %s", r.StatusCode, r.raw)
					}
				}
				_ = w.maya.SetRead(id, n%3 == 0)
			}
		})
	}
	wg.Wait()
	if n, _ := w.jonas.Counts("inbox"); n != 60 {
		t.Errorf("jonas has %d, want 60", n)
	}
}
