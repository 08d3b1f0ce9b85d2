package ui

import (
	"context"
	"strings"
	"time"

	"supercrm/internal/search"
	"supercrm/ui/asked"
	"supercrm/ui/page"
	"supercrm/ui/palette"
	"supercrm/ui/when"
)

// finders look for each kind of thing, in the order of the sections. An empty mailbox or file finds nothing.
func (a *App) finders() []palette.Finder {
	return []palette.Finder{a.findPeople, a.findCompanies, a.findMail, a.findMeetings, a.findNotes}
}

func (a *App) findPeople(ctx context.Context, text string, limit int) (palette.Section, error) {
	s := palette.Section{Title: page.T("People")}
	q := a.d.Mailbox.ParseSearch(text)
	all, err := a.d.Records.Find(ctx, q.Words(), limit)
	for _, p := range all {
		detail := p.Role
		if len(p.Emails) > 0 {
			detail = strings.Trim(p.Role+" · "+p.Emails[0], " ·")
		}
		s.Items = append(s.Items, palette.Item{Icon: "person", Label: p.Name, LabelMarks: q.Marks(p.Name), Hint: p.CompanyName,
			Detail: detail, DetailMarks: q.Marks(detail), Do: func() { a.Open(page.People, p.ID) }})
	}
	return s, err
}

func (a *App) findCompanies(ctx context.Context, text string, limit int) (palette.Section, error) {
	s := palette.Section{Title: page.T("Companies")}
	q := a.d.Mailbox.ParseSearch(text)
	all, err := a.d.Records.FindCompanies(ctx, q, limit)
	for _, c := range all {
		detail := strings.Trim(c.Industry+" · "+c.City, " ·")
		s.Items = append(s.Items, palette.Item{Icon: "company", Label: c.Name, LabelMarks: q.Marks(c.Name), Hint: c.Domain,
			Detail: detail, DetailMarks: q.Marks(detail), Do: func() { a.openCompany(c.ID) }})
	}
	return s, err
}

func (a *App) findMail(ctx context.Context, text string, limit int) (palette.Section, error) {
	q := a.d.Mailbox.ParseSearch(text)
	s := palette.Section{Title: page.T("Mail"), Items: problems(q)}
	all, err := a.d.Mailbox.FindMessages(ctx, q, limit)
	for _, m := range all {
		subject := m.Subject
		if subject == "" {
			subject = page.T("(no subject)")
		}
		from := m.From.Name
		if from == "" {
			from = m.From.Addr
		}
		detail, marks := lead(from, m.Snippet)
		s.Items = append(s.Items, palette.Item{Icon: "mail", Label: subject, LabelMarks: q.Marks(subject), Detail: detail, DetailMarks: append(q.Marks(from), marks...),
			Hint: when.Short(m.Received.Local(), time.Now()), Do: func() { a.Open(page.Mail, m.ID) }})
	}
	return s, err
}

func (a *App) findMeetings(ctx context.Context, text string, limit int) (palette.Section, error) {
	s := palette.Section{Title: page.T("Meetings")}
	q := a.d.Mailbox.ParseSearch(text)
	all, err := a.d.Mailbox.FindEvents(ctx, q, limit)
	for _, e := range all {
		detail, marks := lead(e.Location, e.Snippet)
		hint := when.Short(e.Start.Local(), time.Now())
		if e.AllDay {
			hint = when.DateOf(e.Start.UTC()).Day()
		}
		s.Items = append(s.Items, palette.Item{Icon: "calendar", Label: e.Subject, LabelMarks: q.Marks(e.Subject), Detail: detail, DetailMarks: append(q.Marks(e.Location), marks...),
			Hint: hint, Do: func() { a.Open(page.Calendar, e.ID) }})
	}
	return s, err
}

func (a *App) findNotes(ctx context.Context, text string, limit int) (palette.Section, error) {
	s := palette.Section{Title: page.T("Notes")}
	q := a.d.Mailbox.ParseSearch(text)
	all, err := a.d.Records.FindNotes(ctx, q, limit)
	for _, n := range all {
		open := func() { a.Open(page.People, n.PersonID) }
		if n.CompanyID != 0 {
			open = func() { a.openCompany(n.CompanyID) }
		}
		s.Items = append(s.Items, palette.Item{Icon: "note", Label: n.Name, LabelMarks: q.Marks(n.Name), Detail: n.Snippet.Text, DetailMarks: n.Snippet.Marks, Do: open})
	}
	return s, err
}

// lead puts who or where before a snippet and moves its marks along.
func lead(before string, s search.Snippet) (string, [][2]int) {
	if before == "" || s.Text == "" {
		return before + s.Text, s.Marks
	}
	before += " — "
	marks := make([][2]int, len(s.Marks))
	for i, m := range s.Marks {
		marks[i] = [2]int{m[0] + len(before), m[1] + len(before)}
	}
	return before + s.Text, marks
}

// problems are lines that say what of a query was not understood.
func problems(q search.Query) []palette.Item {
	var out []palette.Item
	for _, p := range q.Problems {
		out = append(out, palette.Item{Icon: "info", Label: asked.Problem(p)})
	}
	return out
}

// coverage says how far back the mirrored mail goes.
func (a *App) coverage(ctx context.Context) (string, error) {
	since, err := a.d.Mailbox.Coverage(ctx)
	return asked.Since(since), err
}

func (a *App) openCompany(id int64) {
	a.Open(page.People, 0)
	a.people.OpenCompany(id)
}
