package graph

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supercrm/devtenant/contract"
)

// fact is one line of the table of semantics: what the facts about the service say, word for word, and what shows that
// the tenant does so.
type fact struct {
	quote string
	run   func(t *testing.T, w *world)
}

// facts is the table, by the sections of the file of facts.
var facts = map[string][]fact{
	"Wire": wireFacts, "Sync": syncFacts, "HTTP": httpFacts, "Errors": errorFacts, "Attachments and sending": sendingFacts, "Series": seriesFacts,
	"Calendar": calendarFacts, "Linking CRM records to items": linkingFacts,
}

func TestFacts(t *testing.T) {
	for section, list := range facts {
		for _, f := range list {
			t.Run(section+"/"+f.quote, func(t *testing.T) { f.run(t, newWorld(t)) })
		}
	}
}

// notSemantics are parts of the file that say nothing about how the service behaves: about the description, about what a
// client should do with an answer where the tenant has no part in it, and headings.
var notSemantics = []string{
	"# Microsoft Graph v1.0 for mail, calendar and contacts: the facts",
	"`../data/graph-subset.strict.openapi.json` is Microsoft's own description cut to our endpoints (551 paths, strict:\nunknown properties refused, canonical enums); use it on our own traffic, both directions.\n`graph-subset.openapi.json` is the lenient form. Both load with kin-openapi in about 0.4 s. Known gaps:",
	"Sources in brackets: doc = Microsoft's documentation, iss = public issue threads.",
	"| Topic | Fact |", "|---|---|", "| Message delta |", "| All delta |", "| calendarView delta |", "| Series in it |", "| Contacts |", "| Reset |",
	"| Immutable ids |", "| Default ids |", "| Time zone, body |", "| ETag |", "| Event create |", "| $batch |", "| Limits |", "| 429 |", "| 202 + Retry-After on sendMail |",
	"| Paging |", "| `$filter` + `$orderby` |", "| `$search` |", "| Errors |", "## Sync", "## HTTP", "## Attachments and sending", "## Calendar", "## Linking CRM records to items",
	"[doc, iss]", "[doc]", "[iss]", "Codes:",
}

// TestNoFactIsLeftOut: what is left of the file of facts, when every case's words are taken out, is punctuation. The file
// lies beside Microsoft's description.
func TestNoFactIsLeftOut(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(contract.File()), "..", "facts", "graph.md"))
	if err != nil {
		t.Skipf("no file of facts: %v", err)
	}
	text, _, _ := strings.Cut(string(raw), "## Why our own client")
	oneLine := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	text = oneLine(text)
	take := func(part string) {
		part = oneLine(part)
		if !strings.Contains(text, part) {
			t.Errorf("the facts do not say %q", part)
		}
		text = strings.ReplaceAll(text, part, " ¦ ")
	}
	for _, part := range notSemantics[:3] {
		take(part)
	}
	for _, list := range facts {
		for _, f := range list {
			take(f.quote)
		}
	}
	for _, part := range notSemantics[3:] {
		take(part)
	}
	for left := range strings.SplitSeq(text, "¦") {
		if left = strings.Trim(left, " .,;:|()·-–→"); left != "" && left != "and" {
			t.Errorf("no case for: %s", left)
		}
	}
}

// also runs a case on a world of its own.
func also(t *testing.T, name string, run func(t *testing.T, w *world)) {
	t.Run(name, func(t *testing.T) { run(t, newWorld(t)) })
}
