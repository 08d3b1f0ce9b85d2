package ui

import (
	"context"
	"log/slog"

	"supercrm/outlook/mirror"
	"supercrm/ui/calendar"
	"supercrm/ui/palette"
)

// FindOnServer is the search box's search of a mailbox on the server, without a window.
func FindOnServer(ctx context.Context, m Mailbox, text string) (palette.Section, error) {
	a := &App{d: Deps{Mailbox: m, Log: slog.New(slog.DiscardHandler)}}
	return a.findOnServer(ctx, text)
}

// CalendarData is what the calendar page is given.
func (a *App) CalendarData() calendar.Data { return calendarData{a.d.Mailbox} }

// OpenAccounts shows who is signed in.
func (a *App) OpenAccounts() { a.openAccounts() }

// SignOutText is what is asked before an account is erased.
func SignOutText(acc mirror.Account, waiting []mirror.OutboxItem, last bool) string {
	return signOutText(acc, waiting, last)
}

// Undo is what Ctrl+Z does.
func (a *App) Undo() { a.undo() }

// OpenMirrored is the command of that name.
func (a *App) OpenMirrored() { a.openMirrored() }

// ParseSize reads a kept size of the window, and Fitted fits one to a screen.
var (
	ParseSize = parseSize
	Fitted    = fitted
)
