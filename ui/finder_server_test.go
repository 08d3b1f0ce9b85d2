package ui_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"supercrm/internal/search"
	"supercrm/outlook/mirror"
	"supercrm/ui"
	"supercrm/ui/palette"
)

// mailboxes are two accounts as their servers answer: the first has so many pages of two letters, the second fails. The third
// is not signed in.
type mailboxes struct {
	ui.Mailbox
	pages, asked int
	second       error
	kql          string
}

func (m *mailboxes) ParseSearch(text string) search.Query {
	return search.Parse(text, time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
}

func (m *mailboxes) Accounts(context.Context) ([]mirror.Account, error) {
	return []mirror.Account{{ID: 1, UPN: "one@x.example"}, {ID: 2, UPN: "two@x.example"}, {ID: 3, UPN: "three@x.example", SignIn: true}}, nil
}

func (m *mailboxes) SearchServer(_ context.Context, account int64, kql string) (mirror.ServerFound, error) {
	m.asked++
	m.kql = kql
	if account == 2 {
		return mirror.ServerFound{}, m.second
	}
	return m.page(0), nil
}

func (m *mailboxes) SearchServerMore(_ context.Context, account int64, more string) (mirror.ServerFound, error) {
	n := 0
	if _, err := fmt.Sscan(more, &n); err != nil || account != 1 {
		return mirror.ServerFound{}, fmt.Errorf("account %d, page %q", account, more)
	}
	return m.page(n), nil
}

func (m *mailboxes) page(n int) mirror.ServerFound {
	var out mirror.ServerFound
	if n < m.pages {
		for i := range 2 {
			out.Found = append(out.Found, mirror.Found{AccountID: 1, GraphID: "x", Row: mirror.MessageRow{Subject: fmt.Sprint("Letter ", 2*n+i)}})
		}
	}
	if n+1 < m.pages {
		out.More = fmt.Sprint(n + 1)
	}
	return out
}

func lines(s palette.Section) []string {
	var out []string
	for _, it := range s.Items {
		out = append(out, it.Label)
	}
	return out
}

// What one account fails with, or that it has to sign in, stands beside what another has found.
func TestServerSearchTellsFailuresBesideResults(t *testing.T) {
	m := &mailboxes{pages: 2, second: errors.New("status 503")}
	s, err := ui.FindOnServer(t.Context(), m, "letter")
	want := []string{"three@x.example was not searched", "two@x.example could not be searched", "Letter 0", "Letter 1"}
	if got := lines(s); err != nil || !slices.Equal(got, want) {
		t.Fatalf("%q, %v", got, err)
	}
	if !s.Items[0].Aside || !s.Items[1].Aside || !s.Items[1].Stays || s.Items[1].Detail == "" || s.More == nil {
		t.Errorf("%+v", s.Items[:2])
	}
	if s, err = s.More(t.Context()); err != nil || !slices.Equal(lines(s), []string{"Letter 2", "Letter 3"}) || s.More != nil {
		t.Errorf("the second page has %q, %v", lines(s), err)
	}
	m.pages = 0
	if s, err = ui.FindOnServer(t.Context(), m, "letter"); err != nil || slices.Contains(lines(s), "Nothing found on the server") {
		t.Errorf("nothing was found by an account that was not asked: %q, %v", lines(s), err)
	}
	m.second = nil
	if s, err = ui.FindOnServer(t.Context(), m, "letter"); err != nil || !slices.Contains(lines(s), "Nothing found on the server") {
		t.Errorf("%q, %v", lines(s), err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ui.FindOnServer(gone, m, "letter"); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

// What the server cannot search by is said, whether it is asked or not.
func TestServerSearchSaysWhatItCannotSearchBy(t *testing.T) {
	for text, c := range map[string]struct {
		asked bool
		says  string
	}{
		"is:unread":                      {false, "The server cannot search by is: alone"},
		"in:archive is:read -x":          {false, "The server cannot search by in:, is: alone"},
		"-draft":                         {false, "There is no word to look for on the server"},
		"letter in:archive":              {true, "Left out, since the server cannot search by it: in:"},
		"letter before:someday is:read ": {true, "“someday” is not a date."},
	} {
		m := &mailboxes{pages: 1}
		s, err := ui.FindOnServer(t.Context(), m, text)
		if err != nil || m.asked > 0 != c.asked || !slices.ContainsFunc(lines(s), func(l string) bool { return strings.HasPrefix(l, c.says) }) {
			t.Errorf("%q: asked %d times for %q: %q, %v", text, m.asked, m.kql, lines(s), err)
		}
		for _, it := range s.Items {
			if strings.HasPrefix(it.Label, c.says) && it.Do != nil {
				t.Errorf("%q can be chosen", it.Label)
			}
		}
	}
	m := &mailboxes{pages: 1}
	if s, err := ui.FindOnServer(t.Context(), m, "letter from:anna "); err != nil || m.kql != "letter AND from:anna" || len(s.Items) != 3 {
		t.Errorf("%q for %q, %v", lines(s), m.kql, err)
	}
}
