package ui

import (
	"errors"
	"net"

	"supercrm/auth"
	"supercrm/crm"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// Fail implements page.Host. doing is not logged: it may name a meeting or a person.
func (a *App) Fail(doing string, err error) {
	err = a.d.Examine(err)
	a.d.Log.Error("could not do what was asked", "error", err)
	text := page.T("Could not {{.Doing}}.", map[string]any{"Doing": doing})
	if why := plain(err); why != "" {
		text += " " + why
	}
	a.frame.Toasts.Fail(text)
}

// Explain implements page.Host.
func (a *App) Explain(doing string, err error) string {
	err = a.d.Examine(err) // here, since what reads a single row does not
	a.d.Log.Error("shown on the page", "doing", doing, "error", err)
	if why := plain(err); why != "" {
		return why
	}
	return page.T("The program's log tells more.")
}

// plain says in the person's words why something failed, or "" when there is nothing to say that would help.
func plain(err error) string {
	var dial *net.OpError
	var taken crm.ErrAddressTaken
	var bad mirror.ErrBadInput
	switch {
	case errors.As(err, &taken):
		return page.T("The address already belongs to {{.Name}}.", map[string]any{"Name": taken.Name})
	case errors.As(err, &bad) && bad.Why == "sending":
		return page.T("It is being sent at this moment.")
	case errors.As(err, &bad) && bad.Why == "conflict":
		return page.T("Decide first which version to keep.")
	case errors.Is(err, mirror.ErrInBackups):
		return page.T("It is erased, but still in a backup. Delete the folder named backups in the program's folder to erase it there too.")
	case errors.Is(err, mirror.ErrNotConnected):
		return page.T("You are not signed in.")
	case errors.Is(err, mirror.ErrNotFound), errors.Is(err, crm.ErrNotFound):
		return page.T("It is no longer there.")
	case errors.Is(err, mirror.ErrNotOrganizer):
		return page.T("Only the organizer can change this meeting.")
	case errors.Is(err, store.ErrDamaged):
		return page.T("The program's file is damaged. Quit and start again to repair it.")
	case errors.Is(err, store.ErrFull):
		return page.T("The disk is full. Free some space and try again.")
	case errors.Is(err, store.ErrReadOnly):
		return page.T("The program's file may only be read. Check the permissions of its folder.")
	case errors.Is(err, errReadOnly):
		return page.T("Your organization has allowed this calendar to be read only.")
	case errors.Is(err, auth.ErrConfig):
		return page.T("The application id, the organization or an address is missing or mistyped. Addresses begin with https.")
	case errors.As(err, &dial):
		return page.T("The network does not answer.")
	}
	return ""
}
