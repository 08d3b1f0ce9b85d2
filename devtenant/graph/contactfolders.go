package graph

import (
	"net/http"
	"strconv"

	"supercrm/devtenant/mailbox"
)

var contactFolderProps = []property[*mailbox.ContactFolder]{
	{name: "displayName", get: func(_ *call, f *mailbox.ContactFolder) any { return f.Name }},
	{name: "parentFolderId", get: func(c *call, f *mailbox.ContactFolder) any {
		if f.Parent != nil {
			return c.id(f.Parent.ID())
		}
		return c.id(c.b.Root().ID())
	}},
}

func (c *call) contactFolderFields(f *mailbox.ContactFolder) fields {
	return render(c, fields{{"id", c.id(f.ID())}}, contactFolderProps, f, nil)
}

// contactFolders routes /contactFolders/….
func (c *call) contactFolders(rest []string) error {
	if len(rest) == 0 {
		return c.contactFoldersOf(nil)
	}
	if err := c.readContacts(); err != nil {
		return err
	}
	if len(rest) == 1 && c.r.Method == http.MethodGet {
		switch rest[0] {
		case "delta":
			return c.contactFolderDelta()
		case "$count":
			return c.plain(strconv.Itoa(len(c.contactChildren(nil))))
		}
	}
	f, err := c.b.ContactFolder(rest[0])
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1 && c.r.Method == http.MethodGet:
		return c.one(http.StatusOK, "contactFolders/$entity", c.contactFolderFields(f))
	case len(rest) == 1:
		return c.changeContactFolder(f)
	case rest[1] == "permanentDelete" && len(rest) == 2 && c.r.Method == http.MethodPost:
		if err := c.writeContacts(); err != nil {
			return err
		}
		if err := c.b.DeleteContactFolder(f); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	case rest[1] == "contacts":
		return c.contacts(f, rest[2:])
	case rest[1] == "childFolders" && len(rest) == 2:
		return c.contactFoldersOf(f)
	case rest[1] == "childFolders":
		return c.contactFolders(rest[2:])
	}
	return errNoRoute
}

// contactChildren of a folder; nil: the top ones, the default one first.
func (c *call) contactChildren(parent *mailbox.ContactFolder) []*mailbox.ContactFolder {
	var out []*mailbox.ContactFolder
	for _, f := range c.b.ContactFolders() {
		if f.Parent == parent {
			out = append(out, f)
		}
	}
	return out
}

func (c *call) contactFoldersOf(parent *mailbox.ContactFolder) error {
	switch c.r.Method {
	case http.MethodGet:
		if err := c.readContacts(); err != nil {
			return err
		}
		p, err := c.paging()
		if err != nil {
			return err
		}
		all := c.contactChildren(parent)
		var page []fields
		for _, f := range cut(p, all) {
			page = append(page, c.contactFolderFields(f))
		}
		return c.listing("contactFolders", p, len(all), page)
	case http.MethodPost:
		if err := c.writeContacts(); err != nil {
			return err
		}
		name, err := c.folderName()
		if err != nil {
			return err
		}
		f, err := c.b.NewContactFolder(parent, name)
		if err != nil {
			return err
		}
		return c.one(http.StatusCreated, "contactFolders/$entity", c.contactFolderFields(f))
	}
	return errMethod
}

func (c *call) changeContactFolder(f *mailbox.ContactFolder) error {
	if err := c.writeContacts(); err != nil {
		return err
	}
	switch c.r.Method {
	case http.MethodPatch:
		name, err := c.folderName()
		if err != nil {
			return err
		}
		if err := c.b.RenameContactFolder(f, name); err != nil {
			return err
		}
		return c.one(http.StatusOK, "contactFolders/$entity", c.contactFolderFields(f))
	case http.MethodDelete:
		if err := c.b.DeleteContactFolder(f); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	}
	return errMethod
}

// contactFolderDelta answers GET /contactFolders/delta.
func (c *call) contactFolderDelta() error {
	t, err := c.round("contactFolders", 0, nil)
	if err != nil {
		return err
	}
	return c.deltaPage("contactFolders", "#microsoft.graph.contactFolder", t, c.b.ContactFolderDelta,
		func(ch mailbox.Change) (fields, error) { return c.contactFolderFields(ch.ContactFolder), nil })
}
