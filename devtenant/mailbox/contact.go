package mailbox

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// ContactFolder holds contacts.
type ContactFolder struct {
	Name    string
	Default bool
	Parent  *ContactFolder // nil: beside the default one

	num, seq uint64
}

// Num is the folder's number; Seq the counter of its last change.
func (f *ContactFolder) Num() uint64 { return f.num }

// Seq is the counter of the folder's last change.
func (f *ContactFolder) Seq() uint64 { return f.seq }

// ID of the folder.
func (f *ContactFolder) ID() ID { return ID{Kind: KindContactFolder, Num: f.num} }

// Contact is a person in a contact folder. Whoever changes it calls Box.TouchContact.
type Contact struct {
	GivenName, Surname, DisplayName string
	Company, JobTitle, Department   string
	Emails                          []Address
	Business                        []string
	Mobile                          string
	City                            string // of businessAddress; More may hold the whole
	// More are the other properties of the contact resource, as they were given, by name.
	More              map[string]json.RawMessage
	Notes             string
	Categories        []string
	Created, Modified time.Time
	Extensions        Extensions
	Props             map[string]string
	Photo             []byte // JPEG or PNG; nil without

	num, seq uint64
	folder   *ContactFolder
}

// Seq is the counter of the last change.
func (c *Contact) Seq() uint64 { return c.seq }

// Num is the contact's number.
func (c *Contact) Num() uint64 { return c.num }

// Folder that the contact is in.
func (c *Contact) Folder() *ContactFolder { return c.folder }

// ID of the contact.
func (c *Contact) ID() ID { return ID{Kind: KindContact, Num: c.num} }

// ContactKey is the change key of c.
func (b *Box) ContactKey(c *Contact) string { return b.changeKey(KindContact, c.num, c.seq, 0) }

// ContactFolders lists the contact folders, the default one first.
func (b *Box) ContactFolders() []*ContactFolder { return b.contactFolders }

// ContactFolder finds a contact folder by id, or the default one by "contacts".
func (b *Box) ContactFolder(id string) (*ContactFolder, error) {
	if id == "contacts" {
		return b.contactFolders[0], nil
	}
	parsed, _, err := b.parse(id, KindContactFolder)
	if err != nil {
		return nil, err
	}
	for _, f := range b.contactFolders {
		if f.num == parsed.Num {
			return f, nil
		}
	}
	return nil, ErrNotFound
}

// AddContact puts a new contact into a folder.
func (b *Box) AddContact(f *ContactFolder, c *Contact) *Contact {
	c.num, c.folder = b.number(), f
	if c.Created.IsZero() {
		c.Created = b.Now()
	}
	b.contacts[c.num] = c
	b.TouchContact(c)
	return c
}

// TouchContact records a change of c.
func (b *Box) TouchContact(c *Contact) {
	c.Modified = b.Now()
	c.seq = b.tick()
}

// RemoveContact deletes c for good.
func (b *Box) RemoveContact(c *Contact) {
	delete(b.contacts, c.num)
	b.bury(Tombstone{ID: c.ID(), Parent: c.folder.num})
}

// Contact finds a contact by id.
func (b *Box) Contact(id string) (*Contact, error) {
	parsed, _, err := b.parse(id, KindContact)
	if err != nil {
		return nil, err
	}
	if c := b.contacts[parsed.Num]; c != nil {
		return c, nil
	}
	return nil, ErrNotFound
}

// Contacts of a folder, by number.
func (b *Box) Contacts(f *ContactFolder) []*Contact {
	var out []*Contact
	for _, c := range b.contacts {
		if c.folder == f {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y *Contact) int { return cmp.Compare(x.num, y.num) })
	return out
}

// ContactCount is the number of contacts in all folders.
func (b *Box) ContactCount() int { return len(b.contacts) }
