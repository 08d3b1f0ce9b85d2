// Package assets holds what is embedded in the program: icons, fonts, translations and the demo data.
package assets

import (
	_ "embed" // for the data below
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed demo/customers.json
var customersJSON []byte

// DemoCompany is a made-up customer with its people.
type DemoCompany struct {
	Name     string       `json:"name"`
	Domain   string       `json:"domain"`
	Industry string       `json:"industry"`
	Phone    string       `json:"phone"`
	Website  string       `json:"website"`
	City     string       `json:"city"`
	Notes    string       `json:"notes"`
	People   []DemoPerson `json:"people"`
}

// DemoPerson is a made-up contact.
type DemoPerson struct {
	Name   string `json:"name"`
	Email  string `json:"email"`
	Role   string `json:"role"`
	Phone  string `json:"phone"`
	Mobile string `json:"mobile"`
	City   string `json:"city"`
	Notes  string `json:"notes"`
}

// DemoCustomers are the 20 companies with 60 people that the simulated tenant's mail and the demo's CRM records are
// about. The slice is shared: do not change it.
var DemoCustomers = sync.OnceValue(func() []DemoCompany {
	var out []DemoCompany
	if err := json.Unmarshal(customersJSON, &out); err != nil {
		panic(fmt.Sprintf("assets: demo/customers.json: %v", err)) // embedded, so only a broken build gets here
	}
	return out
})
