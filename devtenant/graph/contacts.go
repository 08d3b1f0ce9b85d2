package graph

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

type contact = mailbox.Contact

var contactProps = []property[*contact]{
	{name: "createdDateTime", get: func(_ *call, p *contact) any { return dateTime(p.Created) }},
	{name: "lastModifiedDateTime", get: func(_ *call, p *contact) any { return dateTime(p.Modified) }},
	{name: "changeKey", get: func(c *call, p *contact) any { return c.b.ContactKey(p) }},
	{name: "categories", get: func(_ *call, p *contact) any { return texts(p.Categories) }},
	{name: "parentFolderId", get: func(c *call, p *contact) any { return c.id(p.Folder().ID()) }},
	{name: "fileAs", get: more("fileAs", func(p *contact) any {
		return strings.TrimSuffix(strings.TrimPrefix(p.Surname+", "+p.GivenName, ", "), ", ")
	})},
	{name: "displayName", get: func(_ *call, p *contact) any { return p.DisplayName }},
	{name: "givenName", get: func(_ *call, p *contact) any { return none(p.GivenName) }},
	{name: "surname", get: func(_ *call, p *contact) any { return none(p.Surname) }},
	{name: "jobTitle", get: func(_ *call, p *contact) any { return none(p.JobTitle) }},
	{name: "companyName", get: func(_ *call, p *contact) any { return none(p.Company) }},
	{name: "department", get: func(_ *call, p *contact) any { return none(p.Department) }},
	{name: "mobilePhone", get: func(_ *call, p *contact) any { return none(p.Mobile) }},
	{name: "businessPhones", get: func(_ *call, p *contact) any { return texts(p.Business) }},
	{name: "personalNotes", get: func(_ *call, p *contact) any { return p.Notes }},
	{name: "emailAddresses", get: func(_ *call, p *contact) any {
		out := []fields{}
		for _, a := range p.Emails {
			out = append(out, address(a))
		}
		return out
	}},
	{name: "businessAddress", get: more("businessAddress", func(p *contact) any {
		if p.City == "" {
			return fields{}
		}
		return fields{{"city", p.City}}
	})},
	{name: "homeAddress", get: more("homeAddress", func(*contact) any { return fields{} })},
	{name: "otherAddress", get: more("otherAddress", func(*contact) any { return fields{} })},
	{name: "homePhones", get: more("homePhones", func(*contact) any { return []string{} })},
	{name: "imAddresses", get: more("imAddresses", func(*contact) any { return []string{} })},
	{name: "children", get: more("children", func(*contact) any { return []string{} })},
	{name: "birthday", get: more("birthday", nil)}, {name: "assistantName", get: more("assistantName", nil)},
	{name: "businessHomePage", get: more("businessHomePage", nil)}, {name: "generation", get: more("generation", nil)},
	{name: "initials", get: more("initials", nil)}, {name: "manager", get: more("manager", nil)}, {name: "middleName", get: more("middleName", nil)},
	{name: "nickName", get: more("nickName", nil)}, {name: "officeLocation", get: more("officeLocation", nil)}, {name: "profession", get: more("profession", nil)},
	{name: "spouseName", get: more("spouseName", nil)}, {name: "title", get: more("title", nil)}, {name: "yomiCompanyName", get: more("yomiCompanyName", nil)},
	{name: "yomiGivenName", get: more("yomiGivenName", nil)}, {name: "yomiSurname", get: more("yomiSurname", nil)},
}

var contactSelectable = append([]property[*contact]{{name: "id"}, {name: "extensions"}, {name: "singleValueExtendedProperties"}}, contactProps...)

func (c *call) contactFields(p *contact, sel selection, expand ...expansion) (fields, error) {
	out := render(c, fields{{"@odata.etag", etag(c.b.ContactKey(p))}, {"id", c.id(p.ID())}}, contactProps, p, sel)
	for _, e := range expand {
		if strings.EqualFold(e.name, "extensions") && len(p.Extensions) > 0 {
			out = append(out, field{"extensions", c.extensionList(p.Extensions, e)})
		}
	}
	return withProps(out, p.Props, expand)
}

// answerContact answers with a contact; $select and $expand are those of a request that reads.
func (c *call) answerContact(status int, p *contact) error {
	var sel selection
	var expand []expansion
	if c.r.Method == http.MethodGet {
		var err error
		if sel, err = selected(c.query.Get("$select"), contactSelectable); err != nil {
			return err
		}
		if expand, err = c.expansions("extensions", propSelector, "photo"); err != nil {
			return err
		}
	}
	item, err := c.contactFields(p, sel, expand...)
	if err != nil {
		return err
	}
	c.header.Set("ETag", etag(c.b.ContactKey(p)))
	return c.one(status, "contacts/$entity", item)
}

// more gives a property that is kept as it was given; standard, or null, until it is.
func more(name string, standard func(*contact) any) func(*call, *contact) any {
	return func(_ *call, p *contact) any {
		if raw := p.More[name]; raw != nil {
			return raw
		}
		if standard == nil {
			return nil
		}
		return standard(p)
	}
}

// moreProps says what the properties of Contact.More may be.
var moreProps = map[string]func(json.RawMessage) error{
	"fileAs": isText, "businessAddress": isPostal, "homeAddress": isPostal, "otherAddress": isPostal, "homePhones": areTexts, "imAddresses": areTexts, "children": areTexts,
	"birthday": isTime, "assistantName": isText, "businessHomePage": isText, "generation": isText, "initials": isText, "manager": isText, "middleName": isText,
	"nickName": isText, "officeLocation": isText, "profession": isText, "spouseName": isText, "title": isText, "yomiCompanyName": isText, "yomiGivenName": isText, "yomiSurname": isText,
}

func isTime(raw json.RawMessage) error {
	s, err := decode[string]("value", raw)
	if err == nil && s != "" {
		if _, err = time.Parse(time.RFC3339Nano, s); err != nil {
			return badRequest("RequestBodyRead", "The value '"+s+"' is not a date and time.")
		}
	}
	return err
}

// isPostal checks a physicalAddress.
func isPostal(raw json.RawMessage) error {
	in, err := decode[object]("value", raw)
	if err != nil {
		return err
	}
	for name, value := range in {
		switch name {
		case "street", "city", "state", "countryOrRegion", "postalCode", "@odata.type":
		default:
			return badRequest("RequestBodyRead", "The property '"+name+"' does not exist on the type 'microsoft.graph.physicalAddress'.")
		}
		if err := isText(value); err != nil {
			return err
		}
	}
	return nil
}

func contactGetter(p *contact) getter {
	return func(path string) (any, bool) {
		switch strings.ToLower(path) {
		case "displayname":
			return p.DisplayName, true
		case "givenname":
			return p.GivenName, true
		case "surname":
			return p.Surname, true
		case "companyname":
			return p.Company, true
		case "lastmodifieddatetime":
			return p.Modified, true
		case "createddatetime":
			return p.Created, true
		case "emailaddresses":
			return addressGetters(p.Emails), true
		case "categories":
			return textGetters(p.Categories), true
		case "singlevalueextendedproperties":
			return propGetters(p.Props), true
		}
		return nil, false
	}
}

func knownContactPath(path string) bool { _, ok := contactGetter(&contact{})(path); return ok }

// contacts routes …/contacts/… of a contact folder.
func (c *call) contacts(f *mailbox.ContactFolder, rest []string) error {
	switch {
	case len(rest) == 0 && c.r.Method == http.MethodGet:
		return c.listContacts(f)
	case len(rest) == 0 && c.r.Method == http.MethodPost:
		return c.createContact(f)
	case len(rest) == 0:
		return errMethod
	case len(rest) == 1 && rest[0] == "delta" && c.r.Method == http.MethodGet:
		return c.contactDelta(f)
	case len(rest) == 1 && rest[0] == "$count" && c.r.Method == http.MethodGet:
		if err := c.readContacts(); err != nil {
			return err
		}
		return c.plain(strconv.Itoa(len(c.b.Contacts(f))))
	}
	if err := c.readContacts(); err != nil {
		return err
	}
	p, err := c.b.Contact(rest[0])
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return c.inContact(p, rest[1:])
	}
	switch c.r.Method {
	case http.MethodGet:
		return c.answerContact(http.StatusOK, p)
	case http.MethodPatch, http.MethodDelete:
		if err := c.writeContacts(); err != nil {
			return err
		}
		if err := c.precondition(c.b.ContactKey(p)); err != nil {
			return err
		}
		if c.r.Method == http.MethodDelete {
			c.b.RemoveContact(p)
			return c.noContent(http.StatusNoContent)
		}
		in, err := c.object()
		if err != nil {
			return err
		}
		fresh := *p
		if err := c.readContact(in, &fresh); err != nil {
			return err
		}
		*p = fresh
		c.b.TouchContact(p)
		return c.answerContact(http.StatusOK, p)
	}
	return errMethod
}

func (c *call) listContacts(f *mailbox.ContactFolder) error {
	if err := c.readContacts(); err != nil {
		return err
	}
	p, err := c.paging()
	if err != nil {
		return err
	}
	sel, err := selected(c.query.Get("$select"), contactSelectable)
	if err != nil {
		return err
	}
	expand, err := c.expansions("extensions", propSelector, "photo")
	if err != nil {
		return err
	}
	by, err := parseOrder(c.query.Get("$orderby"), knownContactPath)
	if err != nil {
		return err
	}
	all := c.b.Contacts(f)
	if s := c.query.Get("$filter"); s != "" {
		parsed, err := parseFilter(s, knownContactPath)
		if err != nil {
			return err
		}
		var kept []*contact
		for _, one := range all {
			if parsed.match(contactGetter(one)) {
				kept = append(kept, one)
			}
		}
		all = kept
	}
	all = sorted(all, by, contactGetter)
	var page []fields
	for _, one := range cut(p, all) {
		item, err := c.contactFields(one, sel, expand...)
		if err != nil {
			return err
		}
		page = append(page, item)
	}
	return c.listing("contacts", p, len(all), page)
}

func (c *call) createContact(f *mailbox.ContactFolder) error {
	if err := c.writeContacts(); err != nil {
		return err
	}
	in, err := c.object()
	if err != nil {
		return err
	}
	p := &contact{}
	if err := c.readContact(in, p); err != nil {
		return err
	}
	if p.DisplayName == "" {
		p.DisplayName = strings.TrimSpace(p.GivenName + " " + p.Surname)
	}
	return c.answerContact(http.StatusCreated, c.b.AddContact(f, p))
}

func (c *call) readContact(in object, p *contact) error {
	texts := map[string]*string{"givenName": &p.GivenName, "surname": &p.Surname, "displayName": &p.DisplayName, "companyName": &p.Company,
		"jobTitle": &p.JobTitle, "department": &p.Department, "mobilePhone": &p.Mobile, "personalNotes": &p.Notes}
	for name, raw := range in {
		var err error
		switch to := texts[name]; {
		case to != nil:
			*to, err = decode[string](name, raw)
		case name == "categories":
			p.Categories, err = decode[[]string](name, raw)
		case name == "businessPhones":
			p.Business, err = decode[[]string](name, raw)
		case name == "emailAddresses":
			var wire []struct{ Name, Address string }
			wire, err = decode[[]struct{ Name, Address string }](name, raw)
			p.Emails = nil
			for _, w := range wire {
				p.Emails = append(p.Emails, mailbox.Address{Name: w.Name, Addr: w.Address})
			}
		case name == "extensions":
			p.Extensions, err = c.readExtensions(raw)
		case name == "singleValueExtendedProperties":
			var v map[string]string
			v, err = readProps(raw)
			p.Props = merged(p.Props, v)
		case moreProps[name] != nil:
			if err = moreProps[name](raw); err == nil {
				p.More = maps.Clone(p.More)
				if p.More == nil {
					p.More = map[string]json.RawMessage{}
				}
				if p.More[name] = raw; isNull(raw) {
					delete(p.More, name)
				}
				if name == "businessAddress" {
					var address struct{ City string }
					address, err = decode[struct{ City string }](name, raw)
					p.City = address.City
				}
			}
		default:
			err = c.readOnly(name, knownProperty(contactSelectable, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inContact routes what is within one contact.
func (c *call) inContact(p *contact, rest []string) error {
	if c.r.Method != http.MethodGet {
		if err := c.writeContacts(); err != nil {
			return err
		}
	}
	switch {
	case rest[0] == "photo":
		return c.photo(p.Photo, rest[1:], func(data []byte) {
			p.Photo = data
			c.b.TouchContact(p)
		})
	case rest[0] == "extensions":
		return c.extensions(c.contactBag(p), rest[1:])
	case rest[0] == "permanentDelete" && len(rest) == 1 && c.r.Method == http.MethodPost:
		c.b.RemoveContact(p)
		return c.noContent(http.StatusNoContent)
	}
	return errNoRoute
}
