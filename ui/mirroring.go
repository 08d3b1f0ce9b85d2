package ui

// wireMirrored tells the page of what is mirrored what lies outside of it.
func (a *App) wireMirrored() {
	a.mirrored.LastBackup = a.d.LastBackup
	a.mirrored.OnClose = a.closeFloating
	a.mirrored.OnSignIn = func(upn string) { a.showWelcome(upn, true) }
}

// openMirrored shows what is mirrored, and where that is chosen.
func (a *App) openMirrored() {
	if a.welcome != nil {
		return
	}
	a.float(a.mirrored.Object())
	a.mirrored.Opened(0)
}
