package devtenant

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"supercrm/devtenant/mailbox"
)

// mailPage is how many messages the panel lists at a time.
const mailPage = 50

// mailView is a mailbox as the panel lets one look into it, without changing anything.
type mailView struct {
	Box      mailboxState
	Folder   folderState
	Page     int // from 1
	Pages    int
	Messages []mailLine
	Open     *mailText // nil: none is opened
}

type mailLine struct {
	ID, From, Subject string
	Received          time.Time // UTC
	Read, Draft       bool
	Files             int
	Size              int64
}

type mailText struct {
	mailLine
	To, Cc []mailbox.Address
	Text   string
	Names  []string // of the attachments
	Cut    bool     // Text is not all
}

// maxText is how much of a body the panel shows.
const maxText = 100_000

// showMail reads upn, folder (an id), page and id.
func (s *Server) showMail(v *panelView, q url.Values) bool {
	m, ok := s.Mailboxes.Mailbox(q.Get("upn"))
	if !ok {
		return false
	}
	mv := &mailView{Box: stateOf(m), Page: 1}
	v.Mail, v.Title = mv, mv.Box.Name
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		mv.Page = max(n, 1)
	}
	return m.Do(func(b *mailbox.Box) error {
		f := b.WellKnown("inbox")
		if id := q.Get("folder"); id != "" {
			var err error
			if f, err = b.Folder(id); err != nil {
				return err
			}
		}
		total, unread := f.Counts()
		mv.Folder = folderState{ID: b.FormatID(f.ID(), true), Name: f.Name, Messages: total, Unread: unread}
		list := b.Messages(f)
		mv.Pages = max(1, (len(list)+mailPage-1)/mailPage)
		mv.Page = min(mv.Page, mv.Pages)
		to := len(list) - (mv.Page-1)*mailPage
		for _, msg := range slices.Backward(list[max(to-mailPage, 0):to]) {
			mv.Messages = append(mv.Messages, lineOf(b, msg))
		}
		if id := q.Get("id"); id != "" {
			msg, err := b.Message(id)
			if err != nil {
				return err
			}
			mv.Open = textOf(b, msg)
		}
		return nil
	}) == nil
}

func lineOf(b *mailbox.Box, m *mailbox.Message) mailLine {
	from := m.From.Name
	if from == "" {
		from = m.From.Addr
	}
	return mailLine{ID: b.FormatID(m.ID(), true), From: from, Subject: m.Subject, Received: m.Received, Read: m.Read(), Draft: m.Draft, Files: len(m.Attachments), Size: m.Size()}
}

func textOf(b *mailbox.Box, m *mailbox.Message) *mailText {
	body := m.Body()
	if body.HTML {
		body.Text = mailbox.PlainText(body.Text)
	}
	out := &mailText{mailLine: lineOf(b, m), To: m.To, Cc: m.Cc, Text: body.Text}
	if len(out.Text) > maxText {
		out.Text, out.Cut = out.Text[:maxText], true
	}
	for _, a := range m.Attachments {
		out.Names = append(out.Names, a.Name+" ("+sizeText(int64(len(a.Bytes)))+")")
	}
	return out
}

// Before and Next are the numbers of the pages beside this one.
func (m mailView) Before() int { return m.Page - 1 }

// Next is the number of the page after this one.
func (m mailView) Next() int { return m.Page + 1 }
