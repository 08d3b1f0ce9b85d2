package asked

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"supercrm/internal/search"
)

func TestWhatIsSaid(t *testing.T) {
	for p, want := range map[search.Problem]string{
		{Operator: "before", Value: "foo"}: "before:2026-03-01",
		{Operator: "is", Value: "big"}:     "is:flagged",
		{Operator: "has", Value: "wings"}:  "has:attachment",
	} {
		if got := Problem(p); !strings.Contains(got, want) || !strings.Contains(got, p.Value) {
			t.Errorf("%+v: %q", p, got)
		}
	}
	if got := Problem(search.Problem{Operator: "after", Value: strings.Repeat("é", 5000)}); utf8.RuneCountInString(got) > 200 || !utf8.ValidString(got) {
		t.Errorf("%d letters", utf8.RuneCountInString(got))
	}
	if Since(time.Time{}) != "" || !strings.Contains(Since(time.Date(2025, 11, 24, 12, 0, 0, 0, time.UTC)), "2025") {
		t.Error(Since(time.Date(2025, 11, 24, 12, 0, 0, 0, time.UTC)))
	}
}
