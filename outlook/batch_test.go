package outlook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestBatchGivesEachPartItsAnswer(t *testing.T) {
	var asked struct{ Requests []batchRequest }
	c, _ := service(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/$batch") {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &asked)
		fmt.Fprint(w, `{"responses":[
			{"id":"2","status":429,"headers":{"retry-after":"2"},"body":{"error":{"code":"ApplicationThrottled"}}},
			{"body":{"value":[{"id":"m","subject":"x"}],"@odata.deltaLink":"d"},"status":200,"id":"0"},
			{"id":"1","status":410,"headers":{"request-id":"r1"},"body":{"error":{"code":"SyncStateNotFound"}}},
			{"id":"5","status":200,"body":"aGVsbG8="},{"id":"99","status":200},{"id":"x"}]}`)
	})
	base := c.base.String()
	var page, other Page[Message]
	parts := []*Part{
		LinkPart("a", base+"/me/x?$deltatoken=1", 20, &page), LinkPart("b", base+"/me/y?$deltatoken=2", 20, &other),
		CalendarsPart(new(Page[Calendar])), LinkPart("d", "https://elsewhere.example/v1.0/me", 20, &other),
		StampsPart(time.Unix(0, 0), 5, new(Page[Stamp])), AttachmentsPart("m/1", new(Page[Attachment])),
	}
	if err := c.Batch(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	if len(asked.Requests) != 5 || asked.Requests[0].URL != "/me/x?$deltatoken=1" || !strings.Contains(asked.Requests[0].Headers["Prefer"], "ImmutableId") {
		t.Errorf("asked %+v", asked.Requests)
	}
	if parts[0].Err != nil || len(page.Items) != 1 || page.Delta != "d" {
		t.Errorf("%v %+v", parts[0].Err, page)
	}
	if !IsResync(parts[1].Err) || !IsThrottled(parts[2].Err) || !errors.Is(parts[3].Err, ErrForeignLink) || !errors.Is(parts[4].Err, errUnanswered) || parts[5].Err == nil {
		t.Errorf("%v, %v, %v, %v, %v", parts[1].Err, parts[2].Err, parts[3].Err, parts[4].Err, parts[5].Err)
	}
	if d := time.Until(c.ThrottledUntil()); d < time.Second || d > 3*time.Second {
		t.Errorf("a throttled part holds the mailbox back for %v", d)
	}
}

func TestBatchAsAWhole(t *testing.T) {
	for status, refused := range map[int]bool{400: true, 403: true, 404: true, 501: true, 500: false, 401: false} {
		c, _ := service(t, func(_ int, w http.ResponseWriter, r *http.Request) { fail(w, status, "") })
		err := c.Batch(t.Context(), []*Part{CalendarsPart(new(Page[Calendar]))})
		if err == nil || IsBatchRefused(err) != refused {
			t.Errorf("%d: %v is refused: %v", status, err, IsBatchRefused(err))
		}
	}
	c, _ := service(t, func(_ int, w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"responses":[{"id":"0","sta`) })
	part := CalendarsPart(new(Page[Calendar]))
	if err := c.Batch(t.Context(), []*Part{part}); err == nil || part.Err == nil {
		t.Errorf("a batch that was cut gave %v, %v", err, part.Err)
	}
	if err := c.Batch(t.Context(), make([]*Part, 21)); err == nil {
		t.Error("21 parts were taken")
	}
}

// After a sleep the connection is dead and nobody says so: Reconnect begins the reading anew at once.
func TestReconnectBeginsReadingsAnew(t *testing.T) {
	stuck := make(chan struct{})
	c, _ := service(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			close(stuck)
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, `{"id":"m"}`)
	})
	go func() {
		<-stuck
		c.Reconnect()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if m, err := c.Message(ctx, "m"); err != nil || m.ID != "m" {
		t.Fatal(m.ID, err)
	}
}

func FuzzBatchAnswer(f *testing.F) {
	f.Add([]byte(`{"responses":[{"id":"0","status":200,"headers":{"Retry-After":"1"},"body":{"value":[]}},{"id":"1","status":"x"}]}`))
	f.Add([]byte(`{"responses":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		n := 0
		err := readBatch(bytes.NewReader(text), func(a batchAnswer) {
			n++
			CalendarsPart(new(Page[Calendar])).take(a)
		})
		if err == nil && !bytes.Contains(text, []byte("responses")) {
			t.Errorf("%d answers in %q", n, text)
		}
	})
}

func TestWritesInABatch(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Requests []struct {
				ID, Method, URL string
				Headers         map[string]string
				Body            json.RawMessage
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Requests) != 4 || r.URL.Path != "/v1.0/$batch" {
			t.Errorf("%+v %v", in, err)
		}
		for _, q := range in.Requests {
			if !strings.Contains(q.Headers["Prefer"], "ImmutableId") || q.Headers["Content-Type"] != "application/json" {
				t.Errorf("%+v", q)
			}
		}
		_, _ = io.WriteString(w, `{"responses":[{"id":"1","status":404,"body":{"error":{"code":"ErrorItemNotFound"}}},
			{"id":"0","status":200,"body":{"id":"a","@odata.etag":"W/\"2\""}},{"id":"2","status":429,"headers":{"Retry-After":"0.01"},"body":{"error":{"code":"ApplicationThrottled"}}}]}`)
	}))
	defer s.Close()
	c := client(t, s.URL, nil)
	var states [4]MessageState
	var parts []*Part
	for i, id := range []string{"a", "b", "c", "d"} {
		parts = append(parts, PatchPart(id, MessagePatch{}, &states[i]))
	}
	if err := c.Batch(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	if parts[0].Err != nil || states[0].ETag != `W/"2"` || !IsNotFound(parts[1].Err) || !IsThrottled(parts[2].Err) || !errors.Is(parts[3].Err, errUnanswered) {
		t.Fatalf("%v %v %v %v", parts[0].Err, parts[1].Err, parts[2].Err, parts[3].Err)
	}
}

// Whether a batch of writes was carried out is not known when its answer is lost, so that it is not sent a second time by itself.
func TestABatchOfWritesIsNotRepeated(t *testing.T) {
	for _, write := range []bool{true, false} {
		n := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			w.WriteHeader(http.StatusBadGateway)
		}))
		c := client(t, s.URL, nil)
		parts := []*Part{CalendarsPart(new(Page[Calendar]))}
		if write {
			parts = append(parts, MovePart("a", "archive", new(MessageState)))
		}
		if err := c.Batch(t.Context(), parts); err == nil || (n > 1) == write {
			t.Errorf("writes %v: sent %d times, %v", write, n, err)
		}
		s.Close()
	}
}
