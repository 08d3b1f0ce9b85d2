package settings

import (
	"path/filepath"
	"testing"

	"supercrm/internal/store"
)

func TestValuesAreKeptReplacedAndForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "supercrm.db")
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s := New(db)
	if v, err := s.Load(t.Context(), "theme"); v != "" || err != nil {
		t.Fatalf("unsaved: %q, %v", v, err)
	}
	for _, v := range []string{"dark", "light"} {
		if err := s.Save(t.Context(), "theme", v); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	if db, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s = New(db)
	if v, err := s.Load(t.Context(), "theme"); v != "light" || err != nil {
		t.Fatalf("after reopening: %q, %v", v, err)
	}
	if err := s.Delete(t.Context(), "theme"); err != nil {
		t.Fatal(err)
	}
	if v, _ := s.Load(t.Context(), "theme"); v != "" {
		t.Fatalf("deleted: %q", v)
	}
	for _, name := range []string{"mail.draft.1", "mail.draft.2", "mailbox"} {
		if err := s.Save(t.Context(), name, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeleteAll(t.Context(), "mail."); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"mail.draft.1": "", "mail.draft.2": "", "mailbox": "x"} {
		if v, err := s.Load(t.Context(), name); v != want || err != nil {
			t.Errorf("%s: %q, %v", name, v, err)
		}
	}
}
