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

// serverSearch is a search of the accounts' mailboxes, page after page. What is not mirrored is fetched when it is opened.
type serverSearch struct {
	a       *App
	text    string
	q       search.Query
	several bool // there are other accounts
	left    []serverTurn
}

// serverTurn is an account that is to be asked; more is where its search goes on, "" for the beginning.
type serverTurn struct {
	account mirror.Account
	more    string
}

// findOnServer asks each account's mailbox for what a text means there, and says what it cannot be asked.
func (a *App) findOnServer(ctx context.Context, text string) (palette.Section, error) {
	q := a.d.Mailbox.ParseSearch(text)
	s := palette.Section{Title: page.T("On the server"), Items: problems(q)}
	without := strings.Join(q.NoKQL(), ", ")
	switch {
	case q.KQL() == "":
		label := page.T("There is no word to look for on the server")
		if without != "" {
			label = page.T("The server cannot search by {{.Operators}} alone", map[string]any{"Operators": without})
		}
		s.Items = append(s.Items, palette.Item{Icon: "info", Label: label, Detail: page.T("Add a word, from:, to:, subject:, has:attachment, before: or after:.")})
		return s, nil
	case without != "":
		s.Items = append(s.Items, palette.Item{Icon: "info", Label: page.T("Left out, since the server cannot search by it: {{.Operators}}", map[string]any{"Operators": without}),
			Detail: page.T("Narrow what is found with from:, to:, subject:, has:attachment, before: or after:.")})
	}
	accounts, err := a.d.Mailbox.Accounts(ctx)
	if err != nil {
		return s, err
	}
	w := &serverSearch{a: a, text: text, q: q, several: len(accounts) > 1}
	for _, acc := range accounts {
		if acc.SignIn {
			s.Items = append(s.Items, palette.Item{Icon: "warning", Label: page.T("{{.Account}} was not searched", map[string]any{"Account": acc.UPN}),
				Detail: page.T("Choose this line to sign in again."), Aside: true, Do: func() { a.showWelcome(acc.UPN, true) }})
			continue
		}
		w.left = append(w.left, serverTurn{account: acc})
	}
	said := len(s.Items)
	s, err = w.page(ctx, s)
	if err == nil && len(s.Items) == said && s.More == nil && len(w.left) > 0 {
		s.Items = append(s.Items, palette.Item{Icon: "info", Label: page.T("Nothing found on the server")})
	}
	return s, err
}

// page adds the next page of every account that has one. What one of them fails with stands beside what the others have
// found.
func (w *serverSearch) page(ctx context.Context, s palette.Section) (palette.Section, error) {
	var failed, items []palette.Item
	next := &serverSearch{a: w.a, text: w.text, q: w.q, several: w.several}
	for _, t := range w.left {
		r, err := w.ask(ctx, t)
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		if err != nil {
			w.a.d.Log.Error("a mailbox was not searched", "error", err)
			failed = append(failed, w.failed(t.account, err))
			continue
		}
		for _, f := range r.Found {
			items = append(items, w.a.serverItem(f, w.q, t.account, w.several))
		}
		if r.More != "" {
			next.left = append(next.left, serverTurn{t.account, r.More})
		}
	}
	s.Items = append(append(s.Items, failed...), items...)
	if len(next.left) > 0 {
		s.More = func(ctx context.Context) (palette.Section, error) { return next.page(ctx, palette.Section{}) }
	}
	return s, nil
}

func (w *serverSearch) ask(ctx context.Context, t serverTurn) (mirror.ServerFound, error) {
	if t.more != "" {
		return w.a.d.Mailbox.SearchServerMore(ctx, t.account.ID, t.more)
	}
	return w.a.d.Mailbox.SearchServer(ctx, t.account.ID, w.q.KQL())
}

// failed says that an account could not be searched and why, and searches again when it is chosen.
func (w *serverSearch) failed(acc mirror.Account, err error) palette.Item {
	return palette.Item{Icon: "warning", Label: page.T("{{.Account}} could not be searched", map[string]any{"Account": acc.UPN}),
		Detail: strings.TrimSpace(plain(err) + " " + page.T("Choose this line to try again.")), Aside: true, Stays: true, Do: func() { w.a.palette.AskServer(w.text) }}
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
