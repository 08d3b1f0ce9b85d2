package ledger

import (
	"context"
	"errors"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// verified is what the last verification of an account found, with the names of its places.
type verified struct {
	account mirror.Account
	report  mirror.Verification
	names   map[string]string
}

func key(kind string, id int64) string { return kind + strconv.FormatInt(id, 10) }

// checker is the part of the page that verifies mailboxes and says what came of it.
type checker struct {
	p      *Page
	button *kit.Button
	stop   *kit.Button
	text   *kit.Text
	bar    *kit.Progress
	busy   *fyne.Container
	report *fyne.Container
	object *fyne.Container
	cancel context.CancelFunc
	last   []verified
	open   bool // the report is shown place by place
}

func newChecker(p *Page) *checker {
	c := &checker{p: p, text: kit.NewLine("", kit.SizeBody, kit.ColorText), bar: kit.NewProgress(), report: kit.Stack(kit.S2)}
	c.button = kit.NewPrimary(page.T("Verify mailbox"), "check", c.run)
	c.button.Tip = page.T("Compare everything with the mailbox and repair what differs")
	c.stop = kit.NewButton(page.T("Stop"), "close", func() {
		if c.cancel != nil {
			c.cancel()
		}
	})
	c.busy = kit.Inset(kit.Row(kit.S3, kit.NewIcon("sync", kit.ColorAccent, 16), kit.Grow(c.text), kit.Fixed(c.bar, 180, 4), c.stop), kit.S2, kit.S4, kit.S2, kit.S4)
	c.object = kit.Stack(0, c.busy, kit.Inset(c.report, 0, kit.S4, 0, kit.S4), kit.Hairline())
	c.busy.Hide()
	return c
}

// Verify compares every account's mailbox with the service, as the button does.
func (p *Page) Verify() { p.check.run() }

// Verified tells whether the result of a verification is shown and none is under way.
func (p *Page) Verified() bool { return p.check.cancel == nil && len(p.check.last) > 0 }

// run verifies every account, one after another.
func (c *checker) run() {
	if c.cancel != nil {
		return
	}
	c.button.Disable()
	c.text.SetText(page.T("Comparing with the mailbox…"))
	c.bar.Set(0, 1)
	c.busy.Show()
	c.p.paint()
	host := c.p.host
	ctx, cancel := context.WithCancel(host.Context())
	c.cancel = cancel
	host.Go("verify mailbox", func(context.Context) {
		defer cancel()
		accounts, failed := c.p.data.Accounts(ctx)
		for _, a := range accounts {
			shown := time.Time{}
			_, err := c.p.data.Verify(ctx, a.ID, func(v mirror.VerifyProgress) {
				if time.Since(shown) < 100*time.Millisecond && v.Place < v.Places {
					return
				}
				shown = time.Now()
				host.Do(func() { c.progress(v) })
			})
			if err != nil {
				failed = err
				break
			}
		}
		host.Do(func() { c.ended(failed) })
	})
}

func (c *checker) progress(v mirror.VerifyProgress) {
	if c.cancel == nil {
		return
	}
	c.text.SetText(page.T("Folder or calendar {{.At}} of {{.All}} · {{.Items}} items compared", map[string]any{"At": v.Place, "All": v.Places, "Items": v.Items}))
	c.bar.Set(v.Place, v.Places)
	c.busy.Refresh()
}

func (c *checker) ended(err error) {
	c.cancel = nil
	c.button.Enable()
	c.busy.Hide()
	switch {
	case errors.Is(err, context.Canceled):
		c.p.host.Toast(page.T("Verification stopped. What was repaired until then is kept."), nil)
	case err != nil:
		c.p.host.Fail(page.T("verify the mailbox"), err)
	}
	c.p.load()
}

// paint shows what the last verifications found.
func (c *checker) paint() {
	c.report.Objects = nil
	for _, v := range c.last {
		c.report.Add(c.summary(v))
		if c.open {
			c.report.Add(places(v))
		}
	}
	if len(c.report.Objects) > 0 {
		c.report.Objects = append([]fyne.CanvasObject{kit.Fixed(kit.Spring(), 0, 1)}, append(c.report.Objects, kit.Fixed(kit.Spring(), 0, 1))...)
	}
	c.object.Hidden = len(c.report.Objects) == 0 && !c.busy.Visible()
	c.report.Refresh()
	c.object.Refresh()
}

func (c *checker) summary(v verified) fyne.CanvasObject {
	r := &v.report
	at := when.DateOf(r.At.Local()).Day() + ", " + when.Time(r.At.Local())
	with := map[string]any{"Time": at, "Items": r.Compared(), "N": r.Repaired(), "Requests": r.Requests}
	text, icon, color := page.T("Verified {{.Time}}: all {{.Items}} items are as in the mailbox", with), "check", kit.ColorOK
	skipped := 0
	for _, p := range r.Places {
		if p.Skipped != "" || p.Failed > 0 {
			skipped++
		}
	}
	switch {
	case r.Cancelled:
		text, icon, color = page.T("Verification stopped {{.Time}}: {{.Items}} items compared, {{.N}} repaired", with), "info", kit.ColorWarn
	case skipped > 0:
		with["Skipped"] = skipped
		text, icon, color = page.T("Verified {{.Time}}: {{.Items}} items compared, {{.N}} repaired; {{.Skipped}} folders or calendars could not be compared in full", with), "warning", kit.ColorWarn
	case r.Repaired() > 0:
		text, icon, color = page.T("Verified {{.Time}}: {{.Items}} items compared, {{.N}} differed and were repaired", with), "check", kit.ColorOK
	}
	if len(c.p.accounts) > 1 {
		text = v.account.UPN + " · " + text
	}
	label, chevron := page.T("Details"), "chevron-down"
	if c.open {
		label, chevron = page.T("Less"), "chevron-up"
	}
	more := kit.NewLink(label, chevron, func() {
		c.open = !c.open
		c.p.paint()
	})
	return kit.Row(kit.S2, kit.NewIcon(icon, color, 16), kit.Grow(kit.NewLine(text, kit.SizeBody, kit.ColorText)),
		kit.NewText(page.N("{{.N}} request", "{{.N}} requests", r.Requests), kit.SizeSmall, kit.ColorMuted), more)
}

// placesColumns are a name and numbers, aligned.
func places(v verified) fyne.CanvasObject {
	cell := func(s string, w float32) fyne.CanvasObject {
		return kit.Fixed(kit.NewText(s, kit.SizeSmall, kit.ColorMuted).Aligned(fyne.TextAlignTrailing), w, 0)
	}
	line := func(name fyne.CanvasObject, cells ...string) fyne.CanvasObject {
		r := kit.Row(kit.S3, kit.Fixed(name, 220, 0))
		for _, c := range cells {
			r.Add(cell(c, 84))
		}
		return r
	}
	head := func(s string) fyne.CanvasObject { return kit.NewLine(s, kit.SizeSmall, kit.ColorMuted).Bold() }
	out := kit.Stack(3, line(head(page.T("Folder, calendar or contacts")), page.T("in mailbox"), page.T("here"), page.T("fetched"), page.T("read anew"), page.T("removed"), page.T("on its way")))
	n := strconv.Itoa
	for _, p := range v.report.Places {
		name := v.names[key(p.Kind, p.ID)]
		if name == "" {
			name = page.T("(gone)")
		}
		if p.Skipped != "" {
			why := map[string]string{"mirroring": page.T("still being read for the first time"), "failed": page.T("the mailbox did not answer well"), "gone": page.T("no longer there")}[p.Skipped]
			out.Add(kit.Row(kit.S3, kit.Fixed(kit.NewLine(name, kit.SizeSmall, kit.ColorText), 220, 0), kit.Inset(kit.NewText(why, kit.SizeSmall, kit.ColorWarn), 0, 0, 0, 32)))
			continue
		}
		out.Add(line(kit.NewLine(name, kit.SizeSmall, kit.ColorText), n(p.Server), n(p.Here), n(p.Fetched), n(p.Renewed), n(p.Removed), n(p.Waiting)))
	}
	return kit.Inset(out, 0, 0, kit.S2, 24)
}
