package directory

import (
	"encoding/json"
	"fmt"
)

type saved struct {
	Tenants []Tenant
	Apps    []App
}

// Save writes the whole register, passwords and secrets included, for Load.
func (d *Directory) Save() ([]byte, error) {
	out, err := json.Marshal(saved{d.Tenants(), d.Apps()})
	if err != nil {
		return nil, fmt.Errorf("write the directory: %w", err)
	}
	return out, nil
}

// Load makes the register what it was when Save wrote it, all or nothing.
func (d *Directory) Load(data []byte) error {
	var s saved
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("read the directory: %w", err)
	}
	next := New()
	for _, t := range s.Tenants {
		if err := next.AddTenant(t); err != nil {
			return fmt.Errorf("read the directory: %w", err)
		}
	}
	for _, a := range s.Apps {
		if err := next.AddApp(a); err != nil {
			return fmt.Errorf("read the directory: %w", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tenants, d.byName, d.users, d.apps = next.tenants, next.byName, next.users, next.apps
	return nil
}
