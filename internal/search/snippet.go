package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"supercrm/internal/plain"
)

// Snippet is a piece of a text around what was found in it, on one line. Marks are the byte ranges of the words found, in
// order.
type Snippet struct {
	Text  string
	Marks [][2]int
}

// word is one word of a text: where it stands and what it is compared by.
type word struct {
	from, to int
	folded   string
}

// longest bounds what is looked through for a snippet, in bytes.
const longest = 64 << 10

// Snippet cuts about width characters out of text around the first place where a word of the query stands. Without one
// it is the text's beginning. An ellipsis stands where something was cut.
func (q Query) Snippet(text string, width int) Snippet {
	text = plain.Cut(strings.Join(strings.Fields(plain.Cut(text, longest)), " "), longest)
	words := split(text)
	found := q.marks(words)
	start := 0
	if len(found) > 0 {
		start = found[0][0]
	}
	return cut(text, words, found, start, width)
}

// Marks are the places in a short text, such as a subject, where words of the query stand.
func (q Query) Marks(text string) [][2]int {
	words := split(text)
	var out [][2]int
	for _, f := range q.marks(words) {
		out = append(out, [2]int{words[f[0]].from, words[f[1]-1].to})
	}
	return out
}

func split(text string) []word {
	var out []word
	start := -1
	end := func(at int) {
		if start >= 0 {
			out = append(out, word{start, at, plain.Fold(text[start:at])})
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case tokenRune(r) || unicode.Is(unicode.Mn, r):
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
	}
	end(len(text))
	return out
}

// marks are the runs of words that a term names, as indices [from, to), in order and without overlap.
func (q Query) marks(words []word) [][2]int {
	var terms [][]word
	var open []bool
	for _, t := range q.terms {
		if !t.not {
			if list := split(t.words); len(list) > 0 {
				terms, open = append(terms, list), append(open, t.prefix)
			}
		}
	}
	var out [][2]int
	for i := 0; i < len(words); i++ {
		for n, list := range terms {
			if stands(words[i:], list, open[n]) {
				out = append(out, [2]int{i, i + len(list)})
				i += len(list) - 1
				break
			}
		}
	}
	return out
}

func stands(words, list []word, open bool) bool {
	if len(words) < len(list) {
		return false
	}
	for i, w := range list {
		if words[i].folded == w.folded || open && i == len(list)-1 && strings.HasPrefix(words[i].folded, w.folded) {
			continue
		}
		return false
	}
	return true
}

const ellipsis = "…"

// cut takes the words from a little before start on, as far as width characters go.
func cut(text string, words []word, found [][2]int, start, width int) Snippet {
	if len(words) == 0 {
		return Snippet{Text: plain.Cut(text, width)}
	}
	first := start
	for first > 0 && utf8.RuneCountInString(text[words[first-1].from:words[start].to]) < width/3 {
		first--
	}
	if start > 0 && utf8.RuneCountInString(text[:words[start].to]) <= width*2/3 {
		first = 0
	}
	from, to := words[first].from, words[first].to
	if first == 0 {
		from = 0
	}
	for i := first; i < len(words) && utf8.RuneCountInString(text[from:words[i].to]) <= width; i++ {
		to = words[i].to
	}
	if last := len(text); to == words[len(words)-1].to && utf8.RuneCountInString(text[from:]) <= width+8 {
		to = last
	}
	out := Snippet{Text: text[from:to]}
	shift := -from
	if from > 0 {
		out.Text, shift = ellipsis+out.Text, shift+len(ellipsis)
	}
	if to < len(text) {
		out.Text += ellipsis
	}
	for _, f := range found {
		if a, b := words[f[0]].from, words[f[1]-1].to; a >= from && b <= to {
			out.Marks = append(out.Marks, [2]int{a + shift, b + shift})
		}
	}
	return out
}
