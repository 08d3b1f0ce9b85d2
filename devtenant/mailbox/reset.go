package mailbox

// Reset empties the mailbox and has fill put its first content in, with the same ids as at the start when fill does the
// same. What is made later has ids of its own, and every delta link given so far is too old. The quota stays.
func (m *Mailbox) Reset(fill func(*Box) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.box
	b := newBox(m.owner, old.now)
	b.Shared = old.Shared
	if err := fill(b); err != nil {
		return err
	}
	b.seq, b.next = max(b.seq, old.seq)+1, max(b.next, old.next)
	b.tombFloor, b.tombLimit, b.quota = b.seq, old.tombLimit, old.quota
	if old.unsaved != nil {
		b.unsaveAll()
		b.unsaved.reset = true
	}
	m.box = b
	return nil
}
