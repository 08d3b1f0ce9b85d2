package crm

import "time"

// Person is somebody the salesperson deals with. Emails is ordered, the first is the primary one; an address belongs to
// one person at most, whatever its case.
type Person struct {
	ID          int64
	CompanyID   int64 // 0: none
	CompanyName string
	Name        string
	Role        string
	Emails      []string
	Phone       string
	Mobile      string
	City        string
	Notes       string
	Created     time.Time
	Updated     time.Time
}

// Company is an organization that people belong to. Domain is its mail domain, lower-case, without "@".
type Company struct {
	ID       int64
	Name     string
	Domain   string
	Industry string
	Phone    string
	Website  string
	City     string
	Notes    string
	People   int // how many belong to it; read only
	Created  time.Time
	Updated  time.Time
}

// Match is what the records know of an address: a person, or only a company by the address's domain, or neither.
type Match struct {
	Addr    string
	Person  *Person
	Company *Company
}
