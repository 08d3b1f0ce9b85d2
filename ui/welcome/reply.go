package welcome

import (
	"context"
	"net/url"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/auth"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// proof is what asking silently for the accounts that are signed in has shown.
type proof struct {
	asking   bool
	accounts []mirror.Account
	failed   error // some could not be asked
}

// replyExample is how the address begins that the reply has.
func (p *Page) replyExample() string {
	u, err := url.Parse(p.way.ApprovalLink(auth.ApprovalLink{}))
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/common/oauth2/nativeclient?…"
}

// replying is the field for the reply to a forwarded link.
func (a *approval) replying() fyne.CanvasObject {
	return kit.Stack(kit.S3,
		kit.NewParagraph(page.T("A forwarded link ends on an empty page. Its address says how it went: copy the whole of it from that browser's address line, or from the administrator's mail."), kit.SizeBody, kit.ColorMuted),
		kit.Columns(kit.S2, kit.Grow(a.reply), kit.Stack(0, gap(18), a.p.main(page.T("Read it"), "", func() { a.read(a.reply.Text()) }), kit.Spring())))
}

// read takes the reply apart. It proves nothing yet.
func (a *approval) read(text string) {
	if strings.TrimSpace(text) == "" {
		a.reply.SetWrong(page.T("Paste the address first."))
		a.p.host.Window().Canvas().Focus(a.reply.Entry)
		return
	}
	got, err := a.p.way.ReadApproval(text)
	a.failed = err
	a.reply.SetWrong("")
	if err != nil {
		a.show()
		return
	}
	a.granted = &got
	if a.p.OnBack != nil {
		a.prove()
		return
	}
	a.show()
}

// prove asks silently for each account that is signed in: the reply itself authorises nothing.
func (a *approval) prove() {
	p := a.p
	p.stop()
	turn := p.turn
	a.proof = proof{asking: true}
	a.failed = nil
	a.show()
	p.host.Go("verify the approval", func(ctx context.Context) {
		all, err := p.way.Verify(ctx)
		p.host.Do(func() {
			if p.turn != turn {
				return
			}
			a.proof = proof{accounts: all, failed: err}
			a.show()
		})
	})
}

// lacking is the first account that needs the person again, or nil.
func (a *approval) lacking() *mirror.Account {
	for i, acc := range a.proof.accounts {
		if acc.SignIn || len(Missing(acc)) > 0 {
			return &a.proof.accounts[i]
		}
	}
	return nil
}

// next is the main button once something is approved.
func (a *approval) next() fyne.CanvasObject {
	p := a.p
	switch lacking := a.lacking(); {
	case p.OnBack == nil:
		return p.main(page.T("Continue signing in"), "", p.goOn)
	case a.proof.asking:
		p.primary = nil
		return kit.NewText(page.T("Asking Microsoft…"), kit.SizeSmall, kit.ColorMuted)
	case a.proof.failed != nil:
		return p.main(page.T("Ask again"), "sync", a.prove)
	case lacking != nil:
		return p.main(page.T("Sign in again as {{.UPN}}", map[string]any{"UPN": lacking.UPN}), "", func() {
			p.LoginHint = lacking.UPN
			p.SignIn()
		})
	}
	return p.main(page.T("Done"), "", p.OnBack)
}

// result says what was approved, and what asking has shown.
func (a *approval) result() fyne.CanvasObject {
	if a.p.OnBack != nil {
		return a.proved()
	}
	text := page.T("Nobody is signed in by it. You and your colleagues sign in as usual and are not asked for permission any more. Signing in is the proof.")
	if a.granted.TenantID != "" {
		text += "\n" + page.T("Organization, as the answer says: {{.ID}}", map[string]any{"ID": a.granted.TenantID})
	}
	if a.granted.Scopes != nil {
		if missing := auth.MissingFeatures(a.granted.Scopes); len(missing) > 0 {
			return kit.NewBanner(kit.Warn, page.T("Approved in part"), text+"\n"+page.T("Not approved: {{.Names}}.", map[string]any{"Names": names(missing)}))
		}
	}
	return kit.NewBanner(kit.OK, page.T("Microsoft says: approved"), text)
}

// proved lists the accounts and what each may do now.
func (a *approval) proved() fyne.CanvasObject {
	if a.proof.asking {
		return kit.NewBanner(kit.Info, page.T("One moment"), page.T("Asking Microsoft what your accounts may do now. Nobody has to sign in for that."))
	}
	list := kit.Stack(kit.S2)
	for _, acc := range a.proof.accounts {
		icon, color, words := "check", kit.ColorOK, page.T("everything is allowed")
		if missing := Missing(acc); acc.SignIn {
			icon, color, words = "warning", kit.ColorWarn, page.T("has to sign in again")
		} else if len(missing) > 0 {
			icon, color, words = "warning", kit.ColorWarn, page.T("not allowed: {{.Names}}", map[string]any{"Names": names(missing)})
		}
		list.Add(kit.Columns(kit.S3, kit.NewIcon(icon, color, 16), kit.Grow(kit.Stack(1, kit.NewLine(acc.UPN, kit.SizeBody, kit.ColorText).Bold(), kit.NewParagraph(words, kit.SizeSmall, kit.ColorMuted)))))
	}
	if a.proof.failed != nil {
		e := auth.Explain(a.proof.failed)
		list.Add(kit.NewBanner(kit.Warn, page.T(e.Title), page.T(e.Text)))
	}
	return kit.Card(kit.InsetAll(list, kit.S3))
}

// names lists features in words.
func names(features []auth.Feature) string {
	out := make([]string, len(features))
	for i, f := range features {
		out[i] = page.T(f.Name)
	}
	return strings.Join(out, "; ")
}

// Missing lists the features that an account's grants do not cover. An account whose grants are not known misses nothing.
func Missing(a mirror.Account) []auth.Feature {
	if len(a.Granted) == 0 {
		return nil
	}
	return auth.MissingFeatures(a.Granted)
}
