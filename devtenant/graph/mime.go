package graph

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"supercrm/devtenant/mailbox"
)

// mimeOf answers GET …/messages/{id}/$value: the message in MIME (RFC 5322, RFC 2045).
func (c *call) mimeOf(m *message) error {
	if err := c.readMail(); err != nil {
		return err
	}
	raw, err := writeMIME(m)
	if err != nil {
		return err
	}
	c.status, c.answer.body = http.StatusOK, raw
	c.header.Set("Content-Type", "text/plain")
	return nil
}

func mimeAddresses(list []mailbox.Address) string {
	var out []string
	for _, a := range list {
		out = append(out, (&mail.Address{Name: a.Name, Address: a.Addr}).String())
	}
	return strings.Join(out, ", ")
}

func writeMIME(m *message) ([]byte, error) {
	var b bytes.Buffer
	head := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + strings.NewReplacer("\r", "", "\n", "").Replace(value) + "\r\n")
		}
	}
	if m.From.Addr != "" {
		head("From", mimeAddresses([]mailbox.Address{m.From}))
	}
	head("To", mimeAddresses(m.To))
	head("Cc", mimeAddresses(m.Cc))
	if m.Draft {
		head("Bcc", mimeAddresses(m.Bcc))
	}
	head("Reply-To", mimeAddresses(m.ReplyTo))
	head("Subject", mime.QEncoding.Encode("utf-8", m.Subject))
	head("Date", m.Sent.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	head("Message-ID", m.InternetID)
	head("In-Reply-To", m.InReplyTo)
	if m.Importance != "normal" {
		head("Importance", m.Importance)
	}
	for _, h := range m.Headers {
		head(h.Name, h.Value)
	}
	head("Thread-Index", base64.StdEncoding.EncodeToString(m.Index))
	head("MIME-Version", "1.0")
	w := multipart.NewWriter(&b)
	head("Content-Type", `multipart/mixed; boundary="`+w.Boundary()+`"`)
	b.WriteString("\r\n")
	body := m.Body()
	kind := "text/plain; charset=utf-8"
	if body.HTML {
		kind = "text/html; charset=utf-8"
	}
	if err := mimePart(w, textproto.MIMEHeader{"Content-Type": {kind}}, []byte(body.Text)); err != nil {
		return nil, err
	}
	for _, a := range m.Attachments {
		if a.Kind != mailbox.FileAttachment {
			continue
		}
		how := "attachment"
		if a.Inline {
			how = "inline"
		}
		h := textproto.MIMEHeader{"Content-Type": {a.Type}, "Content-Disposition": {mime.FormatMediaType(how, map[string]string{"filename": a.Name})}}
		if a.ContentID != "" {
			h.Set("Content-ID", "<"+a.ContentID+">")
		}
		if err := mimePart(w, h, a.Bytes); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mimePart writes a part in base64, 76 characters a line (RFC 2045, 6.8).
func mimePart(w *multipart.Writer, h textproto.MIMEHeader, data []byte) error {
	h.Set("Content-Transfer-Encoding", "base64")
	p, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(data)
	for len(text) > 0 {
		n := min(76, len(text))
		if _, err := io.WriteString(p, text[:n]+"\r\n"); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

// customHeader is what a program may put into the head of a mail (documentation of internetMessageHeader).
var customHeader = regexp.MustCompile(`^[xX]-[!-9;-~]{1,100}$`)

// maxHeaders of a program's own that one mail holds.
const maxHeaders = 50

// exchangeHeader says whether a header is the service's own.
func exchangeHeader(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "x-ms-exchange-")
}

func readHeaders(raw json.RawMessage) ([]mailbox.Header, error) {
	list, err := decode[[]struct{ Name, Value string }]("internetMessageHeaders", raw)
	if err != nil {
		return nil, err
	}
	if len(list) > maxHeaders {
		return nil, badRequest("ErrorInvalidInternetHeader", "The message has too many headers.")
	}
	var out []mailbox.Header
	for _, h := range list {
		if !customHeader.MatchString(h.Name) || exchangeHeader(h.Name) {
			return nil, badRequest("InvalidInternetMessageHeader", "The internet message header name '"+h.Name+"' should start with 'x-' or 'X-'.")
		}
		if strings.ContainsAny(h.Value, "\r\n") || len(h.Value) > 4000 {
			return nil, badRequest("ErrorInvalidInternetHeader", "The value of the internet message header '"+h.Name+"' is not valid.")
		}
		out = append(out, mailbox.Header(h))
	}
	return out, nil
}

// isMIME says whether the request's body is a message in MIME: text/plain, in base64 (documentation of "Send mail").
func (c *call) isMIME() bool {
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	return kind == "text/plain"
}

var errMIME = badRequest("ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")

// readMIME reads a draft from a request in MIME.
func (c *call) readMIME() (*message, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == ' ' {
			return -1
		}
		return r
	}, string(c.input)))
	if err != nil {
		return nil, errMIME
	}
	m, err := parseMIME(raw)
	if err != nil {
		return nil, err
	}
	if m.From.Addr != "" && !c.b.Owner.Is(m.From.Addr) {
		return nil, &refusal{http.StatusForbidden, "ErrorSendAsDenied", "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account."}
	}
	m.Draft, m.From, m.Sender = true, c.b.Owner.Address(), c.b.Owner.Address()
	return m, nil
}

// parseMIME reads a message; mistakes in it are the client's.
func parseMIME(raw []byte) (*message, error) {
	bad := badRequest("ErrorMimeContentInvalid", "The MIME content is invalid.")
	in, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, bad
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(in.Header.Get("Subject"))
	if err != nil {
		subject = in.Header.Get("Subject")
	}
	m := &message{Subject: subject, InternetID: in.Header.Get("Message-ID"), InReplyTo: in.Header.Get("In-Reply-To")}
	switch v := strings.ToLower(in.Header.Get("Importance")); v {
	case "low", "high":
		m.Importance = v
	}
	for _, to := range []struct {
		name string
		list *[]mailbox.Address
	}{{"To", &m.To}, {"Cc", &m.Cc}, {"Bcc", &m.Bcc}, {"Reply-To", &m.ReplyTo}} {
		if in.Header.Get(to.name) == "" {
			continue
		}
		list, err := in.Header.AddressList(to.name)
		if err != nil {
			return nil, badRequest("ErrorInvalidRecipients", "At least one recipient is not valid.")
		}
		for _, a := range list {
			*to.list = append(*to.list, mailbox.Address{Name: a.Name, Addr: a.Address})
		}
	}
	if list, err := in.Header.AddressList("From"); err == nil && len(list) > 0 {
		m.From = mailbox.Address{Name: list[0].Name, Addr: list[0].Address}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Header)) {
		if customHeader.MatchString(name) && !exchangeHeader(name) && len(m.Headers) < maxHeaders {
			m.Headers = append(m.Headers, mailbox.Header{Name: name, Value: strings.ToValidUTF8(in.Header.Get(name), "\ufffd")})
		}
	}
	r := &mimeReader{m: m}
	if err := r.part(textproto.MIMEHeader(in.Header), in.Body, 0); err != nil {
		return nil, bad
	}
	m.SetBody(r.body)
	return m, nil
}

// mimeReader collects the body and the files of a message.
type mimeReader struct {
	m     *message
	body  mailbox.Body
	found bool
	parts int
}

const (
	maxMIMEDepth = 8
	maxMIMEParts = 300
)

func (r *mimeReader) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if r.parts++; depth > maxMIMEDepth || r.parts > maxMIMEParts {
		return io.ErrUnexpectedEOF
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := r.part(p.Header, p, depth+1); err != nil {
				return err
			}
		}
	}
	data, err := io.ReadAll(decoded(h.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return err
	}
	how, disposition, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	name := disposition["filename"]
	if name == "" {
		name = params["name"]
	}
	// The last of the alternatives is the richest (RFC 2046, 5.1.4).
	if text := kind == "text/html" || kind == "text/plain"; text && how != "attachment" && name == "" && (!r.found || kind == "text/html") {
		r.body, r.found = mailbox.Body{HTML: kind == "text/html", Text: strings.ToValidUTF8(string(data), "\ufffd")}, true
		return nil
	}
	if name == "" {
		name = "attachment"
	}
	r.m.Attachments = append(r.m.Attachments, &attachment{Name: name, Type: kind, Inline: how == "inline", ContentID: strings.Trim(h.Get("Content-ID"), "<>"), Bytes: data})
	return nil
}

func decoded(encoding string, r io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}
