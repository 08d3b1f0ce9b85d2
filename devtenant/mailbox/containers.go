package mailbox

import (
	"cmp"
	"slices"
	"strings"
)

// MoveFolder puts one of the person's own folders, with all that is in it, under another one. Its id stays.
func (b *Box) MoveFolder(f, to *Folder) error {
	if f.WellKnown != "" {
		return &Error{"ErrorMoveDistinguishedFolder", "A default folder cannot be moved."}
	}
	for up := to; up != nil; up = up.Parent {
		if up == f {
			return &Error{"ErrorMoveCopyFailed", "A folder cannot be moved into itself."}
		}
	}
	if f.Parent == to {
		return nil
	}
	if err := freeName(to, f.Name, nil); err != nil {
		return err
	}
	old := f.Parent
	old.children = slices.DeleteFunc(old.children, func(c *Folder) bool { return c == f })
	old.seq = b.tick()
	b.adopt(to, f)
	to.seq, f.seq = b.tick(), b.tick()
	return nil
}

// CopyFolder makes a second folder like f, with copies of all that is in it, under another one.
func (b *Box) CopyFolder(f, to *Folder) (*Folder, error) {
	for up := to; up != nil; up = up.Parent {
		if up == f {
			return nil, &Error{"ErrorMoveCopyFailed", "A folder cannot be copied into itself."}
		}
	}
	twin, err := b.NewFolder(to, f.Name)
	if err != nil {
		return nil, err
	}
	for _, m := range slices.Clone(f.list) {
		b.Copy(m, twin)
	}
	for _, child := range slices.Clone(f.children) {
		if _, err := b.CopyFolder(child, twin); err != nil {
			return nil, err
		}
	}
	return twin, nil
}

// NewContactFolder makes a contact folder; parent nil: beside the default one.
func (b *Box) NewContactFolder(parent *ContactFolder, name string) (*ContactFolder, error) {
	f := &ContactFolder{Parent: parent}
	if err := b.nameContactFolder(f, name); err != nil {
		return nil, err
	}
	f.num = b.number()
	b.contactFolders = append(b.contactFolders, f)
	f.seq = b.tick()
	return f, nil
}

func (b *Box) nameContactFolder(f *ContactFolder, name string) error {
	if strings.TrimSpace(name) == "" || len(name) > 255 {
		return &Error{"ErrorInvalidRequest", "The folder name is missing or too long."}
	}
	for _, x := range b.contactFolders {
		if x != f && x.Parent == f.Parent && strings.EqualFold(x.Name, name) {
			return &Error{"ErrorFolderExists", "A folder with the specified name already exists."}
		}
	}
	f.Name = name
	return nil
}

// RenameContactFolder changes the name of one of the person's own contact folders.
func (b *Box) RenameContactFolder(f *ContactFolder, name string) error {
	if f.Default {
		return &Error{"ErrorInvalidRequest", "A default folder cannot be renamed."}
	}
	if err := b.nameContactFolder(f, name); err != nil {
		return err
	}
	f.seq = b.tick()
	return nil
}

// DeleteContactFolder removes one of the person's own contact folders with all that is in it.
func (b *Box) DeleteContactFolder(f *ContactFolder) error {
	if f.Default {
		return &Error{"ErrorDeleteDistinguishedFolder", "A default folder cannot be deleted."}
	}
	for _, child := range slices.Clone(b.contactFolders) {
		if child.Parent == f {
			if err := b.DeleteContactFolder(child); err != nil {
				return err
			}
		}
	}
	for _, c := range b.Contacts(f) {
		b.RemoveContact(c)
	}
	b.contactFolders = slices.DeleteFunc(b.contactFolders, func(x *ContactFolder) bool { return x == f })
	b.bury(Tombstone{ID: f.ID(), Parent: contactFolderTree})
	return nil
}

// contactFolderTree is the parent of the tombstones of contact folders: a number that no container has.
const contactFolderTree = 1<<63 - 1

// ContactFolderDelta tells the next n contact folders of a round.
func (b *Box) ContactFolderDelta(r Round, n int) ([]Change, Round, bool, error) {
	tombs, err := b.begin(&r, contactFolderTree)
	if err != nil {
		return nil, r, false, err
	}
	var all []Change
	for _, f := range b.contactFolders {
		if !r.Changes {
			all = append(all, Change{ContactFolder: f, order: Order{int64(f.num)}})
		} else if f.seq > r.Since {
			all = append(all, Change{ContactFolder: f, order: Order{int64(f.seq)}})
		}
	}
	out, next, done := b.page(r, append(all, gone(tombs)...), n)
	return out, next, done, nil
}

// ChangeCalendar renames or recolours a calendar; "" leaves what is there.
func (b *Box) ChangeCalendar(c *Calendar, name, color string) error {
	for _, k := range b.calendars {
		if name != "" && k != c && strings.EqualFold(k.Name, name) {
			return &Error{"ErrorFolderExists", "The folder already exists."}
		}
	}
	c.Name, c.Color = cmp.Or(name, c.Name), cmp.Or(color, c.Color)
	b.touchCalendar(c)
	return nil
}

// DeleteCalendar removes a calendar with its events. Attendees of the owner's own meetings get cancellations.
func (b *Box) DeleteCalendar(c *Calendar) error {
	if c.Default {
		return &Error{"ErrorDeleteDistinguishedFolder", "The default calendar cannot be deleted."}
	}
	for _, e := range b.Events(c) {
		b.DeleteInstance(whole(e), "")
	}
	b.calendars = slices.DeleteFunc(b.calendars, func(k *Calendar) bool { return k == c })
	b.tick()
	return nil
}
