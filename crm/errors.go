package crm

import (
	"errors"
	"fmt"
)

// ErrNotFound is returned (wrapped) when no person or company has the id asked for.
var ErrNotFound = errors.New("no such record")

// ErrAddressTaken says that an address is another person's already. Find it with errors.As. The text names neither the
// person nor the address, so that it may be logged; the fields do, for the screen.
type ErrAddressTaken struct {
	Addr     string // as it was to be saved
	PersonID int64  // whose it is
	Name     string // of that person
}

func (e ErrAddressTaken) Error() string {
	return fmt.Sprintf("the e-mail address belongs to person %d already", e.PersonID)
}

// ErrInvalid says which field cannot be saved, and why. Find it with errors.As. It holds nothing that was typed.
type ErrInvalid struct {
	Field string // one of the Field… names
	Index int    // of Emails: which one, from 0
	Why   string // one of the Why… texts: plain English, and the key of its translation
}

func (e ErrInvalid) Error() string { return e.Field + " " + e.Why }

// The names of fields in ErrInvalid.
const (
	FieldName     = "name"
	FieldCompany  = "company"
	FieldEmails   = "emails"
	FieldRole     = "role"
	FieldPhone    = "phone"
	FieldMobile   = "mobile"
	FieldCity     = "city"
	FieldNotes    = "notes"
	FieldDomain   = "domain"
	FieldIndustry = "industry"
	FieldWebsite  = "website"
)

// The reasons in ErrInvalid, made to follow a field's label.
const (
	WhyMissing    = "is needed"
	WhyTooLong    = "is too long"
	WhyTooMany    = "are too many"
	WhyNotAddress = "is not an e-mail address"
	WhyNoCompany  = "does not exist any more"
	WhyNotDomain  = "is not a mail domain, such as example.com"
	WhyFreeMail   = "belongs to a public mail service, so it says nothing about a company"
	WhyNotWeb     = "is not a web address"
)
