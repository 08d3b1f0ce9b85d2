package graph

import (
	"net/http"

	"supercrm/devtenant/mailbox"
)

type folder = mailbox.Folder

var folderProps = []property[*folder]{
	{name: "displayName", get: func(_ *call, f *folder) any { return f.Name }},
	{name: "parentFolderId", get: func(c *call, f *folder) any {
		if f.Parent == nil {
			return nil
		}
		return c.id(f.Parent.ID())
	}},
	{name: "childFolderCount", get: func(_ *call, f *folder) any { return len(f.Children()) }},
	{name: "unreadItemCount", get: func(_ *call, f *folder) any { _, unread := f.Counts(); return unread }},
	{name: "totalItemCount", get: func(_ *call, f *folder) any { total, _ := f.Counts(); return total }},
	{name: "isHidden", get: func(*call, *folder) any { return false }},
}

var folderSelectable = append([]property[*folder]{{name: "id"}}, folderProps...)

func (c *call) folderFields(f *folder, sel selection) fields {
	return render(c, fields{{"id", c.id(f.ID())}}, folderProps, f, sel)
}

// mailFolders routes /mailFolders/….
func (c *call) mailFolders(rest []string) error {
	if len(rest) == 0 {
		return c.foldersOf(c.b.Root())
	}
	if rest[0] == "delta" && len(rest) == 1 {
		return c.folderDelta()
	}
	if err := c.readMail(); err != nil {
		return err
	}
	f, err := c.b.Folder(rest[0])
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1:
		return c.oneFolder(f)
	case rest[1] == "childFolders" && len(rest) == 2:
		return c.foldersOf(f)
	case rest[1] == "childFolders":
		return c.mailFolders(rest[2:])
	case rest[1] == "messages":
		return c.messages(f, rest[2:])
	}
	return errNoRoute
}

// foldersOf lists or makes folders under a parent.
func (c *call) foldersOf(parent *folder) error {
	switch c.r.Method {
	case http.MethodGet:
		if err := c.readMail(); err != nil {
			return err
		}
		p, err := c.paging()
		if err != nil {
			return err
		}
		sel, err := selected(c.query.Get("$select"), folderSelectable)
		if err != nil {
			return err
		}
		var page []fields
		for _, f := range cut(p, parent.Children()) {
			page = append(page, c.folderFields(f, sel))
		}
		return c.listing("mailFolders", p, len(parent.Children()), page)
	case http.MethodPost:
		if err := c.writeMail(); err != nil {
			return err
		}
		name, err := c.folderName()
		if err != nil {
			return err
		}
		f, err := c.b.NewFolder(parent, name)
		if err != nil {
			return err
		}
		return c.one(http.StatusCreated, "mailFolders/$entity", c.folderFields(f, nil))
	}
	return errMethod
}

func (c *call) folderName() (string, error) {
	in, err := c.object()
	if err != nil {
		return "", err
	}
	return in.text("displayName")
}

func (c *call) oneFolder(f *folder) error {
	switch c.r.Method {
	case http.MethodGet:
		sel, err := selected(c.query.Get("$select"), folderSelectable)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "mailFolders/$entity", c.folderFields(f, sel))
	case http.MethodPatch:
		if err := c.writeMail(); err != nil {
			return err
		}
		name, err := c.folderName()
		if err != nil {
			return err
		}
		if err := c.b.RenameFolder(f, name); err != nil {
			return err
		}
		return c.one(http.StatusOK, "mailFolders/$entity", c.folderFields(f, nil))
	case http.MethodDelete:
		if err := c.writeMail(); err != nil {
			return err
		}
		if err := c.b.DeleteFolder(f); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
	}
	return errMethod
}
