package mailbox

import "slices"

// Accepted is a calendar of another mailbox that the owner has taken into their own list, as a person does who accepts a
// sharing invitation. Without a permission it shows nothing.
type Accepted struct {
	Owner string // object id of whose it is
	Num   uint64 // the calendar's number there
}

// Accepted lists what has been taken in, in that order.
func (b *Box) Accepted() []Accepted { return slices.Clone(b.accepted) }

// Accept takes a calendar of another mailbox into the list; once is enough.
func (b *Box) Accept(a Accepted) {
	if !slices.Contains(b.accepted, a) {
		b.accepted = append(b.accepted, a)
		b.seq++
	}
}

// DropAccepted takes it out of the list again; the calendar itself and the permission stay.
func (b *Box) DropAccepted(a Accepted) {
	b.accepted = slices.DeleteFunc(b.accepted, func(x Accepted) bool { return x == a })
	b.seq++
}

// ShareCalendar gives somebody a role in a calendar of the mailbox, by its name ("" for the default one), and puts it into
// their list, as if they had accepted the invitation. It tells whether both were found.
func (r *Registry) ShareCalendar(of, name, with, role string) bool {
	owner, ok1 := r.Mailbox(of)
	guest, ok2 := r.Mailbox(with)
	if !ok1 || !ok2 || owner == guest {
		return false
	}
	var num uint64
	_ = owner.Do(func(b *Box) error { // cannot fail
		for _, k := range b.Calendars() {
			if name == "" && k.Default || name != "" && k.Name == name {
				b.Share(k, guest.Owner().Address(), role)
				num = k.Num()
				break
			}
		}
		return nil
	})
	if num == 0 {
		return false
	}
	_ = guest.Do(func(b *Box) error {
		b.Accept(Accepted{owner.Owner().ObjectID, num})
		return nil
	})
	return true
}
