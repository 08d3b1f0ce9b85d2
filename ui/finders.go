package ui

import (
	"context"
	"strings"
	"time"

	"supercrm/internal/search"
	"supercrm/outlook/mirror"
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
	s := palette.Section{Title: page.T("Mail")}
	q := a.d.Mailbox.ParseSearch(text)
	for _, p := range q.Problems {
		s.Items = append(s.Items, palette.Item{Icon: "info", Label: problem(p), Do: func() {}})
	}
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

// findOnServer asks each account's mailbox. What is not mirrored is fetched when it is opened.
func (a *App) findOnServer(ctx context.Context, text string, limit int) (palette.Section, error) {
	s := palette.Section{Title: page.T("On the server")}
	q := a.d.Mailbox.ParseSearch(text)
	accounts, err := a.d.Mailbox.Accounts(ctx)
	if err != nil {
		return s, err
	}
	for _, acc := range accounts {
		if acc.SignIn {
			continue
		}
		r, err := a.d.Mailbox.SearchServer(ctx, acc.ID, q.KQL())
		if err != nil {
			return s, err
		}
		for _, f := range r.Found[:min(limit, len(r.Found))] {
			s.Items = append(s.Items, a.serverItem(f, q, acc, len(accounts) > 1))
		}
	}
	return s, nil
}

func (a *App) serverItem(f mirror.Found, q search.Query, acc mirror.Account, several bool) palette.Item {
	subject, detail := f.Row.Subject, f.Row.From.Name
	if subject == "" {
		subject = page.T("(no subject)")
	}
	if detail == "" {
		detail = f.Row.From.Addr
	}
	if f.Folder != "" {
		detail += " · " + f.Folder
	}
	if several {
		detail += " · " + acc.UPN
	}
	return palette.Item{Icon: "globe", Label: subject, LabelMarks: q.Marks(subject), Detail: detail, DetailMarks: q.Marks(detail),
		Hint: when.Short(f.Row.Received.Local(), time.Now()), Do: func() { a.openFound(f) }}
}

// openFound opens a message that the server has found, fetching it first where it is not mirrored.
func (a *App) openFound(f mirror.Found) {
	if f.Row.ID != 0 {
		a.Open(page.Mail, f.Row.ID)
		return
	}
	page.NewLoader[int64](a, "fetch what was found").Load(func(ctx context.Context) (int64, error) {
		return a.d.Mailbox.KeepFound(ctx, f.AccountID, f.GraphID)
	}, func(id int64, err error) {
		if err != nil {
			a.Fail(page.T("open the message"), err)
			return
		}
		a.Open(page.Mail, id)
	})
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

// problem says what of a query was not understood.
func problem(p search.Problem) string {
	at := map[string]any{"Value": p.Value, "Operator": p.Operator}
	switch p.Operator {
	case "has":
		return page.T("“has:{{.Value}}” is not known; there is has:attachment.", at)
	case "is":
		return page.T("“is:{{.Value}}” is not known; there are is:unread, is:read and is:flagged.", at)
	}
	return page.T("“{{.Value}}” is not a date. Write {{.Operator}}:2026-03-01, {{.Operator}}:2026, {{.Operator}}:yesterday or {{.Operator}}:6m.", at)
}

// coverage says how far back the mirrored mail goes.
func (a *App) coverage(ctx context.Context) (string, error) {
	since, err := a.d.Mailbox.Coverage(ctx)
	if err != nil || since.IsZero() {
		return "", err
	}
	return page.T("Mail on this computer goes back to {{.Day}}.", map[string]any{"Day": when.DateOf(since.Local()).Full()}), nil
}

func (a *App) openCompany(id int64) {
	a.Open(page.People, 0)
	a.people.OpenCompany(id)
}
