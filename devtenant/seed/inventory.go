package seed

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The extended properties of everything made here. Graph finds items by a property's value only, so that one has the same
// value everywhere; the key differs from item to item. A name in the set of its own, since each uses up one of the
// mailbox's named properties.
const (
	propSet    = "{5d0f7a53-6f2e-4c0c-9a41-2b7f3d1c8e64}"
	markID     = "String " + propSet + " Name SuperCrmDemo"
	keyID      = "String " + propSet + " Name SuperCrmDemoKey"
	markValue  = "1"
	propsName  = "singleValueExtendedProperties"
	expandKeys = propsName + "($filter=id eq '" + keyID + "')"
	graphTime  = "2006-01-02T15:04:05"
)

type prop struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// run says which demo a mailbox holds: everything follows from these.
type run struct {
	base     time.Time // what "today" was; UTC, whole seconds
	messages int
}

func (r run) key(what string) string {
	return r.base.Format(time.RFC3339) + "/" + strconv.Itoa(r.messages) + "/" + what
}

// parseKey takes a key apart.
func parseKey(key string) (r run, what string, ok bool) {
	at, rest, _ := strings.Cut(key, "/")
	n, what, found := strings.Cut(rest, "/")
	base, err := time.Parse(time.RFC3339, at)
	messages, err2 := strconv.Atoi(n)
	if !found || err != nil || err2 != nil || messages < 1 || messages > MaxMessages || what == "" {
		return run{}, "", false
	}
	return run{base.UTC(), messages}, what, true
}

// marks are the properties by which an item is found again.
func marks(_ run, key string) []prop {
	return []prop{{markID, markValue}, {keyID, key}}
}

// item is what is read of a folder, message, calendar, event or contact.
type item struct {
	ID            string `json:"id"`
	DisplayName   string `json:"displayName"`
	Name          string `json:"name"`
	Kind          string `json:"type"`
	IsDefault     bool   `json:"isDefaultCalendar"`
	CanEdit       bool   `json:"canEdit"`
	ChildFolders  int    `json:"childFolderCount"`
	Total         int    `json:"totalItemCount"`
	OriginalStart string `json:"originalStart"`
	Start         struct {
		DateTime string `json:"dateTime"`
	} `json:"start"`
	Props []prop `json:"singleValueExtendedProperties"`

	at string // the collection it is in
}

func (i item) key() string {
	for _, p := range i.Props {
		if strings.EqualFold(p.ID, keyID) {
			return p.Value
		}
	}
	return ""
}

// originalDay is the day of a series that an instance stands for.
func (i item) originalDay(loc *time.Location) string {
	at, err := time.Parse(time.RFC3339Nano, i.OriginalStart)
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04:05.9999999", i.Start.DateTime) // UTC: no other zone was asked for
	}
	if err != nil {
		return ""
	}
	return at.In(loc).Format(time.DateOnly)
}

// inventory is what of the demo is in a mailbox.
type inventory struct {
	items     map[string]item   // by key
	twice     []item            // of two with one key, the second
	folders   map[string]string // ids by path
	calendars map[string]string // ids by name
	byName    map[string]string // ids of all calendars, by name in lower case
	scan      []item            // calendars to look for events in
}

func (v *inventory) add(i item) {
	key := i.key()
	if _, _, ok := parseKey(key); !ok {
		return
	}
	if _, ok := v.items[key]; ok {
		v.twice = append(v.twice, i)
		return
	}
	v.items[key] = i
}

// run that most of the items are of. ok is false when there are none; folders and calendars do not count, which Remove
// may have had to leave.
func (v *inventory) run() (most run, ok bool) {
	n := map[run]int{}
	for key, i := range v.items {
		if i.at == "/mailFolders" || i.at == "/calendars" {
			continue
		}
		if r, _, fine := parseKey(key); fine {
			if n[r]++; !ok || n[r] > n[most] || n[r] == n[most] && r.base.Before(most.base) {
				most, ok = r, true
			}
		}
	}
	return most, ok
}

func marked() url.Values {
	return query("$filter", propsName+"/Any(ep: ep/id eq '"+markID+"' and ep/value eq '"+markValue+"')", "$expand", expandKeys, "$select", "id", "$top", "200")
}

// inventory looks for everything with a mark.
func (c *client) inventory(ctx context.Context) (*inventory, error) {
	v := &inventory{items: map[string]item{}, folders: map[string]string{}, calendars: map[string]string{}, byName: map[string]string{}}
	into := func(at string) func(item) {
		return func(i item) { i.at = at; v.add(i) }
	}
	if err := c.inventFolders(ctx, "msgfolderroot", v, 0); err != nil {
		return nil, doing("look through the folders", err)
	}
	c.progress("looking", 1, 4)
	if err := list(ctx, c, "/messages", marked(), into("/messages")); err != nil {
		return nil, doing("look through the mail", err)
	}
	c.progress("looking", 2, 4)
	if err := list(ctx, c, "/contacts", marked(), into("/contacts")); err != nil {
		return nil, doing("look through the contacts", err)
	}
	c.progress("looking", 3, 4)
	if err := c.inventCalendars(ctx, v); err != nil {
		return nil, doing("look through the calendars", err)
	}
	for _, k := range v.scan {
		if err := list(ctx, c, "/calendars/"+pathEscape(k.ID)+"/events", marked(), into("/events")); err != nil {
			return nil, doing("look through the calendar "+k.Name, err)
		}
	}
	c.progress("looking", 4, 4)
	return v, nil
}

// inventFolders looks at a folder's own ones, and below those that have a mark: ours are nowhere else.
func (c *client) inventFolders(ctx context.Context, parent string, v *inventory, depth int) error {
	var ours []item
	err := list(ctx, c, "/mailFolders/"+pathEscape(parent)+"/childFolders", query("$expand", expandKeys, "$select", "id,displayName,childFolderCount,totalItemCount", "$top", "200"),
		func(i item) {
			if i.at = "/mailFolders"; i.key() != "" {
				v.add(i)
				ours = append(ours, i)
			}
		})
	if err != nil {
		return err
	}
	for _, i := range ours {
		if depth > 5 {
			return fmt.Errorf("folders are nested too deeply")
		}
		if err := c.inventFolders(ctx, i.ID, v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) inventCalendars(ctx context.Context, v *inventory) error {
	v.scan = nil
	return list(ctx, c, "/calendars", query("$expand", expandKeys, "$select", "id,name,isDefaultCalendar,canEdit", "$top", "200"), func(i item) {
		i.at = "/calendars"
		if i.IsDefault || i.CanEdit {
			v.scan = append(v.scan, i)
			v.byName[strings.ToLower(i.Name)] = i.ID
		}
		if i.key() != "" {
			v.add(i)
		}
	})
}

// find looks for the item with a key; "" when there is none.
func (c *client) find(ctx context.Context, collection, key string) (id string, err error) {
	q := query("$filter", propsName+"/Any(ep: ep/id eq '"+keyID+"' and ep/value eq '"+quoted(key)+"')", "$select", "id", "$top", "1")
	var page struct {
		Value []item `json:"value"`
	}
	if err := c.get(ctx, collection, q, &page); err != nil {
		return "", doing("look for an item", err)
	}
	if len(page.Value) == 0 {
		return "", nil
	}
	return page.Value[0].ID, nil
}
