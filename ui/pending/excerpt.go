package pending

import "unicode"

// longestValue bounds what is shown of one side of a field, and before is how much of it stands before the first difference, in
// characters.
const longestValue, before = 600, 120

// excerpts cuts the two sides of a field where they are long, so that both show the first place where they differ.
func excerpts(mine, theirs string) (string, string) {
	a, b := []rune(mine), []rune(theirs)
	if len(a) <= longestValue && len(b) <= longestValue {
		return mine, theirs
	}
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	from := 0
	if at > longestValue-before {
		from = at - before
		for i := from; i < at; i++ { // at the beginning of a word, if there is one
			if unicode.IsSpace(a[i]) {
				from = i + 1
				break
			}
		}
	}
	return excerpt(a, from), excerpt(b, from)
}

func excerpt(r []rune, from int) string {
	from = min(from, len(r))
	to := min(len(r), from+longestValue)
	text := string(r[from:to])
	if from > 0 {
		text = "… " + text
	}
	if to < len(r) {
		text += "…"
	}
	return text
}
