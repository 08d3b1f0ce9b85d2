package graph

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"supercrm/devtenant/mailbox"
)

// The limits of upload sessions (facts, "Attachments and sending"; documentation, "Attach large files").
const (
	maxUpload    = 150 << 20
	maxChunk     = 4 << 20
	maxUploads   = 64 // sessions open at a time; the oldest makes room
	uploadPeriod = 24 * time.Hour
)

// upload is a file on its way in pieces.
type upload struct {
	mu      sync.Mutex
	owner   string // object id of the mailbox
	budget  string // whose limits the pieces count for
	item    string // immutable id of the message or event
	event   bool
	file    attachment
	size    int64
	expires time.Time
	done    bool
}

// uploads are the sessions of a handler. A session's URL is a secret that authorises by itself.
type uploads struct {
	mu    sync.Mutex
	byKey map[string]*upload
	order []string
}

func (u *uploads) add(s *upload) string {
	var raw [24]byte
	rand.Read(raw[:]) // never fails
	key := hex.EncodeToString(raw[:])
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.byKey == nil {
		u.byKey = map[string]*upload{}
	}
	u.byKey[key] = s
	u.order = append(u.order, key)
	for len(u.order) > maxUploads {
		delete(u.byKey, u.order[0])
		u.order = u.order[1:]
	}
	return key
}

func (u *uploads) get(key string) *upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.byKey[key]
}

func (u *uploads) drop(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.byKey, key)
	for i, k := range u.order {
		if k == key {
			u.order = append(u.order[:i], u.order[i+1:]...)
			return
		}
	}
}

// createUpload answers POST …/attachments/createUploadSession.
func (c *call) createUpload(h holder) error {
	if err := h.write(); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	item, err := decode[*struct {
		AttachmentType, Name, ContentType, ContentID string
		Size                                         int64
		IsInline                                     bool
	}]("attachmentItem", in["attachmentItem"])
	if err != nil {
		return err
	}
	switch {
	case item == nil || item.Name == "" || !strings.EqualFold(item.AttachmentType, "file"):
		return badRequest("ErrorInvalidRequest", "The AttachmentItem needs attachmentType 'file', a name and a size.")
	case item.Size < maxAttachment:
		return badRequest("ErrorAttachmentSizeShouldNotBeLessThanMinimumSize", "Attachments smaller than 3 MB are added with one POST.")
	case item.Size > maxUpload:
		return &refusal{http.StatusRequestEntityTooLarge, "ErrorAttachmentSizeLimitExceeded", "The attachment is larger than 150 MB."}
	}
	kind := item.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	s := &upload{owner: c.b.Owner.ObjectID, budget: c.caller.AppID + " " + c.b.Owner.ObjectID, item: h.key, event: strings.HasPrefix(h.path, "events"), size: item.Size, expires: c.b.Now().Add(uploadPeriod),
		file: attachment{Name: item.Name, Type: kind, Inline: item.IsInline, ContentID: item.ContentID}}
	key := c.h.uploads.add(s)
	return c.one(http.StatusCreated, "#microsoft.graph.uploadSession", fields{
		{"uploadUrl", c.uploadBase() + uploadPath + key}, {"expirationDateTime", dateTime(s.expires)}, {"nextExpectedRanges", []string{"0-"}},
	})
}

// uploadBase is the address of uploads. The service has another host for them, so that a client which sends its token along
// gives it to a stranger: here it is the loopback's other name, where the tenant was called by one of them.
func (c *call) uploadBase() string {
	host, port, err := net.SplitHostPort(c.r.Host)
	if err != nil {
		return c.base()
	}
	other := map[string]string{"127.0.0.1": "localhost", "localhost": "127.0.0.1"}[host]
	if other == "" {
		return c.base()
	}
	return strings.TrimSuffix(c.base(), c.r.Host) + net.JoinHostPort(other, port)
}

const uploadPath = "/graph/uploads/"

// upload answers requests to an uploadUrl. An Authorization header is refused, as the service does: the URL is the
// authorisation.
func (h *Handler) upload(a *answer, r *http.Request, key string, body []byte) {
	s := h.uploads.get(key)
	switch {
	case r.Header.Get("Authorization") != "":
		a.fail(&refusal{http.StatusUnauthorized, "InvalidAudience", "The upload URL is authorised by itself; send no Authorization header."})
		return
	case s == nil:
		a.fail(&refusal{http.StatusNotFound, "ErrorItemNotFound", "The upload session was not found."})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done || h.opt.Now().After(s.expires) {
		a.fail(&refusal{http.StatusNotFound, "ErrorItemNotFound", "The upload session has ended."})
		return
	}
	switch r.Method {
	case http.MethodDelete:
		s.done, s.file.Bytes = true, nil
		h.uploads.drop(key)
		a.status = http.StatusNoContent
	case http.MethodGet:
		_ = a.json(http.StatusOK, s.state()) // strings only: cannot fail
	case http.MethodPut:
		if h.overBudget(a, s.budget, r.Method, len(body)) {
			return
		}
		if err := h.chunk(a, r, key, s, body); err != nil {
			a.fail(err)
		}
	default:
		a.fail(errMethod)
	}
}

func (s *upload) state() fields {
	return fields{{"expirationDateTime", dateTime(s.expires)}, {"nextExpectedRanges", []string{strconv.Itoa(len(s.file.Bytes))}}}
}

// chunk takes the next piece; the last one makes the attachment.
func (h *Handler) chunk(a *answer, r *http.Request, key string, s *upload, body []byte) error {
	first, last, total, err := contentRange(r.Header.Get("Content-Range"))
	if err != nil {
		return err
	}
	switch {
	case len(body) > maxChunk:
		return &refusal{http.StatusRequestEntityTooLarge, "ErrorMessageSizeExceeded", "A piece has to be smaller than 4 MB."}
	case total != s.size:
		return badRequest("ErrorInvalidRequest", "The Content-Range names another size than the session.")
	case last-first+1 != int64(len(body)):
		return badRequest("ErrorInvalidRequest", "The Content-Range does not fit the length of the content.")
	case first != int64(len(s.file.Bytes)):
		return &refusal{http.StatusRequestedRangeNotSatisfiable, "ErrorInvalidRange", "The next piece begins at " + strconv.Itoa(len(s.file.Bytes)) + "."}
	}
	s.file.Bytes = append(s.file.Bytes, body...)
	if int64(len(s.file.Bytes)) < s.size {
		return a.json(http.StatusOK, s.state())
	}
	box, ok := h.opt.Mailboxes.Mailbox(s.owner)
	if !ok {
		return mailbox.ErrNotFound
	}
	s.done = true
	h.uploads.drop(key)
	return box.Do(func(b *mailbox.Box) error {
		c := &call{answer: a, h: h, r: r, b: b}
		var to holder
		kind := "messages"
		if s.event {
			i, err := b.Find(s.item)
			if err != nil {
				return err
			}
			to, kind = c.eventFiles(i), "events"
		} else {
			m, err := b.Message(s.item)
			if err != nil {
				return err
			}
			to = c.messageFiles(m)
		}
		file := s.file
		if err := to.attach(&file); err != nil {
			return err
		}
		a.status = http.StatusCreated
		a.header.Set("Location", fmt.Sprintf("%s/graph/v1.0/users/%s/%s/%s/attachments/%s", c.base(), b.Owner.ObjectID, kind, s.item, b.FormatID(to.id(&file), true)))
		return nil
	})
}

// contentRange reads "bytes 0-2097151/3483322" (RFC 9110, 14.4).
func contentRange(s string) (first, last, total int64, err error) {
	bad := badRequest("ErrorInvalidRequest", "The Content-Range header is missing or not valid.")
	rest, ok := strings.CutPrefix(s, "bytes ")
	span, size, ok2 := strings.Cut(rest, "/")
	from, to, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, 0, bad
	}
	for _, n := range []struct {
		text string
		to   *int64
	}{{from, &first}, {to, &last}, {size, &total}} {
		v, err := strconv.ParseUint(n.text, 10, 62)
		if err != nil {
			return 0, 0, 0, bad
		}
		*n.to = int64(v)
	}
	if last < first || last >= total {
		return 0, 0, 0, bad
	}
	return first, last, total, nil
}
