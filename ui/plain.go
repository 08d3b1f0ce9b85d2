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
