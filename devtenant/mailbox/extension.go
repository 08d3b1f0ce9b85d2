package mailbox

import (
	"encoding/json"
	"slices"
	"strings"
)

// Extension is an open extension: a named bag of JSON values on an item. Fields hold everything but the name.
type Extension struct {
	Name   string
	Fields map[string]json.RawMessage
}

// Extensions is a list of them; names are matched as Graph does, in any case.
type Extensions []*Extension

// Find gives the extension called name, also by its id "Microsoft.OutlookServices.OpenTypeExtension.name".
func (l Extensions) Find(name string) *Extension {
	name = strings.TrimPrefix(name, ExtensionPrefix)
	at := slices.IndexFunc(l, func(x *Extension) bool { return strings.EqualFold(x.Name, name) })
	if at < 0 {
		return nil
	}
	return l[at]
}

// DefaultNames is how many names of extensions a mailbox holds (Exchange Online's quota of named properties).
const DefaultNames = 16_384

// UseName takes the name of an extension into the mailbox. A name is never given back, even when nothing has it any more
// (facts, "Linking CRM records to items").
func (b *Box) UseName(name string) error {
	name = strings.ToLower(name)
	switch {
	case b.names[name]:
		return nil
	case len(b.names) >= b.nameLimit:
		return &Error{"ErrorQuotaExceeded", "The mailbox has reached its quota of named properties."}
	}
	b.names[name] = true
	return nil
}

// LimitNames changes how many names of extensions the mailbox holds.
func (m *Mailbox) LimitNames(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.box.nameLimit = n
}

// ExtensionPrefix begins the ids of open extensions on Outlook items.
const ExtensionPrefix = "Microsoft.OutlookServices.OpenTypeExtension."
