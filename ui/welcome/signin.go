package welcome

import (
	"context"
	"errors"
	"time"

	"supercrm/auth"
	"supercrm/outlook/mirror"
)

// manner is how Microsoft is asked.
type manner int

const (
	openly  manner = iota // the page asks who it is
	quietly               // after an approval: no page where the browser knows the person already
	pasting               // the answer may be pasted: for browsers that do not come back
)

// SignIn is a press of the main button.
func (p *Page) SignIn() { p.signIn(openly) }

// goOn is for whoever says that it is approved now.
func (p *Page) goOn() { p.signIn(quietly) }

// signIn begins a sign-in and shows the wait.
func (p *Page) signIn(how manner) {
	p.stop()
	turn := p.turn
	ctx, cancel := context.WithCancel(p.host.Context())
	p.cancel = cancel
	p.pasted = make(chan string, 1)
	still := func(fn func()) func() {
		return func() {
			if p.turn == turn {
				fn()
			}
		}
	}
	w := newWait(p, how)
	o := auth.SignInOptions{
		Open:       p.way.OpenBrowser,
		OpenFailed: func(error) { p.host.Do(still(w.browserFailed)) },
		Waiting: func(address string, until time.Time) {
			p.host.Do(still(func() { w.began(address, until) }))
		},
		LoginHint:     p.LoginHint,
		SelectAccount: p.LoginHint == "",
		QuietFirst:    how == quietly,
		QueryMode:     how == pasting,
		Pasted:        p.pasted,
		PasteRefused:  func(error) { p.host.Do(still(w.pasteRefused)) },
	}
	w.show()
	p.host.Go("sign in", func(context.Context) {
		defer cancel()
		who, err := p.way.SignIn(ctx, o)
		w.end()
		p.host.Do(still(func() { p.ended(who, err, how) }))
	})
}

// ended goes where a sign-in has led.
func (p *Page) ended(who mirror.Account, err error, how manner) {
	switch {
	case err == nil:
		if p.OnSignedIn != nil {
			p.OnSignedIn(who)
		}
	case errors.Is(err, context.Canceled), errors.Is(err, auth.ErrCancelled):
		p.Back()
	default:
		p.failed(err, how)
	}
}
