package welcome

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"supercrm/auth"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// signInByCode begins a sign-in with a code that is typed on another device.
func (p *Page) signInByCode() {
	p.stop()
	turn := p.turn
	ctx, cancel := context.WithCancel(p.host.Context())
	p.cancel = cancel
	p.showCode(auth.DeviceCode{})
	p.host.Go("sign in with a code", func(context.Context) {
		defer cancel()
		who, err := p.way.DeviceSignIn(ctx, func(d auth.DeviceCode) {
			p.host.Do(func() {
				if p.turn == turn {
					p.showCode(d)
				}
			})
		})
		p.host.Do(func() {
			if p.turn == turn {
				p.ended(who, err, openly)
			}
		})
	})
}

// showCode is the card while the person is at the other device; without a code it is still being fetched.
func (p *Page) showCode(d auth.DeviceCode) {
	objs := []fyne.CanvasObject{p.heading("keyboard", page.T("Sign in with a code"))}
	if d.UserCode == "" {
		objs = append(objs, kit.NewParagraph(page.T("Asking Microsoft for a code…"), kit.SizeBody, kit.ColorMuted))
	} else {
		code := kit.NewText(d.UserCode, kit.SizeTitle, kit.ColorText).Bold()
		code.Whole = true
		objs = append(objs,
			kit.NewParagraph(page.T("Open this page on a phone or another computer, type the code there and sign in. Only do so if you started this yourself."), kit.SizeBody, kit.ColorText),
			p.copyable(d.Page),
			container.NewStack(kit.NewFill(kit.ColorAccentSoft, kit.Corner), kit.InsetAll(container.NewCenter(code), kit.S3)),
			kit.NewParagraph(page.T("The code is good until {{.Time}}. Organizations that want managed computers refuse this way; then use the browser.", map[string]any{"Time": d.Until.Format("15:04")}), kit.SizeSmall, kit.ColorMuted))
	}
	p.show(append(objs, gap(0), kit.Row(kit.S2, kit.NewButton(page.T("Cancel (Esc)"), "", p.Back), kit.Spring()))...)
}
