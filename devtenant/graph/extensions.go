package graph

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"supercrm/devtenant/mailbox"
)

// maxExtension is the number of bytes that one open extension may hold (documentation, "Open extensions": 2 KB).
const maxExtension = 2 << 10

func extensionFields(x *mailbox.Extension) fields {
	out := fields{{"@odata.type", "#microsoft.graph.openTypeExtension"}, {"id", mailbox.ExtensionPrefix + x.Name}, {"extensionName", x.Name}}
	for _, name := range slices.Sorted(maps.Keys(x.Fields)) {
		out = append(out, field{name, x.Fields[name]})
	}
	return out
}

// extensionList writes those that an expansion's $filter=id eq '…' asks for, all without one.
func (c *call) extensionList(list mailbox.Extensions, e expansion) []fields {
	out := []fields{}
	_, wanted, _ := strings.Cut(e.options.Get("$filter"), "'")
	wanted = strings.TrimSuffix(strings.TrimSpace(wanted), "'")
	for _, x := range list {
		if wanted == "" || list.Find(wanted) == x {
			out = append(out, extensionFields(x))
		}
	}
	return out
}

// readExtension reads an open extension; name is the one it has already, "" for a new one.
func readExtension(in object, name string) (*mailbox.Extension, error) {
	given, err := in.text("extensionName")
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = given
	}
	if name == "" || len(name) > 128 || given != "" && !strings.EqualFold(given, name) {
		return nil, badRequest("ErrorInvalidRequest", "The extensionName is missing, too long, or another than before.")
	}
	x := &mailbox.Extension{Name: name, Fields: map[string]json.RawMessage{}}
	size := 0
	for key, value := range in {
		if key == "extensionName" || key == "id" || strings.HasPrefix(key, "@odata.") {
			continue
		}
		if key == "" || strings.ContainsAny(key, "\"\\\r\n") {
			return nil, badRequest("RequestBodyRead", "An extension has a property whose name is not valid.")
		}
		size += len(key) + len(value)
		x.Fields[key] = value
	}
	if size > maxExtension {
		return nil, badRequest("ErrorInvalidRequest", "An open extension can hold 2 KB.")
	}
	return x, nil
}

// readExtensions reads the extensions of an item that is made or changed.
func (c *call) readExtensions(raw json.RawMessage) (mailbox.Extensions, error) {
	list, err := decode[[]object]("extensions", raw)
	if err != nil {
		return nil, err
	}
	if c.delegate && len(list) > 0 {
		return nil, errDenied
	}
	var out mailbox.Extensions
	for _, in := range list {
		x, err := readExtension(in, "")
		if err != nil {
			return nil, err
		}
		if err := c.b.UseName(x.Name); err != nil {
			return nil, err
		}
		if out.Find(x.Name) != nil {
			return nil, badRequest("ErrorInvalidRequest", "Two extensions have the same name.")
		}
		out = append(out, x)
	}
	return out, nil
}

// extensions routes …/extensions[/{name}]. POST of a name that is there replaces it; a delegate makes none (facts,
// "Linking CRM records").
func (c *call) extensions(of bag, rest []string) error {
	read := c.r.Method == http.MethodGet
	if read {
		if err := of.read(); err != nil {
			return err
		}
	} else {
		if err := of.write(); err != nil {
			return err
		}
		if c.delegate {
			return errDenied
		}
	}
	if len(rest) == 0 {
		switch c.r.Method {
		case http.MethodGet:
			return c.listing(of.path, paging{top: maxPage}, len(of.list), c.extensionList(of.list, expansion{}))
		case http.MethodPost:
			in, err := c.object()
			if err != nil {
				return err
			}
			x, err := readExtension(in, "")
			if err != nil {
				return err
			}
			if err := c.b.UseName(x.Name); err != nil {
				return err
			}
			if err := of.set(append(without(of.list, of.list.Find(x.Name)), x)); err != nil {
				return err
			}
			return c.one(http.StatusCreated, of.path+"/$entity", extensionFields(x))
		}
		return errMethod
	}
	if rest[0] == "$count" && len(rest) == 1 && read {
		return c.plain(strconv.Itoa(len(of.list)))
	}
	x := of.list.Find(rest[0])
	if x == nil || len(rest) > 1 {
		return mailbox.ErrNotFound
	}
	switch c.r.Method {
	case http.MethodGet:
		return c.one(http.StatusOK, of.path+"/$entity", extensionFields(x))
	case http.MethodDelete:
		if err := of.set(without(of.list, x)); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	case http.MethodPatch:
		in, err := c.object()
		if err != nil {
			return err
		}
		fresh, err := readExtension(in, x.Name)
		if err != nil {
			return err
		}
		all := maps.Clone(x.Fields)
		for key, value := range fresh.Fields {
			if all[key] = value; isNull(value) {
				delete(all, key)
			}
		}
		fresh.Fields = all
		list := slices.Clone(of.list)
		list[slices.Index(list, x)] = fresh
		if err := of.set(list); err != nil {
			return err
		}
		return c.one(http.StatusOK, of.path+"/$entity", extensionFields(fresh))
	}
	return errMethod
}
