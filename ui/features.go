package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/welcome"
)

// pageFeatures are the features whose absence is told on a page.
var pageFeatures = map[page.ID][]string{page.Mail: {"mail", "send"}, page.Calendar: {"calendar"}}

// showNotices tells on each page what does not work there because a permission is missing: that is a state of the
// account, not an error of what the person does.
func (a *App) showNotices() {
	for id, features := range pageFeatures {
		a.frame.SetNotice(id, a.notice(features))
	}
}

// notice is the banner about some features, or nil when all of them work for every account.
func (a *App) notice(ids []string) fyne.CanvasObject {
	var lines []string
	upn := ""
	for _, acc := range a.accounts {
		for _, f := range welcome.Missing(acc) {
			if !slices.Contains(ids, f.ID) {
				continue
			}
			line := page.T(f.Without)
			if len(a.accounts) > 1 {
				line = acc.UPN + ": " + line
			}
			lines = append(lines, line)
			if upn == "" {
				upn = acc.UPN
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	icon := kit.Stack(0, kit.Spring(), kit.NewIcon("warning", kit.ColorWarn, 16), kit.Spring())
	words := kit.Stack(0, kit.Spring(), kit.NewParagraph(page.T("A permission is missing.")+" "+strings.Join(lines, "\n"), kit.SizeBody, kit.ColorText), kit.Spring())
	again := kit.NewButton(page.T("Sign in again to allow it"), "", func() { a.showWelcome(upn, true) })
	what := kit.NewGhost(page.T("What was granted"), "", a.openAccounts)
	line := kit.Columns(kit.S2, icon, kit.Grow(words), kit.Row(kit.S1, again, what))
	return container.NewStack(kit.NewFill(kit.ColorWarnSoft, 0), kit.Inset(line, 6, kit.S2, 6, kit.S4))
}

// openAccounts shows who is signed in and what was granted.
func (a *App) openAccounts() {
	a.float(a.accountsPanel.Object())
	a.accountsPanel.Opened()
}

func (a *App) wireAccounts() {
	p := a.accountsPanel
	p.OnClose = a.closeFloating
	p.OnSignIn = func(upn string) { a.showWelcome(upn, true) }
	p.OnSignOut = func(acc mirror.Account) {
		a.closeFloating()
		a.askSignOut(acc)
	}
	p.OnAdd = func() { a.showWelcome("", true) }
	p.Passing = a.d.Sessions.KeptUntilQuit
	p.OnCheck = a.checkGrants
	p.OnApproval = func() {
		a.showWelcome("", true)
		a.welcome.Administrator()
	}
	p.OnAdvanced = func() {
		a.showWelcome("", true)
		a.welcome.Advanced()
	}
}

// checkGrants asks silently what the accounts may do now.
func (a *App) checkGrants() {
	a.Go("verify accounts", func(ctx context.Context) {
		all, err := a.d.Sessions.Verify(ctx)
		a.Do(func() {
			if err != nil {
				a.Fail(page.T("ask Microsoft what is allowed"), err)
				return
			}
			for _, acc := range all {
				if acc.SignIn || len(welcome.Missing(acc)) > 0 {
					a.Toast(page.T("Microsoft still does not allow everything that {{.UPN}} needs.", map[string]any{"UPN": acc.UPN}), nil)
					return
				}
			}
			a.Toast(page.T("Everything is allowed now"), nil)
		})
	})
}

// refuseMeeting says why no meeting can be made, or "".
func (a *App) refuseMeeting() string {
	for _, acc := range a.accounts {
		if !readOnly(acc) {
			return ""
		}
	}
	if len(a.accounts) == 0 {
		return ""
	}
	return page.T("Your organization has allowed this calendar to be read only.")
}
