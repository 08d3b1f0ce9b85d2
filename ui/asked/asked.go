// Package asked says of a search what a person has to know of it: what was not understood, and how far back it reaches. The
// search box of the program and the one of the Mail page say the same.
package asked

import (
	"time"

	"supercrm/internal/search"
	"supercrm/ui/page"
	"supercrm/ui/when"
)

// longest is how many letters of what was typed are said again.
const longest = 30

// Problem says what of a query was not understood, and how to write it.
func Problem(p search.Problem) string {
	value := []rune(p.Value)
	if len(value) > longest {
		value = append(value[:longest:longest], '…')
	}
	at := map[string]any{"Value": string(value), "Operator": p.Operator}
	switch p.Operator {
	case "has":
		return page.T("“has:{{.Value}}” is not known; there is has:attachment.", at)
	case "is":
		return page.T("“is:{{.Value}}” is not known; there are is:unread, is:read and is:flagged.", at)
	}
	return page.T("“{{.Value}}” is not a date. Write {{.Operator}}:2026-03-01, {{.Operator}}:2026, {{.Operator}}:yesterday or {{.Operator}}:6m.", at)
}

// Since says how far back the mirrored mail goes; "" where there is none.
func Since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return page.T("Mail kept here goes back to {{.Day}}.", map[string]any{"Day": when.DateOf(t.Local()).Full()})
}
