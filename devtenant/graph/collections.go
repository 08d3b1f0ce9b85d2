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

// collection is a kind of small things that are kept as the JSON they came in: what may be in it and who may see it.
type collection struct {
	name        string // the last part of @odata.context, and the kind of the mailbox's records
	fields      map[string]func(json.RawMessage) error
	required    []string
	fixed       []string // cannot be changed once it is there
	unique      string   // of this property each value occurs once
	read, write []string // scopes
	// made fills in what the service adds to a new one; it may be nil.
	made func(c *call, of map[string]json.RawMessage)
}

func isText(raw json.RawMessage) error {
	_, err := decode[string]("value", raw)
	return err
}

func areTexts(raw json.RawMessage) error {
	_, err := decode[[]string]("value", raw)
	return err
}

func isFlag(raw json.RawMessage) error {
	_, err := decode[bool]("value", raw)
	return err
}

func isNumber(raw json.RawMessage) error {
	_, err := decode[int32]("value", raw)
	return err
}

func isObject(raw json.RawMessage) error {
	_, err := decode[object]("value", raw)
	return err
}

func oneOfThese(allowed ...string) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		s, err := decode[string]("value", raw)
		if err == nil && !slices.Contains(allowed, s) {
			err = badRequest("RequestBodyRead", "Requested value '"+s+"' was not found.")
		}
		return err
	}
}

// presets are the 25 colours of categories (facts, "Calendar").
func presets() []string {
	out := []string{"none"}
	for n := range 25 {
		out = append(out, "preset"+strconv.Itoa(n))
	}
	return out
}

var (
	masterCategories = collection{
		name: mailbox.CategoryRecords, fields: map[string]func(json.RawMessage) error{"displayName": isText, "color": oneOfThese(presets()...)},
		required: []string{"displayName"}, fixed: []string{"displayName"}, unique: "displayName",
		read: []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}, write: []string{"MailboxSettings.ReadWrite"},
		made: func(_ *call, of map[string]json.RawMessage) {
			if of["color"] == nil {
				of["color"] = json.RawMessage(`"none"`)
			}
		},
	}
	classificationOverrides = collection{
		name:     "inferenceClassification/overrides",
		fields:   map[string]func(json.RawMessage) error{"classifyAs": oneOfThese("focused", "other"), "senderEmailAddress": isObject},
		required: []string{"classifyAs", "senderEmailAddress"}, fixed: []string{"senderEmailAddress"},
		read: []string{"Mail.Read", "Mail.ReadWrite"}, write: []string{"Mail.ReadWrite"},
	}
	messageRules = collection{
		name: "mailFolders('inbox')/messageRules",
		fields: map[string]func(json.RawMessage) error{"displayName": isText, "sequence": isNumber, "isEnabled": isFlag,
			"conditions": isObject, "actions": isObject, "exceptions": isObject},
		required: []string{"displayName", "actions"},
		read:     []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}, write: []string{"MailboxSettings.ReadWrite"},
		made: func(c *call, of map[string]json.RawMessage) {
			for name, value := range map[string]string{"sequence": strconv.Itoa(len(c.b.Records("mailFolders('inbox')/messageRules")) + 1), "isEnabled": "true", "hasError": "false", "isReadOnly": "false"} {
				if of[name] == nil {
					of[name] = json.RawMessage(value)
				}
			}
		},
	}
	calendarGroups = collection{
		name: "calendarGroups", fields: map[string]func(json.RawMessage) error{"name": isText}, required: []string{"name"}, unique: "name",
		read: []string{"Calendars.Read", "Calendars.ReadWrite"}, write: []string{"Calendars.ReadWrite"},
		made: func(c *call, of map[string]json.RawMessage) { of["changeKey"] = json.RawMessage(`"1"`) },
	}
	onlineMeetings = collection{
		name:   "onlineMeetings",
		fields: map[string]func(json.RawMessage) error{"subject": isText, "startDateTime": isText, "endDateTime": isText, "externalId": isText, "participants": isObject},
		read:   []string{"OnlineMeetings.Read", "OnlineMeetings.ReadWrite"}, write: []string{"OnlineMeetings.ReadWrite"},
		made: func(c *call, of map[string]json.RawMessage) {
			at, _ := json.Marshal(dateTime(c.b.Now()))
			of["creationDateTime"] = at
			url, _ := json.Marshal("https://teams.microsoft.com/l/meetup-join/19%3ameeting_" + strconv.FormatUint(c.b.Counter(), 36) + "%40thread.v2/0")
			of["joinWebUrl"] = url
		},
	}
)

func recordFields(r *mailbox.Record) fields {
	out := fields{{"id", r.ID}}
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		out = append(out, field{name, r.Fields[name]})
	}
	return out
}

// collection routes …[/{id}] of a collection.
func (c *call) collection(k collection, rest []string) error {
	scopes := k.write
	if c.r.Method == http.MethodGet {
		scopes = k.read
	}
	if err := c.allow(scopes...); err != nil {
		return err
	}
	if len(rest) == 0 {
		switch c.r.Method {
		case http.MethodGet:
			p, err := c.paging()
			if err != nil {
				return err
			}
			p.top = maxPage
			page := []fields{}
			for _, r := range cut(p, c.b.Records(k.name)) {
				page = append(page, recordFields(r))
			}
			return c.listing(k.name, p, len(c.b.Records(k.name)), page)
		case http.MethodPost:
			return c.addRecord(k)
		}
		return errMethod
	}
	if rest[0] == "$count" && len(rest) == 1 && c.r.Method == http.MethodGet {
		return c.plain(strconv.Itoa(len(c.b.Records(k.name))))
	}
	r := c.b.Record(k.name, rest[0])
	if r == nil || len(rest) > 1 {
		return mailbox.ErrNotFound
	}
	switch c.r.Method {
	case http.MethodGet:
		return c.one(http.StatusOK, k.name+"/$entity", recordFields(r))
	case http.MethodDelete:
		c.b.RemoveRecord(k.name, r)
		return c.noContent(http.StatusNoContent)
	case http.MethodPatch:
		in, err := c.readRecord(k)
		if err != nil {
			return err
		}
		for _, name := range k.fixed {
			if in[name] != nil && string(in[name]) != string(r.Fields[name]) {
				return badRequest("ErrorInvalidRequest", "The property '"+name+"' can't be changed.")
			}
		}
		if err := c.uniqueRecord(k, in, r); err != nil {
			return err
		}
		fresh := maps.Clone(r.Fields)
		maps.Copy(fresh, in)
		r.Fields = fresh
		c.b.Changed()
		return c.one(http.StatusOK, k.name+"/$entity", recordFields(r))
	}
	return errMethod
}

func (c *call) readRecord(k collection) (map[string]json.RawMessage, error) {
	in, err := c.object()
	if err != nil {
		return nil, err
	}
	out := map[string]json.RawMessage{}
	for name, raw := range in {
		check := k.fields[name]
		if check == nil {
			if name == "id" || strings.HasPrefix(name, "@odata.") {
				continue
			}
			return nil, badRequest("RequestBodyRead", "The property '"+name+"' does not exist on the type of the resource.")
		}
		if err := check(raw); err != nil {
			return nil, err
		}
		out[name] = raw
	}
	return out, nil
}

func (c *call) addRecord(k collection) error {
	in, err := c.readRecord(k)
	if err != nil {
		return err
	}
	for _, name := range k.required {
		if isNull(in[name]) || string(in[name]) == `""` {
			return badRequest("ErrorInvalidRequest", "The property '"+name+"' is missing.")
		}
	}
	if err := c.uniqueRecord(k, in, nil); err != nil {
		return err
	}
	if len(c.b.Records(k.name)) >= maxRecords {
		return badRequest("ErrorQuotaExceeded", "There are too many of these.")
	}
	if k.made != nil {
		k.made(c, in)
	}
	return c.one(http.StatusCreated, k.name+"/$entity", recordFields(c.b.AddRecord(k.name, "", in)))
}

// maxRecords bounds what a mailbox keeps of a kind.
const maxRecords = 1000

func (c *call) uniqueRecord(k collection, in map[string]json.RawMessage, except *mailbox.Record) error {
	if k.unique == "" || in[k.unique] == nil {
		return nil
	}
	for _, r := range c.b.Records(k.name) {
		if r != except && strings.EqualFold(string(r.Fields[k.unique]), string(in[k.unique])) {
			return &refusal{http.StatusConflict, "ErrorItemAlreadyExists", "One with this name exists already."}
		}
	}
	return nil
}
