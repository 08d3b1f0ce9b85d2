package crm

import (
	"strings"

	"supercrm/internal/plain"
)

// fold makes text comparable: case, accents and compatibility forms (full-width, ligatures) are gone, ß is ss.
func fold(s string) string { return plain.Fold(s) }

// query is what was typed into a filter: every word of it must occur.
type query []string

func parseQuery(text string) query { return strings.Fields(fold(text)) }

// in says whether every word occurs in a folded text.
func (q query) in(folded string) bool {
	for _, word := range q {
		if !strings.Contains(folded, word) {
			return false
		}
	}
	return true
}
