package ui

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"supercrm/outlook/mirror"
	"supercrm/ui/mail"
	"supercrm/ui/page"
	"supercrm/ui/pending"
)

// mostNamed is how many pending changes are named in the question before an account is erased.
const mostNamed = 3

// askSignOut asks before an account is erased, naming what has not reached the mailbox and would be lost.
func (a *App) askSignOut(acc mirror.Account) {
	page.NewLoader[[]mirror.OutboxItem](a, "what would be lost").Load(func(ctx context.Context) ([]mirror.OutboxItem, error) {
		return a.d.Mailbox.Pending(ctx, acc.ID)
	}, func(waiting []mirror.OutboxItem, err error) {
		if err != nil {
			a.Fail(page.T("read what is pending"), err)
			return
		}
		last := len(a.accounts) == 1
		a.frame.Toasts.Ask(signOutText(acc, waiting, last), page.T("Sign out"), func() {
			a.Go("sign out", func(ctx context.Context) {
				err := a.signOut(ctx, acc, waiting, last)
				switch {
				case errors.Is(err, mirror.ErrInBackups):
					a.Do(func() { a.Fail(page.T("erase the account everywhere"), err) })
				case err != nil:
					a.Do(func() { a.Fail(page.T("sign out"), err) })
				}
			})
		})
	})
}

// signOutText says what goes with the account.
func signOutText(acc mirror.Account, waiting []mirror.OutboxItem, last bool) string {
	text := page.T("Sign out {{.UPN}}? Its mirrored mail, calendar and contacts are erased from this computer. People and companies stay.", map[string]any{"UPN": acc.UPN})
	if n := len(waiting); n > 0 {
		var names []string
		for _, it := range waiting[:min(n, mostNamed)] {
			subject := it.Subject
			if subject == "" {
				subject = page.T("(no subject)")
			}
			names = append(names, pending.What(it.Kind)+" “"+short(subject, 40)+"”")
		}
		text += " " + page.N("{{.N}} change has not reached the mailbox and is lost:", "{{.N}} changes have not reached the mailbox and are lost:", n) + " " + strings.Join(names, ", ")
		if n > mostNamed {
			text += " " + page.T("and {{.N}} more", map[string]any{"N": n - mostNamed})
		}
		text += "."
	}
	if last {
		return text + " " + page.T("Unsent drafts are erased too.")
	}
	return text + " " + page.T("Unsent answers to its mail are erased too.")
}

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return s
}

// signOut erases the account and the text that was begun for its mail: that is as personal as the mail it answers.
func (a *App) signOut(ctx context.Context, acc mirror.Account, waiting []mirror.OutboxItem, last bool) error {
	var names []string
	if !last {
		var err error
		if names, err = a.keptFor(ctx, acc, waiting); err != nil {
			return err
		}
	}
	erased := a.d.Sessions.SignOut(ctx, acc)
	if erased != nil && !errors.Is(erased, mirror.ErrInBackups) {
		return erased
	}
	if last {
		if err := a.d.Settings.DeleteAll(ctx, "mail."); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := a.d.Settings.Delete(ctx, name); err != nil {
			return err
		}
	}
	return errors.Join(erased, a.d.Mailbox.SweepFiles(ctx)) // and what was attached to them
}

// keptFor lists the settings that hold text of an account: drafts of answers to its messages, copies of its queued mail.
func (a *App) keptFor(ctx context.Context, acc mirror.Account, waiting []mirror.OutboxItem) ([]string, error) {
	names, err := a.d.Settings.Names(ctx, mail.DraftPrefix)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, name := range names {
		if id, err := strconv.ParseInt(strings.TrimPrefix(name, mail.DraftPrefix), 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	own, err := a.d.Mailbox.MessagesOf(ctx, acc.ID, ids)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range own {
		out = append(out, mail.DraftPrefix+strconv.FormatInt(id, 10))
	}
	for _, it := range waiting {
		out = append(out, mail.QueuedPrefix+strconv.FormatInt(it.ID, 10))
	}
	return out, nil
}
