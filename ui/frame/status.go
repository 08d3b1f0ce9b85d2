package frame

import (
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
	// OnSync, OnPending and OnSignIn are what a click on their part does.
	OnSync, OnPending, OnSignIn func()

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
	s.signIn = kit.NewLink(page.T("Sign in again"), "key", call(&s.OnSignIn))
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
	Accounts        int
	// FilesSent and FilesTotal are bytes of the files of mail on its way.
	FilesSent, FilesTotal int64
}

// Describe puts the accounts' states into words. clock formats a time of day.
func Describe(all []mirror.Status, clock func(time.Time) string) Line {
	l := Line{Icon: "check", Color: kit.ColorOK, Accounts: len(all)}
	if len(all) == 0 {
		l.Icon, l.Color, l.Text = "info", kit.ColorMuted, page.T("Not signed in")
		return l
	}
	var synced time.Time
	offline, syncing, problem := false, false, ""
	for _, a := range all {
		l.Done, l.Total = l.Done+a.Done, l.Total+a.Total
		l.Pending, l.Failed = l.Pending+a.Pending, l.Failed+a.Failed
		l.FilesSent, l.FilesTotal = l.FilesSent+a.FilesSent, l.FilesTotal+a.FilesTotal
		l.SignIn = l.SignIn || a.SignIn
		offline, syncing = offline || a.Offline, syncing || a.Syncing
		if a.Problem != "" {
			problem = a.Problem
		}
		if !a.SyncedAt.IsZero() && (synced.IsZero() || a.SyncedAt.Before(synced)) {
			synced = a.SyncedAt // the one that lags behind: the line must not promise more
		}
	}
	at := page.T("not synced yet")
	if !synced.IsZero() {
		at = page.T("synced {{.Time}}", map[string]any{"Time": clock(synced)})
	}
	switch {
	case l.SignIn:
		l.Icon, l.Color = "key", kit.ColorWarn
		l.Text = page.T("The account needs you to sign in again. What is mirrored stays here · {{.Synced}}", map[string]any{"Synced": at})
	case offline:
		l.Icon, l.Color = "offline", kit.ColorMuted
		l.Text = page.T("Offline, you can go on working · {{.Synced}}", map[string]any{"Synced": at})
	case problem == "keychain":
		l.Icon, l.Color, l.SignIn = "key", kit.ColorWarn, true
		l.Text = page.T("The keychain does not give the sign-in, trying again. What is mirrored stays here · {{.Synced}}", map[string]any{"Synced": at})
	case problem == "diskfull":
		l.Icon, l.Color, l.Text = "warning", kit.ColorBad, page.T("The disk is full: nothing new can be kept. Free some space.")
	case problem == "readonly":
		l.Icon, l.Color, l.Text = "warning", kit.ColorBad, page.T("The program's file may only be read: nothing new can be kept. Check the permissions of its folder.")
	case problem == "damaged":
		l.Icon, l.Color, l.Text = "warning", kit.ColorBad, page.T("The program's file is damaged. Quit and start again: what is yours will be taken over into a new one.")
	case problem != "":
		l.Icon, l.Color = "warning", kit.ColorWarn
		l.Text = page.T("The mailbox does not answer as it should, trying again · {{.Synced}}", map[string]any{"Synced": at})
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
	s.sync.Hidden = l.Accounts == 0 || l.SignIn
	s.row.Refresh()
}
