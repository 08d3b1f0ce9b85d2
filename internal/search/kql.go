package search

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// KQL is the query in the words of the service's own search (learn.microsoft.com/graph/search-query-parameter): what it
// has no word for (NoKQL) is left out. It is "" where nothing is left that must be there.
func (q Query) KQL() string {
	names := map[field]string{subject: "subject:", from: "from:", to: "to:"}
	var out []string
	some := q.Attachment != nil || !q.After.IsZero() || !q.Before.IsZero()
	for _, t := range q.terms {
		words := kqlWords(t)
		if words == "" {
			continue
		}
		s := names[t.in] + words
		if t.not {
			s = "NOT " + s
		}
		some = some || !t.not
		out = append(out, s)
	}
	if !some {
		return ""
	}
	if q.Attachment != nil {
		out = append(out, fmt.Sprintf("hasAttachments:%t", *q.Attachment))
	}
	if !q.After.IsZero() {
		out = append(out, "received>="+q.After.Format(time.DateOnly))
	}
	if !q.Before.IsZero() {
		out = append(out, "received<"+q.Before.Format(time.DateOnly))
	}
	return strings.Join(out, " AND ")
}

// NoKQL are the operators of the query that the service's search has no word for, as they are typed.
func (q Query) NoKQL() []string {
	var out []string
	if len(q.In) > 0 || len(q.NotIn) > 0 {
		out = append(out, "in:")
	}
	if q.Unread != nil || q.Flagged != nil {
		out = append(out, "is:")
	}
	return out
}

// kqlReserved are the words of the language itself (learn.microsoft.com/sharepoint/dev/general-development/keyword-query-language-kql-syntax-reference).
// They are that in capitals only.
var kqlReserved = map[string]bool{"AND": true, "OR": true, "NOT": true, "NEAR": true, "ONEAR": true, "XRANK": true, "WORDS": true, "ALL": true, "ANY": true}

// kqlWords is a term's value, in quotation marks unless it is one word that means only itself; "" where no word is left. Signs
// are blanks: a bracket or a colon would be part of the language, and the service refuses the whole query for one.
func kqlWords(t term) string {
	var list []string
	for _, w := range strings.FieldsFunc(t.words, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && !strings.ContainsRune("@.-", r)
	}) {
		if w = strings.Trim(w, "@.-"); strings.ContainsFunc(w, tokenRune) {
			list = append(list, w)
		}
	}
	switch {
	case len(list) == 0:
		return ""
	case len(list) > 1 || kqlReserved[list[0]]:
		return `"` + strings.Join(list, " ") + `"`
	case t.prefix:
		return list[0] + "*"
	}
	return list[0]
}
