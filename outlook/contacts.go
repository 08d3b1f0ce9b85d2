package outlook

import (
	"context"
	"net/url"
)

// ContactFolder is an address book of the mailbox. The service's list of them may leave the default one out.
type ContactFolder struct {
	ID       string   `json:"id"`
	Name     *string  `json:"displayName"`
	ParentID *string  `json:"parentFolderId"`
	Removed  *Removed `json:"@removed"`
}

// Contact is an entry of an address book as read; every field but ID may be missing from a delta.
type Contact struct {
	ID         string          `json:"id"`
	Removed    *Removed        `json:"@removed"`
	ETag       string          `json:"@odata.etag"`
	FolderID   *string         `json:"parentFolderId"`
	Name       *string         `json:"displayName"`
	Given      *string         `json:"givenName"`
	Surname    *string         `json:"surname"`
	Company    *string         `json:"companyName"`
	JobTitle   *string         `json:"jobTitle"`
	Department *string         `json:"department"`
	Emails     *[]EmailAddress `json:"emailAddresses"`
	Business   *[]string       `json:"businessPhones"`
	Mobile     *string         `json:"mobilePhone"`
	Address    *struct {
		City string `json:"city"`
	} `json:"businessAddress"`
	Notes      *string   `json:"personalNotes"`
	Categories *[]string `json:"categories"`
}

// ContactFields is what the mirror keeps of a contact.
const ContactFields = "id,parentFolderId,displayName,givenName,surname,companyName,jobTitle,department,emailAddresses," +
	"businessPhones,mobilePhone,businessAddress,personalNotes,categories"

// ContactFoldersDelta reads a page of the contact folders and their changes; link as in FoldersDelta.
func (c *Client) ContactFoldersDelta(ctx context.Context, link string) (Page[ContactFolder], error) {
	return pageOf[ContactFolder](ctx, c, "read contact folders", "/me/contactFolders/delta", nil, link, pageSize(100))
}

// ContactFolder reads one contact folder by id; "contacts" is the default one.
func (c *Client) ContactFolder(ctx context.Context, id string) (ContactFolder, error) {
	var f ContactFolder
	err := c.get(ctx, "read contact folder", "/me/contactFolders/"+seg(id), nil, nil, &f)
	return f, err
}

// ContactsDelta reads a page of a folder's contacts and their changes (learn.microsoft.com/graph/api/contact-delta); link
// as in FoldersDelta.
func (c *Client) ContactsDelta(ctx context.Context, folderID, link string) (Page[Contact], error) {
	q := url.Values{"$select": {ContactFields}}
	if link != "" {
		q = nil
	}
	return pageOf[Contact](ctx, c, "read contacts", "/me/contactFolders/"+seg(folderID)+"/contacts/delta", q, link, pageSize(100))
}

// Contact reads one contact.
func (c *Client) Contact(ctx context.Context, id string) (Contact, error) {
	var p Contact
	err := c.get(ctx, "read contact", "/me/contacts/"+seg(id), url.Values{"$select": {ContactFields}}, nil, &p)
	return p, err
}
