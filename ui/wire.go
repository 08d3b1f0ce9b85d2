package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/tray"
)

func (a *App) wireFrame() {
	a.frame.OnPage = func(page.Page) { a.setMenu() }
	a.frame.OnLeave = func() { a.window.Canvas().Unfocus() }
	a.frame.OnSearch = a.openPalette
	a.frame.Rail.OnAccount = a.accountMenu
	a.frame.Status.OnSync = a.syncNow
	a.frame.Status.OnSignIn = a.signInAgain
	a.frame.Status.OnPending = func() { a.Open(page.Outbox, 0) }
	a.wireOutbox()
	a.mail.OnView = func(folder int64) {
		if folder == 0 {
			a.d.Mailbox.InView()
			return
		}
		a.d.Mailbox.InView(folder)
	}
	a.mail.OnServer = func(text string) {
		a.openPalette()
		a.palette.AskServer(text)
	}
	a.palette.OnClose = a.closeFloating
	a.palette.Foot = a.coverage
	a.palette.Server = a.findOnServer
}

// float shows one thing above the page; what was there before goes.
func (a *App) float(o fyne.CanvasObject) {
	a.closeFloating()
	a.floating.Objects = []fyne.CanvasObject{kit.NewShade(a.closeFloating), o}
	a.floating.Refresh()
}

func (a *App) closeFloating() {
	a.accountsPanel.Closed()
	a.mirrored.Closed()
	if len(a.floating.Objects) > 0 {
		a.floating.Objects = nil
		a.floating.Refresh()
		a.window.Canvas().Unfocus()
	}
}

func (a *App) openPalette() {
	if a.welcome != nil || a.frame.Current() == nil {
		return
	}
	a.float(a.palette.Object())
	a.palette.Opened()
}

// signInAgain signs an account in that the status line has named. It asks the file for it: the line may know of it a moment
// earlier than the window's own list.
func (a *App) signInAgain(account int64) {
	page.NewLoader[[]mirror.Account](a, "who has to sign in").Load(a.d.Mailbox.Accounts, func(all []mirror.Account, err error) {
		if err != nil {
			a.Fail(page.T("read the accounts"), err)
			return
		}
		for _, acc := range all {
			if acc.ID == account {
				a.showWelcome(acc.UPN, true)
			}
		}
	})
}

func (a *App) accountMenu(at fyne.Position) {
	var items []*fyne.MenuItem
	for _, acc := range a.accounts {
		who := fyne.NewMenuItem(acc.Name+"  ·  "+acc.UPN, nil)
		who.Disabled = true
		items = append(items, who)
		if acc.SignIn {
			items = append(items, fyne.NewMenuItem(page.T("Sign in again…"), func() { a.showWelcome(acc.UPN, true) }))
		}
		items = append(items, fyne.NewMenuItem(page.T("Sign out…"), func() { a.askSignOut(acc) }), fyne.NewMenuItemSeparator())
	}
	items = append(items, fyne.NewMenuItem(page.T("Add an account…"), func() { a.showWelcome("", true) }),
		fyne.NewMenuItem(page.T("Accounts and permissions…"), a.openAccounts),
		fyne.NewMenuItem(page.T("What is mirrored…"), a.openMirrored), fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(page.T("On their way"), func() { a.Open(page.Outbox, 0) }),
		fyne.NewMenuItem(page.T("History, verify mailbox"), func() { a.Open(page.Ledger, 0) }), fyne.NewMenuItemSeparator())
	items = append(items, a.appearanceItems()...)
	items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(page.T("Quit"), a.Quit))
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), a.window.Canvas())
	at.Y = max(kit.S2, min(at.Y, a.window.Canvas().Size().Height-menu.MinSize().Height-kit.S2))
	menu.ShowAtPosition(at)
}

func (a *App) appearanceItems() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, m := range []struct {
		mode  kit.Mode
		label string
	}{{kit.ModeSystem, page.T("Appearance: as the system")}, {kit.ModeLight, page.T("Appearance: light")}, {kit.ModeDark, page.T("Appearance: dark")}} {
		it := fyne.NewMenuItem(m.label, func() { a.SetMode(m.mode) })
		it.Checked = m.mode == a.mode
		items = append(items, it)
	}
	return items
}

// startTray gives the tray its menu. Fyne's loop looks for one once, as it begins: a menu that is set later never gets an
// icon (fyne v2.8.1, internal/driver/glfw/loop.go, runGL).
func (a *App) startTray() {
	if a.d.SetTray == nil {
		return
	}
	a.tray = tray.New(a, a.d.Mailbox, a.Raise, a.Quit)
	a.d.SetTray(a.tray.Menu())
	a.wireClose() // Fyne's tray may take over the close button; ours must be the last word
}

// Raise brings the window to the front.
func (a *App) Raise() {
	a.d.Mailbox.SetHidden(false)
	a.window.Show()
	a.window.RequestFocus()
}

// wireClose hides the window only where a tray icon brings it back; else closing quits.
func (a *App) wireClose() {
	a.window.SetCloseIntercept(func() {
		a.Go("ask for a tray", func(ctx context.Context) {
			hide := a.tray != nil && a.d.TrayHost(ctx)
			a.Do(func() {
				if hide {
					a.d.Mailbox.SetHidden(true)
					a.keepSize()
					a.window.Hide()
					return
				}
				a.Quit()
			})
		})
	})
}

// setMenu rebuilds the main menu: keys with a modifier live there, so that they work while a field has the focus.
func (a *App) setMenu() {
	menuItem := func(c page.Command) *fyne.MenuItem {
		label := c.Label
		it := fyne.NewMenuItem(label, c.Do)
		it.Shortcut = c.Shortcut
		return it
	}
	quit := fyne.NewMenuItem(page.T("Quit"), a.Quit)
	quit.IsQuit = true
	file := fyne.NewMenu("Super CRM")
	if len(a.accounts) > 0 {
		search := fyne.NewMenuItem(page.T("Search and commands…"), a.openPalette)
		search.Shortcut = ctrl(fyne.KeyK)
		file.Items = append(file.Items, search)
	}
	menus := []*fyne.Menu{file}
	own := len(pageKeys) + ownCommands
	if commands := a.commands(); len(commands) >= own {
		view := fyne.NewMenu(page.T("Go"))
		for _, c := range commands[:own] {
			view.Items = append(view.Items, menuItem(c))
		}
		menus = append(menus, view)
		if len(commands) > own {
			m := fyne.NewMenu(a.frame.Current().Title())
			for _, c := range commands[own:] {
				m.Items = append(m.Items, menuItem(c))
			}
			menus = append(menus, m)
		}
	}
	file.Items = append(file.Items, a.appearanceItems()...)
	file.Items = append(file.Items, fyne.NewMenuItemSeparator(), quit)
	a.window.SetMainMenu(fyne.NewMainMenu(menus...))
}
