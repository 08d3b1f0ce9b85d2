package graph

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// maxBatch is the number of requests that one $batch may hold (facts, "$batch").
const maxBatch = 20

type batchPart struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batch answers POST /$batch: each part has its own status; a part whose dependency failed gets 424.
func (h *Handler) batch(a *answer, r *http.Request, body []byte) {
	if r.Method != http.MethodPost {
		a.fail(errMethod)
		return
	}
	var in struct {
		Requests []batchPart `json:"requests"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		a.fail(badRequest("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."))
		return
	}
	if len(in.Requests) == 0 || len(in.Requests) > maxBatch {
		a.fail(badRequest("BadRequest", "The number of batch requests has to be between 1 and 20."))
		return
	}
	done := map[string]int{} // status by id
	out := []fields{}
	for _, part := range in.Requests {
		if _, twice := done[part.ID]; twice || part.ID == "" {
			a.fail(badRequest("BadRequest", "The id of each batch request has to be given and unique."))
			return
		}
		sub := h.newAnswer(r)
		h.part(sub, r, part, done)
		if sub.reset {
			a.reset = true
			return
		}
		if sub.status == 0 {
			sub.status = http.StatusOK
		}
		done[part.ID] = sub.status
		a.affected(sub)
		out = append(out, writePart(part.ID, sub))
	}
	// What is written has come from the same writer before, so this cannot fail.
	_ = a.json(http.StatusOK, fields{{"responses", out}})
}

// affected lets the faults of a part that are the connection's befall the whole answer.
func (a *answer) affected(sub *answer) {
	a.cut, a.drops = max(a.cut, sub.cut), max(a.drops, sub.drops)
	if date := sub.header.Get("Date"); date != "" {
		a.header.Set("Date", date)
	}
}

func (h *Handler) part(sub *answer, r *http.Request, part batchPart, done map[string]int) {
	for _, id := range part.DependsOn {
		status, ok := done[id]
		if !ok {
			sub.fail(badRequest("BadRequest", "A request depends on one that does not come before it."))
			return
		}
		if status >= 400 {
			sub.fail(&refusal{http.StatusFailedDependency, "FailedDependency", "A request that this one depends on has failed."})
			return
		}
	}
	target, err := url.Parse("/graph/v1.0/" + strings.TrimLeft(part.URL, "/"))
	if err != nil || target.Host != "" || part.URL == "" {
		sub.fail(badRequest("BadRequest", "The url of a batch request is not valid."))
		return
	}
	if strings.HasPrefix(strings.TrimLeft(part.URL, "/"), "$batch") {
		sub.fail(badRequest("BadRequest", "A batch can't hold a batch."))
		return
	}
	inner := r.Clone(r.Context())
	inner.Method, inner.URL, inner.RequestURI = strings.ToUpper(part.Method), target, ""
	inner.Header = http.Header{"Authorization": r.Header.Values("Authorization")}
	for name, value := range part.Headers {
		if !strings.EqualFold(name, "Authorization") {
			inner.Header.Add(name, value)
		}
	}
	body := []byte(part.Body)
	if isNull(part.Body) {
		body = nil
	}
	if body != nil && inner.Header.Get("Content-Type") == "" {
		sub.fail(badRequest("BadRequest", "The Content-Type header is missing in a batch request that has a body."))
		return
	}
	h.serve(sub, inner, body)
}

// writePart writes a part's answer: JSON as it is, anything else in base64.
func writePart(id string, sub *answer) fields {
	headers := fields{}
	for _, name := range []string{"Content-Type", "Retry-After", "Location", "Preference-Applied", "ETag", "request-id", "WWW-Authenticate"} {
		if v := sub.header.Get(name); v != "" {
			headers = append(headers, field{name, v})
		}
	}
	out := fields{{"id", id}, {"status", sub.status}, {"headers", headers}}
	switch {
	case len(sub.body) == 0:
	case json.Valid(sub.body):
		out = append(out, field{"body", json.RawMessage(bytes.TrimSpace(sub.body))})
	default:
		out = append(out, field{"body", base64.StdEncoding.EncodeToString(sub.body)})
	}
	return out
}
