package mailbox

import "slices"

// AttachEvent adds a file to an event, and to the exceptions of a series.
func (b *Box) AttachEvent(e *Event, a *Attachment) {
	e.lastFile++
	a.Num, a.Modified = e.lastFile, b.Now()
	e.Attachments = append(slices.Clone(e.Attachments), a)
	b.TouchEvent(e)
	for _, x := range e.exceptions {
		x.lastFile = max(x.lastFile, a.Num)
		x.Attachments = append(slices.Clone(x.Attachments), a)
		b.TouchEvent(x)
	}
}

// DetachEvent takes a file off an event, and off the exceptions of a series.
func (b *Box) DetachEvent(e *Event, a *Attachment) {
	drop := func(x *Event) {
		x.Attachments = slices.DeleteFunc(slices.Clone(x.Attachments), func(y *Attachment) bool { return y == a })
		b.TouchEvent(x)
	}
	drop(e)
	for _, x := range e.exceptions {
		drop(x)
	}
}

// EventAttachmentID is the id of a file of e.
func (b *Box) EventAttachmentID(e *Event, a *Attachment) ID {
	return ID{Kind: KindEventAttachment, Num: e.num, Sub: a.Num}
}

// EventAttachment finds a file of e by id.
func (b *Box) EventAttachment(e *Event, id string) (*Attachment, error) {
	parsed, _, err := b.parse(id, KindEventAttachment)
	if err != nil {
		return nil, err
	}
	for _, a := range e.Attachments {
		if parsed.Num == e.num && parsed.Sub == a.Num {
			return a, nil
		}
	}
	return nil, ErrNotFound
}

// HasFiles says whether the event has attachments; inline ones do not count.
func (e *Event) HasFiles() bool {
	return slices.ContainsFunc(e.Attachments, func(a *Attachment) bool { return !a.Inline })
}
