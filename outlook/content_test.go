package outlook

import (
	"encoding/json"
	"strings"
	"testing"
)

// A query stays one quoted string, whatever is in it: as the service reads it, the text is what was typed.
func FuzzKQL(f *testing.F) {
	for _, s := range []string{"", "quote", `from:"Anna Berg" OR subject:x`, `a\`, `\"`, "a\x00\nb", "\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := KQL(s)
		if len(got) < 2 || got[0] != '"' || got[len(got)-1] != '"' {
			t.Fatalf("%q is not quoted", got)
		}
		inner := got[1 : len(got)-1]
		for i := 0; i < len(inner); i++ {
			switch {
			case inner[i] == '\\':
				if i++; i == len(inner) || inner[i] != '\\' && inner[i] != '"' {
					t.Fatalf("%q has a lone backslash", got)
				}
			case inner[i] == '"' || inner[i] < 0x20:
				t.Fatalf("%q is not one string", got)
			}
		}
	})
}

func FuzzContactPage(f *testing.F) {
	f.Add(`{"value":[{"id":"a","displayName":"Anna","emailAddresses":[{"name":"A","address":"a@x.example"}],"businessPhones":["1"],"businessAddress":{"city":"H"}}],"@odata.deltaLink":"x"}`)
	f.Add(`{"value":[{"id":"a","@removed":{"reason":"deleted"},"emailAddresses":null}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		var p Page[Contact]
		if err := readPage(strings.NewReader(s), &p); err == nil && !json.Valid([]byte(s)) {
			// Only what follows the list may be anything else.
			if d := json.NewDecoder(strings.NewReader(s)); d.Decode(new(json.RawMessage)) != nil {
				t.Fatalf("%q passed for a list", s)
			}
		}
	})
}

func FuzzCalendarPath(f *testing.F) {
	f.Add("jonas@harborline.example", "AAMk=")
	f.Add("a/b?c#d", "x")
	f.Fuzz(func(t *testing.T, owner, id string) {
		if strings.Contains(id, "/") {
			return // no id of the service has one
		}
		path := calendarPath(ColleagueCalendarID(owner, id))
		if strings.Count(path, "/") != 4 || strings.ContainsAny(path, "?# ") {
			t.Fatalf("%q", path)
		}
	})
}
