package graph

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/zones"
)

// outlook routes /outlook/…: categories, time zones, languages.
func (c *call) outlook(rest []string) error {
	if len(rest) == 0 {
		if c.r.Method != http.MethodGet {
			return errMethod
		}
		if err := c.allow("User.Read", "User.ReadWrite", "User.Read.All"); err != nil {
			return err
		}
		return c.one(http.StatusOK, "outlook/$entity", fields{{"id", c.b.Owner.ObjectID}})
	}
	switch name, argument, _ := strings.Cut(rest[0], "("); name {
	case "masterCategories":
		c.b.StandardCategories()
		return c.collection(masterCategories, rest[1:])
	case "supportedTimeZones", "supportedLanguages":
		if len(rest) > 1 || c.r.Method != http.MethodGet {
			return errMethod
		}
		if err := c.allow("User.Read", "User.ReadWrite", "User.Read.All", "User.ReadBasic.All"); err != nil {
			return err
		}
		if name == "supportedLanguages" {
			list := []fields{{{"locale", "en-GB"}, {"displayName", "English (United Kingdom)"}}, {{"locale", "de-DE"}, {"displayName", "German (Germany)"}}}
			return c.listing("supportedLanguages", paging{top: maxPage}, len(list), list)
		}
		return c.timeZones(strings.Contains(strings.ToLower(argument), "iana"))
	}
	return errNoRoute
}

func (c *call) timeZones(iana bool) error {
	list := []fields{}
	for _, name := range zones.Names() {
		alias := name
		if iana {
			alias, _ = zones.IANA(name)
		}
		list = append(list, fields{{"alias", alias}, {"displayName", name}})
	}
	return c.listing("Collection(microsoft.graph.timeZoneInformation)", paging{top: maxPage}, len(list), list)
}

// inference routes /inferenceClassification[/overrides/…].
func (c *call) inference(rest []string) error {
	if len(rest) > 0 && rest[0] == "overrides" {
		return c.collection(classificationOverrides, rest[1:])
	}
	if len(rest) > 0 || c.r.Method != http.MethodGet {
		return errNoRoute
	}
	if err := c.readMail(); err != nil {
		return err
	}
	list := []fields{}
	for _, r := range c.b.Records(classificationOverrides.name) {
		list = append(list, recordFields(r))
	}
	return c.one(http.StatusOK, "inferenceClassification/$entity", fields{{"id", "inferenceClassification"}, {"overrides", list}})
}

// meetingRooms routes /onlineMeetings. createOrGet makes one meeting for an externalId.
func (c *call) meetingRooms(rest []string) error {
	if len(rest) != 1 || rest[0] != "createOrGet" {
		return c.collection(onlineMeetings, rest)
	}
	if c.r.Method != http.MethodPost {
		return errMethod
	}
	if err := c.allow(onlineMeetings.write...); err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	if isNull(in["externalId"]) {
		return badRequest("ErrorInvalidRequest", "The property 'externalId' is missing.")
	}
	for _, r := range c.b.Records(onlineMeetings.name) {
		if string(r.Fields["externalId"]) == string(in["externalId"]) {
			return c.one(http.StatusOK, "onlineMeetings/$entity", recordFields(r))
		}
	}
	return c.addRecord(onlineMeetings)
}

// people answers GET /people: whom the owner writes with and knows, the most frequent first. $search looks for the start
// of a name or address.
func (c *call) people(rest []string) error {
	if len(rest) > 1 || c.r.Method != http.MethodGet {
		return errNoRoute
	}
	if err := c.allow("People.Read", "People.Read.All"); err != nil {
		return err
	}
	p, err := c.paging()
	if err != nil {
		return err
	}
	by := map[string]*known{}
	count := func(list []mailbox.Address, weight float64) {
		for _, a := range list {
			key := strings.ToLower(a.Addr)
			if key == "" || c.b.Owner.Is(key) {
				continue
			}
			if by[key] == nil {
				by[key] = &known{address: a}
			}
			by[key].score += weight
		}
	}
	for _, m := range c.b.Messages(nil) {
		count([]mailbox.Address{m.From}, 1)
		count(m.To, 0.5)
	}
	for _, one := range c.b.Contacts(c.b.ContactFolders()[0]) {
		count(one.Emails, 0.1)
		for _, a := range one.Emails {
			if k := by[strings.ToLower(a.Addr)]; k != nil {
				k.contact = one
			}
		}
	}
	search := strings.ToLower(strings.Trim(c.query.Get("$search"), `"`))
	var all []*known
	for _, k := range by {
		text := strings.ToLower(k.address.Name + " " + k.address.Addr)
		if search == "" || strings.HasPrefix(text, search) || strings.Contains(text, " "+search) {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(x, y *known) int {
		return cmp.Or(cmp.Compare(y.score, x.score), strings.Compare(x.address.Addr, y.address.Addr))
	})
	if len(rest) == 1 {
		if rest[0] == "$count" {
			return c.plain(strconv.Itoa(len(all)))
		}
		at := slices.IndexFunc(all, func(k *known) bool { return strings.EqualFold(k.address.Addr, rest[0]) })
		if at < 0 {
			return mailbox.ErrNotFound
		}
		return c.one(http.StatusOK, "people/$entity", c.personFields(all[at]))
	}
	page := []fields{}
	for _, k := range cut(p, all) {
		page = append(page, c.personFields(k))
	}
	return c.listing("people", p, len(all), page)
}

// known is somebody whom the owner knows.
type known struct {
	address mailbox.Address
	score   float64
	contact *contact
}

func (c *call) personFields(k *known) fields {
	given, family, _ := strings.Cut(k.address.Name, " ")
	item := fields{{"id", k.address.Addr}, {"displayName", cmp.Or(k.address.Name, k.address.Addr)}, {"givenName", none(given)}, {"surname", none(family)}}
	if k.contact != nil {
		item = append(item, field{"companyName", none(k.contact.Company)}, field{"jobTitle", none(k.contact.JobTitle)})
	}
	subclass := "ImplicitContact"
	if _, ok := c.h.opt.Mailboxes.Mailbox(k.address.Addr); ok {
		subclass = "OrganizationUser"
		item = append(item, field{"userPrincipalName", k.address.Addr})
	}
	return append(item, field{"scoredEmailAddresses", []fields{{{"address", k.address.Addr}, {"relevanceScore", k.score}}}},
		field{"personType", fields{{"class", "Person"}, {"subclass", subclass}}})
}

// translateIDs answers POST /translateExchangeIds between the two forms of REST ids.
func (c *call) translateIDs(rest []string) error {
	if len(rest) > 0 || c.r.Method != http.MethodPost {
		return errMethod
	}
	if err := c.allow("User.ReadBasic.All", "User.Read", "User.ReadWrite", "User.Read.All"); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	ids, err := decode[[]string]("inputIds", in["inputIds"])
	if err != nil {
		return err
	}
	target, err := in.text("targetIdType")
	if err != nil {
		return err
	}
	if len(ids) > maxPage || target != "restId" && target != "restImmutableEntryId" {
		return badRequest("ErrorInvalidRequest", "Up to 1000 ids can be translated, to restId or restImmutableEntryId.")
	}
	out := []fields{}
	for _, s := range ids {
		item := fields{{"sourceId", s}}
		id, err := c.currentID(s)
		if err != nil {
			item = append(item, field{"targetId", nil}, field{"errorDetails", fields{{"code", "ErrorInvalidIdMalformed"}, {"message", "Id is malformed."}}})
		} else {
			item = append(item, field{"targetId", c.b.FormatID(id, target == "restImmutableEntryId")})
		}
		out = append(out, item)
	}
	return c.json(http.StatusOK, fields{{"@odata.context", c.base() + "/graph/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)"}, {"value", out}})
}

// currentID is what an id of either form says of its item now: a default id holds the number of moves.
func (c *call) currentID(s string) (mailbox.ID, error) {
	id, immutable, err := c.b.ParseID(s)
	if err == nil && immutable && id.Kind == mailbox.KindMessage {
		m, err := c.b.Message(s)
		if err != nil {
			return id, err
		}
		return m.ID(), nil
	}
	return id, err
}
