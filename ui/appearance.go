package ui

import (
	"context"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

func (a *App) loadMode() kit.Mode {
	v, err := a.d.Settings.Load(a.ctx, "appearance")
	if err != nil {
		a.d.Log.Error("read appearance", "error", err)
	}
	switch v {
	case "light":
		return kit.ModeLight
	case "dark":
		return kit.ModeDark
	}
	return kit.ModeSystem
}

func (a *App) applyMode(m kit.Mode) {
	a.mode = m
	a.d.Fyne.Settings().SetTheme(kit.NewTheme(m))
}

// SetMode changes the appearance and keeps the choice.
func (a *App) SetMode(m kit.Mode) {
	a.applyMode(m)
	name := map[kit.Mode]string{kit.ModeSystem: "system", kit.ModeLight: "light", kit.ModeDark: "dark"}[m]
	a.Go("save appearance", func(ctx context.Context) {
		if err := a.d.Settings.Save(ctx, "appearance", name); err != nil {
			a.Do(func() { a.Fail(page.T("keep the appearance"), err) })
		}
	})
}
