package frame

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/pending"
)

// Status is the line at the foot: how current the mirror is, what is on its way, and what the person has to do.
type Status struct {
	// OnSync, OnPending and OnSignIn are what a click on their part does. OnSignIn is given the account concerned.
	OnSync, OnPending func()
	OnSignIn          func(account int64)

	icon     *kit.Icon
	text     *kit.Text
	progress *kit.Progress
	bar      fyne.CanvasObject
	pending  *kit.Button
	failed   *kit.Button
	signIn   *kit.Button
	sync     *kit.Button
	object   fyne.CanvasObject
	row      *fyne.Container
	concerns int64 // the account that signIn is about
}

func newStatus() *Status {
	s := &Status{
		icon: kit.NewIcon("check", kit.ColorOK, 14), text: kit.NewLine("", kit.SizeSmall, kit.ColorMuted), progress: kit.NewProgress(),
	}
	call := func(fn *func()) func() {
		return func() {
			if *fn != nil {
				(*fn)()
			}
		}
	}
	s.pending = kit.NewLink("", "clock", call(&s.OnPending))
	s.failed = kit.NewLink("", "warning", call(&s.OnPending))
	s.failed.Tint = kit.ColorBad
	s.signIn = kit.NewLink(page.T("Sign in again"), "key", func() {
		if s.OnSignIn != nil {
			s.OnSignIn(s.concerns)
		}
	})
	s.signIn.Tint = kit.ColorWarn
	s.sync = kit.NewLink(page.T("Sync now"), "sync", call(&s.OnSync))
	s.sync.Tip = page.T("Ask the mailbox for news now")
	s.bar = kit.Fixed(s.progress, 120, 4)
	s.row = kit.Row(kit.S2, s.icon, kit.Grow(s.text), s.bar, s.signIn, s.failed, s.pending, s.sync)
	s.object = kit.Inset(s.row, 0, kit.S2, 0, kit.S3)
	for _, o := range []fyne.CanvasObject{s.bar, s.pending, s.failed, s.signIn, s.sync} {
		o.Hide()
	}
	return s
}

// Object is the line itself.
func (s *Status) Object() fyne.CanvasObject { return s.object }

// Line is what the status line says of a number of accounts together.
type Line struct {
	Text            string
	Icon            string
	Color           fyne.ThemeColorName
	Done, Total     int
	Pending, Failed int
	SignIn          bool
	SignInTo        int64  // the account that has to
	SignInAs        string // its address, where there are several
	NoSync          bool   // nobody could be synced now
	Accounts        int
	// FilesSent and FilesTotal are bytes of the files of mail on its way.
	FilesSent, FilesTotal int64
}

// Describe puts the accounts' states into words. name gives an account's address, clock formats an instant.
func Describe(all []mirror.Status, name func(accountID int64) string, clock func(time.Time) string) Line {
	l := Line{Icon: "check", Color: kit.ColorOK, Accounts: len(all)}
	if len(all) == 0 {
		l.Icon, l.Color, l.Text = "info", kit.ColorMuted, page.T("Not signed in")
		return l
	}
	var synced time.Time
	syncing := false
	l.NoSync = true
	for _, a := range all {
		l.Done, l.Total = l.Done+a.Done, l.Total+a.Total
		l.Pending, l.Failed = l.Pending+a.Pending, l.Failed+a.Failed
		l.FilesSent, l.FilesTotal = l.FilesSent+a.FilesSent, l.FilesTotal+a.FilesTotal
		syncing = syncing || a.Syncing
		l.NoSync = l.NoSync && a.SignIn
		if !a.SyncedAt.IsZero() && (synced.IsZero() || a.SyncedAt.Before(synced)) {
			synced = a.SyncedAt // the one that lags behind: the line must not promise more
		}
	}
	at := page.T("not synced yet")
	if !synced.IsZero() {
		at = page.T("synced {{.Time}}", map[string]any{"Time": clock(synced)})
	}
	if bad := troubles(all); len(bad) > 0 {
		l.Icon, l.Color = bad[0].trouble.look()
		l.Text = told(bad, len(all), name)
		if !bad[0].trouble.ofFile() {
			l.Text = page.T("{{.State}} · {{.Synced}}", map[string]any{"State": l.Text, "Synced": at})
		}
		l.askToSignIn(all, name)
		return l
	}
	switch {
	case l.Total > 0 && l.Done < l.Total:
		l.Icon, l.Color = "sync", kit.ColorAccent
		l.Text = page.T("Mirroring mail: {{.Done}} of {{.Total}}", map[string]any{"Done": strconv.Itoa(l.Done), "Total": strconv.Itoa(l.Total)})
	case l.FilesTotal > 0:
		l.Icon, l.Color = "sent", kit.ColorAccent
		l.Text = page.T("Sending files: {{.Done}} of {{.Total}}", map[string]any{"Done": pending.Size(l.FilesSent), "Total": pending.Size(l.FilesTotal)})
	case syncing && synced.IsZero():
		l.Icon, l.Color, l.Text = "sync", kit.ColorAccent, page.T("Mirroring mail and calendar…")
	default:
		l.Text = upperFirst(at)
	}
	return l
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// askToSignIn finds who has to sign in: an account that is signed out, else one whose sign-in cannot be read.
func (l *Line) askToSignIn(all []mirror.Status, name func(int64) string) {
	for _, asks := range []func(mirror.Status) bool{
		func(s mirror.Status) bool { return s.SignIn },
		func(s mirror.Status) bool { return troubleOf(s) == keychain },
	} {
		i := slices.IndexFunc(all, asks)
		if i < 0 {
			continue
		}
		l.SignIn, l.SignInTo = true, all[i].AccountID
		if len(all) > 1 {
			l.SignInAs = name(l.SignInTo)
		}
		return
	}
}

// Set shows a line.
func (s *Status) Set(l Line) {
	s.icon.Set(l.Icon, l.Color)
	s.text.SetText(l.Text)
	done, total := l.Done, l.Total
	if total == 0 || done >= total {
		done, total = int(l.FilesSent/1024), int(l.FilesTotal/1024)
	}
	s.progress.Set(done, total)
	s.bar.(*fyne.Container).Hidden = total == 0 || done >= total
	s.pending.Hidden = l.Pending == 0
	s.pending.SetLabel(page.N("{{.N}} pending", "{{.N}} pending", l.Pending))
	s.failed.Hidden = l.Failed == 0
	s.failed.SetLabel(page.N("{{.N}} needs you", "{{.N}} need you", l.Failed))
	s.signIn.Hidden = !l.SignIn
	s.signIn.Tip, s.concerns = l.SignInAs, l.SignInTo
	s.sync.Hidden = l.Accounts == 0 || l.NoSync
	s.row.Refresh()
}
