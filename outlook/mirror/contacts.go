package mirror

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Contact is an entry of an account's Outlook contacts. It is the mailbox's and only read here.
type Contact struct {
	ID         int64
	AccountID  int64
	Folder     string // the address book's name
	Name       string
	Company    string
	JobTitle   string
	Department string
	Emails     []Address
	Phones     []string // business numbers
	Mobile     string
	City       string
	Notes      string
}

// ContactFolder is an address book. Count is of the mirrored contacts.
type ContactFolder struct {
	ID        int64
	AccountID int64
	Name      string
	Default   bool
	Picked    bool // mirrored and offered
	Count     int
}

// ContactFolders lists an account's address books, the default one first.
func (m *Mirror) ContactFolders(ctx context.Context, accountID int64) ([]ContactFolder, error) {
	return collect(ctx, m, "list contact folders", func(row scanner) (f ContactFolder, err error) {
		err = row.Scan(&f.ID, &f.AccountID, &f.Name, &f.Default, &f.Picked, &f.Count)
		return f, err
	}, `SELECT id, account_id, name, is_default, picked, (SELECT count(*) FROM contact WHERE folder_id=f.id) FROM contact_folder f
		WHERE account_id=? ORDER BY is_default DESC, name COLLATE NOCASE, id`, accountID)
}

const contactColumns = `x.id, x.account_id, f.name, x.name, x.company, x.job_title, x.department, x.emails, x.phones, x.mobile, x.city, x.notes
	FROM contact x JOIN contact_folder f ON f.id=x.folder_id WHERE f.picked=1`

func scanContact(row scanner) (Contact, error) {
	var c Contact
	var emails, phones string
	if err := row.Scan(&c.ID, &c.AccountID, &c.Folder, &c.Name, &c.Company, &c.JobTitle, &c.Department, &emails, &phones, &c.Mobile, &c.City, &c.Notes); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(emails), &c.Emails); err != nil {
		return c, fmt.Errorf("addresses: %w", err)
	}
	if err := json.Unmarshal([]byte(phones), &c.Phones); err != nil {
		return c, fmt.Errorf("phones: %w", err)
	}
	return c, nil
}

// ContactsByAddress finds the contacts of the picked address books that have one of the addresses, in any case; each
// address once, under itself in lower case.
func (m *Mirror) ContactsByAddress(ctx context.Context, addrs []string) (map[string]Contact, error) {
	all, err := collect(ctx, m, "find contacts", scanContact, `SELECT `+contactColumns+` AND x.id IN
		(SELECT contact_id FROM contact_address WHERE addr_lc IN (SELECT value FROM json_each(?))) ORDER BY f.is_default, x.id DESC`, toJSON(lower(addrs)))
	out := map[string]Contact{}
	for _, c := range all {
		for _, a := range c.Emails {
			out[strings.ToLower(a.Addr)] = c
		}
	}
	return out, err
}

// FindContacts finds contacts of the picked address books by the beginnings of words in name, company and addresses; every
// word of the text has to be met. An empty text finds all. They come by name.
func (m *Mirror) FindContacts(ctx context.Context, text string, limit int) ([]Contact, error) {
	query := `SELECT ` + contactColumns
	var args []any
	for _, w := range strings.Fields(strings.ToLower(text)) {
		query += ` AND instr(x.words, ?)>0`
		args = append(args, " "+w)
	}
	args = append(args, max(limit, 0))
	return collect(ctx, m, "find contacts", scanContact, query+` ORDER BY x.name COLLATE NOCASE, x.id LIMIT ?`, args...)
}

// contactWords is what a contact is found by: each word after a blank, addresses whole and by their parts.
func contactWords(c Contact) string {
	var b strings.Builder
	add := func(s string) {
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r <= ' ' || r == ',' || r == '(' || r == ')' }) {
			b.WriteString(" " + w)
		}
	}
	add(c.Name)
	add(c.Company)
	for _, a := range c.Emails {
		add(a.Addr)
		add(strings.NewReplacer("@", " ", ".", " ", "-", " ", "_", " ").Replace(a.Addr))
	}
	return b.String()
}
