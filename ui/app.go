// Package ui is the program's window: it puts the pages into the frame, shows Welcome while nobody is signed in, and owns
// what lives as long as the window does. What the pages show comes through the interfaces in Deps; the package opens no
// file and speaks to no server.
package ui

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/crm"
	"supercrm/internal/search"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/accounts"
	"supercrm/ui/calendar"
	"supercrm/ui/frame"
	"supercrm/ui/kit"
	"supercrm/ui/ledger"
	"supercrm/ui/mail"
	"supercrm/ui/mirrored"
	"supercrm/ui/page"
	"supercrm/ui/palette"
	"supercrm/ui/pending"
	"supercrm/ui/people"
	"supercrm/ui/tray"
	"supercrm/ui/welcome"
	"supercrm/ui/who"
)

// Mailbox is what the window needs of the mirror.
type Mailbox interface {
	mail.Data
	calendar.Data
	tray.Data
	pending.Data
	mirrored.Data
	ledger.Data
	Accounts(ctx context.Context) ([]mirror.Account, error)
	Status(ctx context.Context) ([]mirror.Status, error)
	FindMessages(ctx context.Context, q search.Query, limit int) ([]mirror.FoundMessage, error)
	FindEvents(ctx context.Context, q search.Query, limit int) ([]mirror.FoundEvent, error)
	// SearchServer, SearchServerMore and KeepFound wait for the network.
	SearchServer(ctx context.Context, accountID int64, query string) (mirror.ServerFound, error)
	SearchServerMore(ctx context.Context, accountID int64, more string) (mirror.ServerFound, error)
	KeepFound(ctx context.Context, accountID int64, graphID string) (int64, error)
	// InView and SetHidden tell what is on the screen, so that it is kept current first. They do not block.
	InView(folders ...int64)
	SetHidden(hidden bool)
	SyncAll(accountID int64)
	// Pending lists what of an account the service has not confirmed yet.
	Pending(ctx context.Context, accountID int64) ([]mirror.OutboxItem, error)
	// MessagesOf gives those of the messages that are of an account.
	MessagesOf(ctx context.Context, accountID int64, ids []int64) ([]int64, error)
	FindContacts(ctx context.Context, text string, limit int) ([]mirror.Contact, error)
	ContactsByAddress(ctx context.Context, addrs []string) (map[string]mirror.Contact, error)
	// SweepFiles forgets the copies of files that belong to nothing any more.
	SweepFiles(ctx context.Context) error
}

// Records is what the window needs of the CRM.
type Records interface {
	people.Data
	who.Records
	FindCompanies(ctx context.Context, q search.Query, limit int) ([]crm.Company, error)
	FindNotes(ctx context.Context, q search.Query, limit int) ([]crm.FoundNote, error)
}

// Sessions signs accounts in and out.
type Sessions interface {
	welcome.Way
	// SignOut erases what is mirrored of an account and its token.
	SignOut(ctx context.Context, a mirror.Account) error
	// KeptUntilQuit tells whether the sign-in of the account with this key is kept in memory only.
	KeptUntilQuit(key string) bool
}

// Settings keeps small values between starts.
type Settings interface {
	Load(ctx context.Context, name string) (string, error)
	Save(ctx context.Context, name, value string) error
	Delete(ctx context.Context, name string) error
	// Names lists the values whose names begin with prefix.
	Names(ctx context.Context, prefix string) ([]string, error)
	// DeleteAll forgets every value whose name begins with prefix.
	DeleteAll(ctx context.Context, prefix string) error
}

// Deps is everything that the window is given. All fields are needed, unless they say otherwise.
type Deps struct {
	Fyne     fyne.App
	Log      *slog.Logger
	Hub      *store.Hub
	Mailbox  Mailbox
	Timeline who.Timeline
	Records  Records
	Sessions Sessions
	Settings Settings
	// Do runs a function on the UI thread: fyne.Do, or a test's queue.
	Do func(func())
	// TrayHost tells whether something shows tray icons: only then does closing the window hide it. It may block shortly.
	TrayHost func(context.Context) bool
	// SetTray puts the menu behind a tray icon; nil where there is none.
	SetTray func(*fyne.Menu)
	// Screen tells how much of the main screen windows may cover, in its own units; false when that cannot be told. nil where
	// there is no screen. It is called on the UI thread.
	Screen func() (fyne.Size, bool)
	// Examine gives an error back with what it means for the file, and notes damage so that the next start looks for it. It
	// must not block.
	Examine func(error) error
	// Quitting hears that the program is about to end; nil for nobody. It must not block.
	Quitting func()
	// Panicked hears of a goroutine's panic, with its stack. It must not block.
	Panicked func(what string, value any, stack []byte)
	// LastBackup tells when the last backup was made and what made a later attempt fail; nil where none is made. It is called
	// off the UI thread.
	LastBackup func() (made time.Time, failed error)
	// Demo is true on the simulated tenant: the window says so.
	Demo bool
}

// App is the window and what belongs to it. Methods are called on the UI thread, unless page.Host says otherwise.
type App struct {
	d      Deps
	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup

	window   fyne.Window
	root     *fyne.Container // Welcome or the frame
	frame    *frame.Frame
	who      *who.Panel
	mail     *mail.Page
	calendar *calendar.Page
	people   *people.Page
	welcome  *welcome.Page
	palette  *palette.Palette
	pending  *pending.Page
	ledger   *ledger.Page

	accountsPanel *accounts.Panel
	mirrored      *mirrored.Panel
	tray          *tray.Tray
	endTips       func()
	floating      *fyne.Container

	accounts       []mirror.Account
	accountsLoader *page.Loader[[]mirror.Account]
	statusLoader   *page.Loader[overview]
	statusReading  bool
	statusAgain    bool
	known          bool // the accounts have been read once
	mode           kit.Mode
	sizeKept       fyne.Size // as the settings have it; zero: not at all
	leaving        sync.Once
	quitting       sync.Once
	onFirst        func() // for the start-up figure
}

var _ page.Host = (*App)(nil)

// New builds the window; Run shows it. ctx ends everything.
func New(ctx context.Context, d Deps) *App {
	a := &App{d: d}
	a.ctx, a.cancel = context.WithCancel(ctx)
	a.applyMode(a.loadMode())
	title := "Super CRM"
	if d.Demo {
		title = page.T("Super CRM · sample data")
	}
	a.window = d.Fyne.NewWindow(title)
	a.window.SetPadded(false)
	a.window.Resize(a.loadSize())
	a.window.SetMaster()

	a.accountsLoader = page.NewLoader[[]mirror.Account](a, "read accounts")
	a.statusLoader = page.NewLoader[overview](a, "read status")
	a.who = who.New(a, d.Records, d.Timeline)
	a.mail = mail.New(a, d.Mailbox, d.Settings)
	a.mail.Suggest = a.suggest
	a.calendar = calendar.New(a, calendarData{d.Mailbox}, calendar.Options{Refuse: a.refuseMeeting, Calendars: a.openMirrored, Now: time.Now, Zone: time.Local, OpenURL: d.Sessions.OpenBrowser, Suggest: a.suggest})
	a.people = people.New(a, d.Records, d.Timeline)
	a.pending = pending.New(a, d.Mailbox)
	a.ledger = ledger.New(a, d.Mailbox)
	a.frame = frame.New([]page.Page{a.calendar, a.mail, a.people, a.pending, a.ledger}, a.who.Object(), a.Do)
	a.accountsPanel = accounts.New(a, d.Mailbox)
	a.wireAccounts()
	a.mirrored = mirrored.New(a, d.Mailbox)
	a.wireMirrored()
	a.palette = palette.New(a, a.finders(), a.commands)
	a.wireFrame()

	a.root = container.NewStack()
	a.floating = container.NewStack()
	content, endTips := kit.WithTips(a.window.Canvas(), container.NewStack(a.root, a.floating, a.frame.Toasts.Object()), a.Do)
	a.endTips = endTips
	a.window.SetContent(content)
	a.wireKeys()
	a.wireClose()
	a.setMenu()

	page.Watch(a, "status", func([]store.Change) { a.reloadStatus() }, store.Sync, store.Outbox, store.Accounts, store.Messages)
	page.Watch(a, "accounts", func([]store.Change) { a.reloadAccounts() }, store.Accounts)
	a.reloadAccounts()
	return a
}

// Run shows the window and blocks until the program quits.
func (a *App) Run() {
	a.startTray()
	a.d.Fyne.Lifecycle().SetOnStarted(a.fitScreen) // the scale is known from then on
	a.window.ShowAndRun()
	a.end()
}

// Quit ends the program.
func (a *App) Quit() {
	if a.d.Quitting != nil {
		a.d.Quitting()
	}
	a.leave()
	a.d.Fyne.Quit()
}

// leave stops what goes on behind the window, before the UI thread's loop ends: what fyne.Do is given afterwards would run
// at once, on the goroutine that gives it.
func (a *App) leave() {
	a.leaving.Do(func() {
		a.mail.Hidden() // keeps what was typed last
		a.keepSize()
		a.cancel()
	})
}

// quitWait is how long goroutines have to end; a request that does not let go must not hold the window open.
const quitWait = 5 * time.Second

func (a *App) end() {
	a.quitting.Do(func() {
		a.leave()
		a.endTips()
		done := make(chan struct{})
		go func() {
			a.wait.Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(quitWait):
			a.d.Log.Warn("goroutines were still running at the end")
		}
	})
}

// Context implements page.Host.
func (a *App) Context() context.Context { return a.ctx }

// Go implements page.Host.
func (a *App) Go(what string, fn func(context.Context)) {
	a.wait.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				a.d.Panicked(what, r, debug.Stack())
				a.Do(func() {
					a.frame.Toasts.Fail(page.T("Something went wrong inside the program. Nothing is lost; a report is in its folder."))
				})
			}
		}()
		fn(a.ctx)
	})
}

// Do implements page.Host. What has not run when the program quits is dropped.
func (a *App) Do(fn func()) {
	if a.ctx.Err() != nil {
		return
	}
	a.d.Do(func() {
		if a.ctx.Err() == nil {
			fn()
		}
	})
}

// Changes implements page.Host.
func (a *App) Changes() *store.Hub { return a.d.Hub }

// Who implements page.Host.
func (a *App) Who(parties ...page.Party) { a.who.Show(parties...) }

// Toast implements page.Host.
func (a *App) Toast(text string, undo func()) { a.frame.Toasts.Show(text, undo) }

// Ask implements page.Host.
func (a *App) Ask(text, yes string, do func()) { a.frame.Toasts.Ask(text, yes, do) }

// Window implements page.Host.
func (a *App) Window() fyne.Window { return a.window }

// Open implements page.Host.
func (a *App) Open(id page.ID, item int64) {
	a.closeFloating()
	a.frame.Show(id)
	if item == 0 {
		return
	}
	if o, ok := a.frame.Page(id).(page.Opener); ok {
		o.Open(item)
	}
}

// Compose implements page.Host.
func (a *App) Compose(id page.ID, name, addr string) {
	a.closeFloating()
	a.frame.Show(id)
	if c, ok := a.frame.Page(id).(page.Composer); ok {
		c.Compose(name, addr)
	}
}

// HeaderChanged implements page.Host.
func (a *App) HeaderChanged() {
	if a.frame != nil && a.frame.Current() != nil {
		a.frame.Header()
	}
}

// OnFirstRows calls fn once, when mirrored rows have been shown for the first time.
func (a *App) OnFirstRows(fn func()) { a.onFirst = fn }

func (a *App) reloadAccounts() {
	a.accountsLoader.Load(a.d.Mailbox.Accounts, func(all []mirror.Account, err error) {
		if err != nil {
			a.Fail(page.T("read the accounts"), err)
			return
		}
		a.setAccounts(all)
	})
}

// setAccounts shows Welcome or the frame, and who is signed in.
func (a *App) setAccounts(all []mirror.Account) {
	before := len(a.accounts)
	a.accounts = all
	first := !a.known
	a.known = true
	switch {
	case len(all) == 0:
		if first || before > 0 {
			a.showWelcome("", false)
		}
	case first || before == 0:
		a.showFrame()
		if !first {
			a.Raise() // the person comes from the browser, which is in front
		}
	}
	if len(all) > 0 {
		tip, attention := all[0].Name+"\n"+all[0].UPN, false
		for _, acc := range all {
			if acc.SignIn {
				attention = true
				tip += "\n" + page.T("{{.UPN}}: sign in again", map[string]any{"UPN": acc.UPN})
			}
		}
		a.frame.Rail.Account(all[0].Name, tip, attention)
	}
	a.showNotices()
	a.reloadStatus()
	a.setMenu()
}

// signedIn takes a Welcome away when its account is there. One that has been left already, or was taken away by the first
// account, must not take away another that was opened since.
func (a *App) signedIn(shown *welcome.Page, who mirror.Account) {
	hint := shown.LoginHint
	// A reading of its own: the other one is given up when the accounts change again, and Welcome would stay.
	page.NewLoader[[]mirror.Account](a, "who has signed in").Load(a.d.Mailbox.Accounts, func(all []mirror.Account, err error) {
		if err != nil {
			a.Fail(page.T("read the accounts"), err)
			return
		}
		a.setAccounts(all)
		if a.welcome != shown || len(all) == 0 {
			return
		}
		a.showFrame()
		a.Raise()
		switch {
		case hint != "" && !strings.EqualFold(hint, who.UPN):
			a.Toast(page.T("You signed in as {{.Who}}, not as {{.Hint}}.", map[string]any{"Who": who.UPN, "Hint": hint}), nil)
		case hint == "":
			a.Toast(page.T("Signed in as {{.Who}}", map[string]any{"Who": who.UPN}), nil)
		}
	})
}

func (a *App) showWelcome(hint string, back bool) {
	a.welcome = welcome.New(a, a.d.Sessions)
	a.welcome.LoginHint = hint
	if back {
		a.welcome.OnBack = a.showFrame
		a.welcome.Start()
	}
	shown := a.welcome
	shown.OnSignedIn = func(who mirror.Account) { a.signedIn(shown, who) }
	a.closeFloating()
	a.root.Objects = []fyne.CanvasObject{a.welcome.Object()}
	a.root.Refresh()
	a.welcome.Focus()
}

func (a *App) showFrame() {
	a.welcome = nil
	a.window.Canvas().Unfocus() // Welcome's button would keep the keyboard
	a.root.Objects = []fyne.CanvasObject{a.frame.Object()}
	a.root.Refresh()
	if a.frame.Current() == nil {
		a.frame.Show(page.Mail)
		if a.onFirst != nil {
			a.mail.OnFirstRows(a.onFirst)
		}
	}
}

// Stop ends what the window owns without the driver: for tests, and for whoever ran it.
func (a *App) Stop() { a.end() }
