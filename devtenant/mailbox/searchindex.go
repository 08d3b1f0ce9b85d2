package mailbox

import (
	"slices"
	"strings"
	"unicode"
)

// searchIndex finds the messages that have a word: an inverted index, made at the first search, so that a mailbox that
// is never searched costs nothing, and brought up to date by the next one. It may name messages that have lost the word
// since: whoever asks looks at the message itself.
type searchIndex struct {
	seq   uint64 // the change counter that it is up to date with
	terms map[string][]uint32
	order []string // the terms in order, for prefixes; nil when it has to be made
}

// Words splits text into lower-case words: runs of letters and digits.
func Words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// SearchText is what a search without a property looks at.
func (m *Message) SearchText() string {
	var s strings.Builder
	s.WriteString(m.Subject)
	for _, list := range [][]Address{{m.From}, m.To, m.Cc, m.Bcc} {
		for _, a := range list {
			s.WriteString("\n" + a.Name + " " + a.Addr)
		}
	}
	for _, a := range m.Attachments {
		s.WriteString("\n" + a.Name)
	}
	body := m.Body()
	if body.HTML {
		body.Text = PlainText(body.Text)
	}
	s.WriteString("\n" + body.Text)
	return s.String()
}

// updated is the index with everything that changed since the last search.
func (b *Box) updated() *searchIndex {
	ix := &b.search
	if ix.terms == nil {
		ix.terms = map[string][]uint32{}
	}
	if ix.seq == b.seq {
		return ix
	}
	for _, m := range b.messages {
		if m.seq <= ix.seq {
			continue
		}
		for _, w := range Words(m.SearchText()) {
			list, num := ix.terms[w], uint32(m.num)
			if list == nil {
				ix.order = nil
			}
			if n := len(list); n == 0 || list[n-1] < num {
				ix.terms[w] = append(list, num)
			} else if at, found := slices.BinarySearch(list, num); !found {
				ix.terms[w] = slices.Insert(list, at, num)
			}
		}
	}
	ix.seq = b.seq
	if ix.order == nil {
		ix.order = make([]string, 0, len(ix.terms))
		for w := range ix.terms {
			ix.order = append(ix.order, w)
		}
		slices.Sort(ix.order)
	}
	return ix
}

// WithPrefix gives the numbers of the messages that may have a word beginning with prefix, which is a word of Words, in
// order.
func (b *Box) WithPrefix(prefix string) []uint64 {
	ix := b.updated()
	at, _ := slices.BinarySearch(ix.order, prefix)
	var all []uint64
	for ; at < len(ix.order) && strings.HasPrefix(ix.order[at], prefix); at++ {
		for _, num := range ix.terms[ix.order[at]] {
			if b.messages[uint64(num)] != nil {
				all = append(all, uint64(num))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
