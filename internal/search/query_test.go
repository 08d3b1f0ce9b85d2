package search

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var berlin = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return loc
}()

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, berlin)

func TestMatch(t *testing.T) {
	const any = "{title sender recipients text} : "
	for text, want := range map[string]string{
		"offer":                  any + `"offer" *`,
		"offer ":                 any + `"offer"`,
		"anna@":                  any + `"anna@" *`,
		"anna@c":                 any + `"anna"`, // c stands in nearly every mail
		"anna@cu":                any + `"anna"`,
		"anna@cus":               any + `"anna@cus" *`,
		"anna@customer.e":        any + `"anna@customer"`,
		"anna@c ":                any + `"anna@c"`,
		`from:"anna l`:           `sender : "anna"`,
		"a.b":                    any + `"a"`,
		"x@y.example -anna@c":    "(" + any + `"x@y.example") NOT (` + any + `"anna@c")`,
		"offer in:inbox":         any + `"offer"`,
		`"two words" is:unread`:  any + `"two words"`,
		"offer after:2026-0":     any + `"offer"`,
		"offer from:":            any + `"offer"`,
		"offer -":                any + `"offer"`,
		"is:unread offer":        any + `"offer" *`,
		"deliv* in:inbox":        any + `"deliv" *`,
		"of":                     any + `"of"`, // too short to be a beginning
		"of*":                    any + `"of"`,
		"会":                      any + `"会" *`,
		"two words":              any + `"two" AND ` + any + `"words" *`,
		`"two words"`:            any + `"two words"`,
		`"two wor`:               any + `"two wor" *`,
		"deliv* today ":          any + `"deliv" * AND ` + any + `"today"`,
		"from:anna":              `sender : "anna" *`,
		`FROM:"Anna L" x `:       `sender : "Anna L" AND ` + any + `"x"`,
		"to:a@b.example ":        `recipients : "a@b.example"`,
		"subject:offer ":         `title : "offer"`,
		"offer -draft ":          "(" + any + `"offer") NOT (` + any + `"draft")`,
		"-draft":                 "",
		"has:attachment":         `tags : "hasattachment"`,
		"has:attachment quote ":  any + `"quote" AND tags : "hasattachment"`,
		"Sørensen ":              any + `"Sorensen"`,
		`quote" OR b`:            any + `"quote""" AND ` + any + `"OR" AND ` + any + `"b"`,
		"from:":                  "",
		"http://a.example ":      any + `"http://a.example"`,
		"foo:bar ":               any + `"foo:bar"`,
		"- -- \" \"\" * :":       "",
		"in:archive":             "",
		strings.Repeat("a ", 50): strings.TrimSuffix(strings.Repeat(any+`"a" AND `, maxTerms), " AND "),
	} {
		if got := Parse(text, noon).Match(); got != want {
			t.Errorf("%q\n is %s\nnot %s", text, got, want)
		}
	}
}

func TestFilters(t *testing.T) {
	q := Parse(`in:"Sent Items" after:2026-01-01 after:2025 before:yesterday is:unread is:flagged`, noon)
	if !slices.Equal(q.In, []string{"sent items"}) || !q.After.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, berlin)) ||
		!q.Before.Equal(time.Date(2026, 3, 9, 0, 0, 0, 0, berlin)) || q.Unread == nil || !*q.Unread || q.Flagged == nil || !*q.Flagged || q.Empty() {
		t.Errorf("%+v", q)
	}
	if q.Means(Event) || q.Means(Person) || !q.Means(Message) {
		t.Error("read state means mail alone")
	}
	q = Parse("before:someday has:wings is:big has:att after:", noon)
	if want := []Problem{{"before", "someday"}, {"has", "wings"}, {"is", "big"}}; !slices.Equal(q.Problems, want) || q.Attachment == nil || !*q.Attachment {
		t.Errorf("%+v", q)
	}
	for text, want := range map[string][]Kind{
		"offer":            {Message, Event, Person, Company, PersonNote, CompanyNote},
		"from:anna":        {Message, Event},
		"subject:x":        {Message, Event},
		"offer after:2026": {Message, Event, PersonNote, CompanyNote},
		"has:attachment":   {Message},
	} {
		var got []Kind
		for k := Message; k <= CompanyNote; k++ {
			if Parse(text, noon).Means(k) {
				got = append(got, k)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q means %v, want %v", text, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-01": "2026-03-01", "2026-3-1": "2026-03-01", "2026-03": "2026-03-01", "2025": "2025-01-01", "01.03.2026": "2026-03-01", "1.3.2026": "2026-03-01",
		"today": "2026-03-10", "Yesterday": "2026-03-09", "tomorrow": "2026-03-11", "7d": "2026-03-03", "2w": "2026-02-24", "6m": "2025-09-10", "1y": "2025-03-10",
		"": "", "x": "", "2026-13-01": "", "31.02.2026": "", "-1d": "", "99999999999999999999d": "", "9": "", "0d": "2026-03-10", "9999y": "0001-03-10",
	} {
		got := ""
		if d, ok := date(text, noon); ok {
			got = d.Format(time.DateOnly)
			if d.Hour() != 0 || d.Location() != berlin {
				t.Errorf("%q is no beginning of a day: %v", text, d)
			}
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// A document of a minute is found from the beginning of that minute on and before the end of it, and the newest is first.
func TestSpanIsHalfOpen(t *testing.T) {
	at := time.Date(2026, 3, 10, 8, 30, 0, 0, time.UTC)
	doc := func(k Kind, at time.Time, id int64) int64 {
		return int64(k)<<60 | (maxMinute-at.Unix()/60)<<32 | id
	}
	for _, c := range []struct {
		after, before time.Time
		want          bool
	}{
		{time.Time{}, time.Time{}, true},
		{at, time.Time{}, true},
		{at.Add(time.Minute), time.Time{}, false},
		{time.Time{}, at, false},
		{time.Time{}, at.Add(time.Minute), true},
		{at, at.Add(time.Minute), true},
		{at, at, false},
	} {
		lo, hi := Query{After: c.after, Before: c.before}.Span(Event)
		if d := doc(Event, at, 7); (d >= lo && d <= hi) != c.want {
			t.Errorf("after %v before %v: want %v", c.after, c.before, c.want)
		}
	}
	if doc(Event, at, 1) < doc(Event, at.Add(time.Minute), 1) {
		t.Error("the older stands before the newer")
	}
	if h := HitOf(doc(Event, at, 7)); h != (Hit{Event, 7, at}) {
		t.Errorf("%+v", h)
	}
	if lo, hi := (Query{}).Span(Event); HitOf(lo).Kind != Event || HitOf(hi).Kind != Event {
		t.Error("the span leaves its kind")
	}
	if h := HitOf(int64(Person)<<60 | 9); h != (Hit{Kind: Person, ID: 9}) {
		t.Errorf("%+v", h)
	}
}

func TestSnippet(t *testing.T) {
	text := "Dear Maya,\n\n thank you for the offer. Our board in Malmö decides on Thursday, so a written quote by Wednesday would help. Søren sends regards."
	for _, c := range []struct{ query, want string }{
		{"malmo", "…in [Malmö] decides on Thursday, so a…"},
		{"wednes", "…by [Wednesday] would help. Søren sends…"},
		{`"Written quote"`, "…so a [written quote] by Wednesday would…"},
		{"soren ", "…help. [Søren] sends regards."},
		{"dear", "[Dear] Maya, thank you for the offer. Our…"},
		{"nothing", "Dear Maya, thank you for the offer. Our…"},
		{"offer -maya ", "…the [offer]. Our board in Malmö decides on…"},
	} {
		s := Parse(c.query, noon).Snippet(text, 40)
		got, shift := s.Text, 0
		for _, m := range s.Marks {
			got = got[:m[0]+shift] + "[" + got[m[0]+shift:m[1]+shift] + "]" + got[m[1]+shift:]
			shift += 2
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.query, got, c.want)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{`from:"a b" -c has:attachment before:2026-01 "x`, "in:a* -\"b", "ſß ﬁ 会议 \x00\xff", "after:1y is:unread to:x"} {
		f.Add(s, "Some text of Søren about ﬁre and 会议\xff")
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		q := Parse(text, noon)
		for k := Message; k <= CompanyNote; k++ {
			lo, hi := q.Span(k)
			if lo <= hi && (HitOf(lo).Kind != k || HitOf(hi).Kind != k) {
				t.Fatalf("kind %d: span %x to %x", k, lo, hi)
			}
		}
		s := q.Snippet(body, 60)
		at := 0
		for _, m := range s.Marks {
			if m[0] < at || m[1] <= m[0] || m[1] > len(s.Text) {
				t.Fatalf("marks %v in %q", s.Marks, s.Text)
			}
			at = m[1]
		}
		q.Marks(body)
		q.Words()
		if kql := q.KQL(); strings.Count(kql, `"`)%2 != 0 || strings.ContainsAny(kql, "()\\\x00") {
			t.Fatalf("%q is %s", text, kql)
		}
	})
}
