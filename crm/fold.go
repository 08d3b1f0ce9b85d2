package crm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode does not take apart into a base and a mark, though people search for them so.
var letters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "ħ", "h", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th")

// fold makes text comparable: case, accents and compatibility forms (full-width, ligatures) are gone, ß is ss.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	s = norm.NFKD.String(s)
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	return letters.Replace(cases.Fold().String(s))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

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
