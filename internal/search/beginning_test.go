package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"supercrm/internal/search"
	"supercrm/internal/store"
)

// TestBeginningsFindAllThatBeginSo holds what a beginning finds against the notes themselves: beginnings of few words, of
// more words than are looked for one by one, of none, with operators and without.
func TestBeginningsFindAllThatBeginSo(t *testing.T) {
	ctx := t.Context()
	db, err := store.Open(ctx, filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rnd := rand.New(rand.NewPCG(1, 2))
	words := []string{"draw", "drawing", "drawings", "drawer", "dräwn", "delivery", "invoice", "draß"}
	for i := range 40 {
		words = append(words, fmt.Sprintf("part%02d", i))
	}
	notes := make([][]string, 300)
	if err := db.Write(ctx, "fill", func(tx *store.Tx) error {
		for i := range notes {
			for range 1 + rnd.IntN(3) {
				notes[i] = append(notes[i], words[rnd.IntN(len(words))])
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO person (id, name, notes, created_at, updated_at) VALUES (?,'x',?,0,?)`,
				i+1, strings.Join(notes[i], " "), i*60_000); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	begins := func(note []string, beginning string) bool {
		return slices.ContainsFunc(note, func(w string) bool {
			return strings.HasPrefix(strings.NewReplacer("ä", "a", "ß", "ss").Replace(w), beginning)
		})
	}
	plainOf := func(note []string) []string {
		return strings.Fields(strings.NewReplacer("ä", "a", "ß", "ss").Replace(strings.Join(note, " ")))
	}
	follows := func(note []string, word, beginning string) bool {
		note = plainOf(note)
		for i := range note[1:] {
			if note[i] == word && strings.HasPrefix(note[i+1], beginning) {
				return true
			}
		}
		return false
	}
	for typed, want := range map[string]func(note []string) bool{
		"draw":          func(n []string) bool { return begins(n, "draw") },
		"DRAWI":         func(n []string) bool { return begins(n, "drawi") },
		"dräw":          func(n []string) bool { return begins(n, "draw") },
		"drawings":      func(n []string) bool { return begins(n, "drawings") },
		"dra":           func(n []string) bool { return begins(n, "dra") },
		"part":          func(n []string) bool { return begins(n, "part") },
		"part1":         func(n []string) bool { return begins(n, "part1") },
		"nothing":       func([]string) bool { return false },
		"draw@d":        func(n []string) bool { return slices.Contains(plainOf(n), "draw") },
		"draw.invo":     func(n []string) bool { return follows(n, "draw", "invo") },
		`"draw invoi`:   func(n []string) bool { return follows(n, "draw", "invo") },
		"draw-part":     func(n []string) bool { return follows(n, "draw", "part") },
		"deli* draw":    func(n []string) bool { return begins(n, "deli") && begins(n, "draw") },
		"deliv* -draw*": func(n []string) bool { return begins(n, "deliv") && !begins(n, "draw") },
	} {
		var expect []int64
		for i := range slices.Backward(notes) {
			if want(notes[i]) {
				expect = append(expect, int64(i+1))
			}
		}
		var got []int64
		hits, err := search.Find(ctx, db.Reader(), search.Parse(typed, time.Now()), search.PersonNote, len(notes))
		for _, h := range hits {
			got = append(got, h.ID)
		}
		if err != nil || !slices.Equal(got, expect) {
			t.Errorf("%q finds %d, not %d (%v)\n%v\n%v", typed, len(got), len(expect), err, got, expect)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := search.Find(gone, db.Reader(), search.Parse("draw", time.Now()), search.PersonNote, 9); err == nil {
		t.Error("a search that was given up gave no error")
	}
}
