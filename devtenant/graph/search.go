package graph

import "slices"

// maxFound is what one search gives (facts, "$search").
const maxFound = 1000

// search gives the messages that a $search finds, the last sent first.
func (c *call) search(query string, f *folder) ([]*message, error) {
	q, err := parseSearch(query, c.h.opt.Now())
	if err != nil {
		return nil, err
	}
	var out []*message
	look := func(m *message) {
		if (f == nil || m.Folder() == f) && q.match(&searched{m: m, words: map[string][]string{}}) {
			out = append(out, m)
		}
	}
	if nums, ok := q.candidates(c.b); ok {
		for _, n := range nums {
			look(c.b.MessageByNum(n))
		}
	} else {
		for _, m := range c.b.Messages(f) {
			look(m)
		}
	}
	slices.SortStableFunc(out, func(x, y *message) int { return y.Sent.Compare(x.Sent) })
	return out[:min(len(out), maxFound)], nil
}
