package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode does not take apart into a base and a mark, though people search for them so.
var letters = strings.NewReplacer("ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ð", "d", "Ð", "D", "ħ", "h", "Ħ", "H",
	"ı", "i", "æ", "ae", "Æ", "AE", "œ", "oe", "Œ", "OE", "þ", "th", "Þ", "Th", "ß", "ss", "ẞ", "SS")

// Letters replaces the letters that have no decomposition (ø, ł, ß, æ …) by what people type for them. Accents and case
// stay: the full-text index takes those away by itself (sqlite.org/fts5.html, "unicode61", remove_diacritics 2).
func Letters(s string) string {
	if ascii(s) {
		return s
	}
	return letters.Replace(s)
}

// Fold makes text comparable: case, accents and compatibility forms (full-width, ligatures) are gone, ß is ss.
func Fold(s string) string {
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
	return strings.ToLower(letters.Replace(cases.Fold().String(s)))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Cut is at most n bytes of s, ending at a whole character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
