package mailbox

import (
	"cmp"
	"slices"
	"strings"
)

// Folder is a mail folder. Its counts are kept as messages come and go.
type Folder struct {
	Name      string
	WellKnown string // inbox, drafts, sentitems, …; "" for the person's own
	Parent    *Folder
	Props     map[string]string // single-value extended properties

	num, seq uint64
	children []*Folder
	list     byReceived
	unread   int
	changed  uint64 // the newest change of a message in it
}

// Num is the folder's number in the mailbox; Seq the counter of its last change.
func (f *Folder) Num() uint64 { return f.num }

// Seq is the counter of the folder's last change; a change of its counts is one.
func (f *Folder) Seq() uint64 { return f.seq }

// Counts gives the number of messages and of unread ones.
func (f *Folder) Counts() (total, unread int) { return len(f.list), f.unread }

// Children of the folder, by name.
func (f *Folder) Children() []*Folder { return f.children }

// ID of the folder.
func (f *Folder) ID() ID { return ID{Kind: KindFolder, Num: f.num} }

// standard folders, with the name that Graph takes as an id (documentation of mailFolder, well-known names).
var standard = []struct{ well, name string }{
	{"archive", "Archive"}, {"deleteditems", "Deleted Items"}, {"drafts", "Drafts"}, {"inbox", "Inbox"},
	{"junkemail", "Junk Email"}, {"outbox", "Outbox"}, {"sentitems", "Sent Items"}, {"conversationhistory", "Conversation History"},
}

func (b *Box) standardFolders() {
	b.root = &Folder{Name: "Top of Information Store", WellKnown: "msgfolderroot", num: b.number()}
	b.folders[b.root.num] = b.root
	b.wellKnown["msgfolderroot"] = b.root
	for _, s := range standard {
		f, _ := b.NewFolder(b.root, s.name)
		f.WellKnown = s.well
		b.wellKnown[s.well] = f
	}
}

// Root is the folder above all.
func (b *Box) Root() *Folder { return b.root }

// WellKnown finds a standard folder by the name that Graph takes as an id.
func (b *Box) WellKnown(name string) *Folder { return b.wellKnown[strings.ToLower(name)] }

// Folder finds a folder by id or well-known name.
func (b *Box) Folder(id string) (*Folder, error) {
	if f := b.WellKnown(id); f != nil {
		return f, nil
	}
	parsed, _, err := b.parse(id, KindFolder)
	if err != nil {
		return nil, err
	}
	if f := b.folders[parsed.Num]; f != nil {
		return f, nil
	}
	return nil, ErrNotFound
}

// Folders lists every folder but the root, by number.
func (b *Box) Folders() []*Folder {
	out := make([]*Folder, 0, len(b.folders))
	for _, f := range b.folders {
		if f != b.root {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(x, y *Folder) int { return cmp.Compare(x.num, y.num) })
	return out
}

// NewFolder makes a folder under parent; ErrorFolderExists when the name is taken there.
func (b *Box) NewFolder(parent *Folder, name string) (*Folder, error) {
	if err := freeName(parent, name, nil); err != nil {
		return nil, err
	}
	f := &Folder{Name: name, Parent: parent, num: b.number()}
	b.folders[f.num] = f
	b.adopt(parent, f)
	f.seq = b.tick()
	parent.seq = b.tick()
	return f, nil
}

func freeName(parent *Folder, name string, except *Folder) error {
	if strings.TrimSpace(name) == "" || len(name) > 255 {
		return &Error{"ErrorInvalidRequest", "The folder name is missing or too long."}
	}
	for _, sibling := range parent.children {
		if sibling != except && strings.EqualFold(sibling.Name, name) {
			return &Error{"ErrorFolderExists", "A folder with the specified name already exists."}
		}
	}
	return nil
}

func (b *Box) adopt(parent, f *Folder) {
	f.Parent = parent
	parent.children = append(parent.children, f)
	slices.SortStableFunc(parent.children, func(x, y *Folder) int {
		return cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
	})
}

// RenameFolder changes the name of one of the person's own folders.
func (b *Box) RenameFolder(f *Folder, name string) error {
	if f.WellKnown != "" {
		return &Error{"ErrorInvalidRequest", "A default folder cannot be renamed."}
	}
	if err := freeName(f.Parent, name, f); err != nil {
		return err
	}
	f.Name = name
	parent := f.Parent
	parent.children = slices.DeleteFunc(parent.children, func(c *Folder) bool { return c == f })
	b.adopt(parent, f)
	f.seq = b.tick()
	return nil
}

// DeleteFolder removes one of the person's own folders with all that is in it.
func (b *Box) DeleteFolder(f *Folder) error {
	if f.WellKnown != "" {
		return &Error{"ErrorDeleteDistinguishedFolder", "A default folder cannot be deleted."}
	}
	for _, child := range slices.Clone(f.children) {
		if err := b.DeleteFolder(child); err != nil {
			return err
		}
	}
	for _, m := range slices.Clone(f.list) {
		b.Remove(m)
	}
	f.Parent.children = slices.DeleteFunc(f.Parent.children, func(c *Folder) bool { return c == f })
	f.Parent.seq = b.tick()
	delete(b.folders, f.num)
	b.bury(Tombstone{ID: f.ID()})
	return nil
}
