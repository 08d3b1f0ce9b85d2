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

// ExtensionPrefix begins the ids of open extensions on Outlook items.
const ExtensionPrefix = "Microsoft.OutlookServices.OpenTypeExtension."
