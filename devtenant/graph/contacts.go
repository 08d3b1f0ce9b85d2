package graph

import (
	"net/http"
	"strconv"
	"strings"

	"supercrm/devtenant/mailbox"
)

type contact = mailbox.Contact

var contactProps = []property[*contact]{
	{name: "createdDateTime", get: func(_ *call, p *contact) any { return dateTime(p.Created) }},
	{name: "lastModifiedDateTime", get: func(_ *call, p *contact) any { return dateTime(p.Modified) }},
	{name: "changeKey", get: func(c *call, p *contact) any { return c.b.ContactKey(p) }},
	{name: "categories", get: func(_ *call, p *contact) any { return texts(p.Categories) }},
	{name: "parentFolderId", get: func(c *call, p *contact) any { return c.id(p.Folder().ID()) }},
	{name: "fileAs", get: func(_ *call, p *contact) any { return strings.TrimPrefix(p.Surname+", "+p.GivenName, ", ") }},
	{name: "displayName", get: func(_ *call, p *contact) any { return p.DisplayName }},
	{name: "givenName", get: func(_ *call, p *contact) any { return none(p.GivenName) }},
	{name: "surname", get: func(_ *call, p *contact) any { return none(p.Surname) }},
	{name: "jobTitle", get: func(_ *call, p *contact) any { return none(p.JobTitle) }},
	{name: "companyName", get: func(_ *call, p *contact) any { return none(p.Company) }},
	{name: "department", get: func(_ *call, p *contact) any { return none(p.Department) }},
	{name: "mobilePhone", get: func(_ *call, p *contact) any { return none(p.Mobile) }},
	{name: "businessPhones", get: func(_ *call, p *contact) any { return texts(p.Business) }},
	{name: "homePhones", get: func(*call, *contact) any { return []string{} }},
	{name: "imAddresses", get: func(*call, *contact) any { return []string{} }},
	{name: "personalNotes", get: func(_ *call, p *contact) any { return p.Notes }},
	{name: "emailAddresses", get: func(_ *call, p *contact) any {
		out := []fields{}
		for _, a := range p.Emails {
			out = append(out, address(a))
		}
		return out
	}},
	{name: "businessAddress", get: func(_ *call, p *contact) any {
		if p.City == "" {
			return fields{}
		}
		return fields{{"city", p.City}}
	}},
}

var contactSelectable = append([]property[*contact]{{name: "id"}}, contactProps...)

func (c *call) contactFields(p *contact, sel selection) fields {
	return render(c, fields{{"@odata.etag", etag(c.b.ContactKey(p))}, {"id", c.id(p.ID())}}, contactProps, p, sel)
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
		case "singlevalueextendedproperties":
			return propGetters(p.Props), true
		case "emailaddresses":
			var out []getter
			for _, a := range p.Emails {
				out = append(out, func(path string) (any, bool) {
					if strings.HasSuffix(strings.ToLower(path), "/name") {
						return a.Name, true
					}
					return a.Addr, true
				})
			}
			return out, true
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
		sel, err := selected(c.query.Get("$select"), contactSelectable)
		if err != nil {
			return err
		}
		expand, err := c.expansions(propSelector, "extensions", "photo")
		if err != nil {
			return err
		}
		item, err := withProps(c.contactFields(p, sel), p.Props, expand)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "contacts/$entity", item)
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
		return c.one(http.StatusOK, "contacts/$entity", c.contactFields(p, nil))
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
	expand, err := c.expansions(propSelector, "extensions", "photo")
	if err != nil {
		return err
	}
	var page []fields
	for _, one := range cut(p, all) {
		item, err := withProps(c.contactFields(one, sel), one.Props, expand)
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
	return c.one(http.StatusCreated, "contacts/$entity", c.contactFields(c.b.AddContact(f, p), nil))
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
			p.Extensions, err = readExtensions(raw)
		case name == "singleValueExtendedProperties":
			var v map[string]string
			v, err = readProps(raw)
			p.Props = merged(p.Props, v)
		case name == "businessAddress":
			var wire struct{ City string }
			wire, err = decode[struct{ City string }](name, raw)
			p.City = wire.City
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
