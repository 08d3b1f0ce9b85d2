package mirror

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"supercrm/internal/store"
)

// shelf is mail that differs in all that a query can ask of it: its subject says what it is.
func shelf(t testing.TB) *fixture {
	t.Helper()
	f := local(t)
	must(t, f.db.Write(t.Context(), "fill", func(tx *store.Tx) error {
		if _, err := tx.Exec(`DELETE FROM message`); err != nil {
			return err
		}
		for i := range 16 {
			read, flagged, file, folder, at := i&1 != 0, i&2 != 0, i&4 != 0, f.inbox, noon
			var subject []string
			for _, s := range []struct {
				is   bool
				word string
			}{{read, "read"}, {flagged, "flagged"}, {file, "file"}, {i&8 != 0, "archived"}} {
				if s.is {
					subject = append(subject, s.word)
				}
			}
			if i&8 != 0 {
				folder, at = f.archive, noon.AddDate(-1, 0, 0)
			}
			if _, err := tx.Exec(`INSERT INTO message (account_id, folder_id, graph_id, subject, received_at, body_type, body, is_read, flagged, has_attachments)
				VALUES (?,?,?,?,?,'text','shelf',?,?,?)`, f.account, folder, fmt.Sprint("S", i), strings.Join(subject, " "), at.Add(-time.Duration(i)*time.Minute).UnixMilli(),
				read, flagged, file); err != nil {
				return err
			}
		}
		return nil
	}))
	return f
}

// finds holds what queries give against the words of the subjects: those that must be there, and with a minus those that
// must not.
func (f *fixture) finds(t *testing.T, queries map[string]string) {
	t.Helper()
	for query, words := range queries {
		want := 16 >> len(strings.Fields(words))
		rows, err := f.SearchMessages(t.Context(), query, 50)
		must(t, err)
		if len(rows) != want {
			t.Errorf("%q: %d found, want %d", query, len(rows), want)
		}
		for i, r := range rows {
			if i > 0 && r.Received.After(rows[i-1].Received) {
				t.Errorf("%q: %q does not stand before %q", query, r.Subject, rows[i-1].Subject)
			}
			for _, w := range strings.Fields(words) {
				word, not := strings.CutPrefix(w, "-")
				if has := " " + r.Subject + " "; strings.Contains(has, " "+word+" ") == not {
					t.Errorf("%q finds %q", query, r.Subject)
				}
			}
		}
	}
}

// A minus before an operator asks for the opposite, with words and without.
func TestSearchWithoutWhatIsNegated(t *testing.T) {
	f := shelf(t)
	f.finds(t, map[string]string{
		"-in:archive":                      "-archived",
		"shelf -in:archive":                "-archived",
		"-in:archive -in:sent":             "-archived",
		"-has:attachment":                  "-file",
		"shelf -has:attachment":            "-file",
		"-is:unread":                       "read",
		"-is:read shelf":                   "-read",
		"-is:flagged":                      "-flagged",
		"-is:flagged -has:att -in:arch":    "-flagged -file -archived",
		"has:attachment -is:unread":        "file read",
		"-before:2026 is:unread":           "-archived -read",
		"-after:2026 shelf":                "archived",
		"in:inbox has:attachment is:read ": "-archived file read",
	})
	rows, err := f.SearchMessages(t.Context(), "in:inbox -in:inbox", 9)
	if err != nil || len(rows) != 0 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// Words that must not be there count beside operators too, where no word has to be there.
func TestSearchWithoutWordsThatMustNotBeThere(t *testing.T) {
	f := shelf(t)
	f.finds(t, map[string]string{
		"in:inbox -flagged":            "-archived -flagged",
		"is:unread -file ":             "-read -file",
		"after:2026 -subject:flagged":  "-archived -flagged",
		"after:2026 -flagg* -file ":    "-archived -flagged -file",
		"-has:attachment -read ":       "-file -read",
		"has:attachment -read ":        "file -read",
		"is:flagged -nosuchword ":      "flagged",
		"after:2025-02 -in:inbox -rea": "archived -read",
	})
	for _, query := range []string{"-flagged", "-flagged -file "} { // that would be everything
		if rows, err := f.SearchMessages(t.Context(), query, 9); err != nil || len(rows) > 0 {
			t.Errorf("%q: %d rows, %v", query, len(rows), err)
		}
	}
	// A document of another kind is told from mail with the same row id.
	events, err := f.FindEvents(t.Context(), f.ParseSearch("after:2026 -review"), 9)
	must(t, err)
	if len(events) != 2 || events[0].Subject == "Review" || events[1].Subject == "Review" {
		t.Errorf("%+v", events)
	}
}
