package ui

import "supercrm/ui/calendar"

// CalendarData is what the calendar page is given.
func (a *App) CalendarData() calendar.Data { return calendarData{a.d.Mailbox} }

// OpenAccounts shows who is signed in.
func (a *App) OpenAccounts() { a.openAccounts() }
