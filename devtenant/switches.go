package devtenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"supercrm/devtenant/graph"
	"supercrm/devtenant/mailbox"
)

// switches are those of mailboxes and faults, beside the sign-in service's.
func (s *Server) switches() map[string]func(url.Values) (string, error) {
	return map[string]func(url.Values) (string, error){
		"quota":        s.setQuota,
		"reset":        s.reset,
		"limits":       s.setLimits,
		"fault":        s.addFault,
		"remove-fault": s.removeFault,
	}
}

var errNoMailbox = errors.New("there is no such mailbox")

// quotaRoom is what a quota switched on without numbers leaves: enough for a few mails.
const quotaRoom = 64 << 10

// setQuota: upn, and either on (true: so small that a few mails fill it; false: none) or send and receive, in bytes, 0 for
// no limit.
func (s *Server) setQuota(v url.Values) (string, error) {
	m, ok := s.Mailboxes.Mailbox(v.Get("upn"))
	if !ok {
		return "", errNoMailbox
	}
	return "", m.Do(func(b *mailbox.Box) error {
		q := b.Quota()
		if v.Has("on") {
			on, err := strconv.ParseBool(v.Get("on"))
			if err != nil {
				return errors.New("on must be true or false")
			}
			q = mailbox.Quota{}
			if on {
				q = mailbox.Quota{Send: b.Size() + quotaRoom, Receive: b.Size() + 2*quotaRoom}
			}
		}
		for name, to := range map[string]*int64{"send": &q.Send, "receive": &q.Receive} {
			if v.Get(name) == "" {
				continue
			}
			n, err := strconv.ParseInt(strings.TrimSpace(v.Get(name)), 10, 64)
			if err != nil || n < 0 {
				return fmt.Errorf("%s must be a number of bytes, 0 for no limit", name)
			}
			*to = n
		}
		b.SetQuota(q)
		return nil
	})
}

// reset: upn for one mailbox; without it the whole tenant: mailboxes, people, policies, approvals, sign-ins, faults and
// the list of requests are as at the start.
func (s *Server) reset(v url.Values) (string, error) {
	if upn := v.Get("upn"); upn != "" {
		m, ok := s.Mailboxes.Mailbox(upn)
		if !ok {
			return "", errNoMailbox
		}
		return "", s.seed.reset(m)
	}
	if all, err := strconv.ParseBool(v.Get("all")); err != nil || !all {
		return "", errors.New("name a mailbox by upn, or say all=true")
	}
	s.providing.Lock()
	defer s.providing.Unlock()
	if err := s.dir.Load(s.seed.Directory); err != nil {
		return "", err
	}
	s.entra.Forget()
	s.graph.Faults().Clear()
	s.graph.SetFourAtOnce(true)
	for _, m := range s.Mailboxes.All() {
		if _, _, ok := s.dir.User(m.Owner().UPN); !ok {
			s.Mailboxes.Remove(m)
			continue
		}
		if err := s.seed.reset(m); err != nil {
			return "", err
		}
		_ = m.Do(func(b *mailbox.Box) error { b.SetQuota(mailbox.Quota{}); return nil }) // no error comes of it
	}
	s.requests.clear()
	return "", nil
}

// setLimits: concurrency (true: a fifth request at a time of a program to a mailbox is answered 429).
func (s *Server) setLimits(v url.Values) (string, error) {
	on, err := strconv.ParseBool(v.Get("concurrency"))
	if err != nil {
		return "", errors.New("concurrency must be true or false")
	}
	s.graph.SetFourAtOnce(on)
	return "", nil
}

// addFault: a graph.FaultRule by the names of its JSON form; script is words.
func (s *Server) addFault(v url.Values) (string, error) {
	rule := graph.FaultRule{Kind: v.Get("kind"), Script: strings.FieldsFunc(v.Get("script"), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\r' || r == '\t' }),
		Account: strings.TrimSpace(v.Get("account")), Endpoint: strings.TrimSpace(v.Get("endpoint"))}
	if len(rule.Script) > 0 { // the panel's form always names a kind
		rule.Kind = ""
	}
	if raw := v.Get("rate"); raw != "" {
		var err error
		if rule.Rate, err = strconv.ParseFloat(raw, 64); err != nil {
			return "", errors.New("rate must be a number from 0 to 1")
		}
	}
	for name, to := range map[string]*int{"count": &rule.Count, "retryAfter": &rule.RetryAfter, "millis": &rule.Millis} {
		if raw := v.Get(name); raw != "" {
			var err error
			if *to, err = strconv.Atoi(raw); err != nil {
				return "", fmt.Errorf("%s must be a whole number", name)
			}
		}
	}
	return s.graph.Faults().Add(rule)
}

// removeFault: id, or all.
func (s *Server) removeFault(v url.Values) (string, error) {
	if v.Get("id") == "all" {
		s.graph.Faults().Clear()
		return "", nil
	}
	if !s.graph.Faults().Remove(v.Get("id")) {
		return "", errors.New("there is no such fault")
	}
	return "", nil
}

// mailboxState is a mailbox as GET /control/mailboxes tells of it.
type mailboxState struct {
	UPN      string        `json:"upn"`
	Name     string        `json:"name"`
	Shared   bool          `json:"shared,omitempty"`
	Bytes    int64         `json:"bytes"`
	Send     int64         `json:"send_quota"`    // bytes; 0: none
	Receive  int64         `json:"receive_quota"` // bytes; 0: none
	Messages int           `json:"messages"`
	Unread   int           `json:"unread"` // in the inbox
	Events   int           `json:"events"`
	Contacts int           `json:"contacts"`
	Folders  []folderState `json:"folders"`
}

type folderState struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Depth    int    `json:"depth"` // 0 for those at the top
	Messages int    `json:"messages"`
	Unread   int    `json:"unread"`
}

func stateOf(m *mailbox.Mailbox) (out mailboxState) {
	_ = m.Do(func(b *mailbox.Box) error { // no error comes of reading
		q := b.Quota()
		out = mailboxState{UPN: b.Owner.UPN, Name: b.Owner.Name, Shared: b.Shared, Bytes: b.Size(), Send: q.Send, Receive: q.Receive,
			Messages: len(b.Messages(nil)), Events: len(b.Events(nil)), Contacts: b.ContactCount()}
		_, out.Unread = b.WellKnown("inbox").Counts()
		var add func(list []*mailbox.Folder, depth int)
		add = func(list []*mailbox.Folder, depth int) {
			for _, f := range list {
				total, unread := f.Counts()
				out.Folders = append(out.Folders, folderState{b.FormatID(f.ID(), true), f.Name, depth, total, unread})
				add(f.Children(), depth+1)
			}
		}
		add(b.Root().Children(), 0)
		return nil
	})
	return out
}

// listMailboxes is GET /control/mailboxes.
func (s *Server) listMailboxes(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		http.Error(w, "GET only", http.StatusMethodNotAllowed)
		return
	}
	out := []mailboxState{}
	for _, m := range s.Mailboxes.All() {
		out = append(out, stateOf(m))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(out) // the client may have gone
}

// caller is the sign-in name that a request's access token is for; empty without a good one.
func (s *Server) caller(r *http.Request) string {
	if !strings.HasPrefix(r.URL.Path, "/graph/") {
		return ""
	}
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" {
		return ""
	}
	c, err := s.entra.Verify(strings.TrimSpace(token))
	if err != nil {
		return ""
	}
	return c.UPN
}
