package graph

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

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
	if rest[0] == "$count" && len(rest) == 1 && c.r.Method == http.MethodGet {
		if err := c.readMail(); err != nil {
			return err
		}
		return c.plain(strconv.Itoa(len(c.b.Root().Children())))
	}
	if err := c.readMail(); err != nil {
		return err
	}
	f, err := c.b.Folder(rest[0])
	if errors.Is(err, mailbox.ErrNotFound) && rest[len(rest)-1] == "delta" {
		return &refusal{http.StatusNotFound, "ErrorSyncFolderNotFound", "The specified folder could not be found in the store."}
	}
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1:
		return c.oneFolder(f)
	case rest[1] == "childFolders" && len(rest) == 2:
		return c.foldersOf(f)
	case rest[1] == "childFolders" && rest[2] == "$count":
		return c.plain(strconv.Itoa(len(f.Children())))
	case rest[1] == "childFolders":
		return c.mailFolders(rest[2:])
	case rest[1] == "messageRules":
		return c.collection(messageRules, rest[2:])
	case (rest[1] == "move" || rest[1] == "copy") && len(rest) == 2 && c.r.Method == http.MethodPost:
		return c.moveFolder(f, rest[1] == "copy")
	case rest[1] == "permanentDelete" && len(rest) == 2 && c.r.Method == http.MethodPost:
		if err := c.writeMail(); err != nil {
			return err
		}
		if err := c.b.DeleteFolder(f); err != nil {
			return err
		}
		return c.noContent(http.StatusNoContent)
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
		all := parent.Children()
		if s := c.query.Get("$filter"); s != "" {
			parsed, err := parseFilter(s, knownFolderPath)
			if err != nil {
				return err
			}
			all = slices.DeleteFunc(slices.Clone(all), func(f *folder) bool { return !parsed.match(folderGetter(f)) })
		}
		expand, err := c.expansions(propSelector, "childFolders")
		if err != nil {
			return err
		}
		var page []fields
		for _, f := range cut(p, all) {
			item, err := withProps(c.folderFields(f, sel), f.Props, expand)
			if err != nil {
				return err
			}
			page = append(page, item)
		}
		return c.listing("mailFolders", p, len(all), page)
	case http.MethodPost:
		if err := c.writeMail(); err != nil {
			return err
		}
		in, err := c.object()
		if err != nil {
			return err
		}
		name, err := in.text("displayName")
		if err != nil {
			return err
		}
		properties, err := propsOf(in)
		if err != nil {
			return err
		}
		f, err := c.b.NewFolder(parent, name)
		if err != nil {
			return err
		}
		f.Props = properties
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
		expand, err := c.expansions(propSelector, "childFolders")
		if err != nil {
			return err
		}
		item, err := withProps(c.folderFields(f, sel), f.Props, expand)
		if err != nil {
			return err
		}
		return c.one(http.StatusOK, "mailFolders/$entity", item)
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

// moveFolder answers POST …/move and …/copy of a folder.
func (c *call) moveFolder(f *folder, copied bool) error {
	if err := c.writeMail(); err != nil {
		return err
	}
	in, err := c.parameters()
	if err != nil {
		return err
	}
	id, err := in.text("destinationId")
	if err != nil {
		return err
	}
	to, err := c.b.Folder(id)
	if err != nil {
		return err
	}
	if copied {
		if f, err = c.b.CopyFolder(f, to); err != nil {
			return err
		}
	} else if err := c.b.MoveFolder(f, to); err != nil {
		return err
	}
	return c.one(http.StatusCreated, "mailFolders/$entity", c.folderFields(f, nil))
}

func folderGetter(f *folder) getter {
	return func(path string) (any, bool) {
		total, unread := f.Counts()
		switch strings.ToLower(path) {
		case "displayname":
			return f.Name, true
		case "totalitemcount":
			return float64(total), true
		case "unreaditemcount":
			return float64(unread), true
		case "childfoldercount":
			return float64(len(f.Children())), true
		case "ishidden":
			return false, true
		}
		return nil, false
	}
}

func knownFolderPath(path string) bool { _, ok := folderGetter(&folder{})(path); return ok }
