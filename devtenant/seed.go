package devtenant

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"supercrm/devtenant/demo"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/mailbox"
)

// seed says what the tenant began with, so that it can be made again: the same seed gives the same mailboxes.
type seed struct {
	Name      string
	Messages  int
	Now       time.Time
	Directory json.RawMessage // directory.Save
}

func newSeed(o Options) (seed, error) {
	dir, err := o.Directory.Save()
	return seed{Name: o.Seed, Messages: o.Messages, Now: o.Now(), Directory: dir}, err
}

// begun is the directory as it was at the start.
func (s seed) begun() (*directory.Directory, error) {
	dir := directory.New()
	return dir, dir.Load(s.Directory)
}

// fill makes a mailbox for each person of the directory, with the seed's content.
func (s seed) fill(boxes *mailbox.Registry) error {
	dir, err := s.begun()
	if err != nil {
		return err
	}
	for _, t := range dir.Tenants() {
		if s.Name == "empty" {
			for _, u := range members(t) {
				boxes.Add(owner(*u))
			}
			continue
		}
		if err := demo.Fill(boxes, people(t), s.options()); err != nil {
			return fmt.Errorf("fill the mailboxes of %s: %w", t.Domain, err)
		}
	}
	return nil
}

// reset makes one mailbox what it was at the start; that of somebody who came later is empty.
func (s seed) reset(m *mailbox.Mailbox) error {
	dir, err := s.begun()
	if err != nil {
		return err
	}
	return m.Reset(func(b *mailbox.Box) error {
		t, _, ok := dir.User(b.Owner.UPN)
		if !ok || s.Name == "empty" {
			return nil
		}
		t, _ = dir.Tenant(t.ID) // with its people
		all := people(t)
		at := slices.IndexFunc(all, func(u demo.User) bool { return u.ObjectID == b.Owner.ObjectID })
		if at < 0 {
			return nil
		}
		return demo.FillOne(b, all, at, s.options())
	})
}

func (s seed) options() demo.Options {
	o := demo.Options{Now: s.Now, Messages: s.Messages}
	if s.Name == "large" {
		o.Alike = true
		if o.Messages == 0 {
			o.Messages = LargeMessages
		}
	}
	return o
}

// members leaves out guests: their mailbox is at home.
func members(t directory.Tenant) []*directory.User {
	return slices.DeleteFunc(slices.Clone(t.Users), func(u *directory.User) bool { return u.HomeUPN != "" })
}

func people(t directory.Tenant) []demo.User {
	var out []demo.User
	for _, u := range members(t) {
		out = append(out, demo.User{ObjectID: u.ObjectID, UPN: u.UPN, Name: u.Name, JobTitle: u.JobTitle})
	}
	return out
}

func owner(u directory.User) mailbox.Owner {
	return mailbox.Owner{ObjectID: u.ObjectID, UPN: u.UPN, Name: u.Name, JobTitle: u.JobTitle}
}
