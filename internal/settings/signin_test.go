package settings

import (
	"path/filepath"
	"testing"

	"supercrm/internal/store"
)

func TestSignInSettings(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "supercrm.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := New(db)
	if got, err := s.LoadSignIn(t.Context()); err != nil || got != (SignIn{}) {
		t.Fatalf("unsaved: %+v, %v", got, err)
	}
	for _, want := range []SignIn{
		{ClientID: "id", Tenant: "contoso.example", Cloud: "custom", LoginURL: "https://l", GraphURL: "https://g/v1.0", DeviceCode: true},
		{Cloud: "china"},
		{},
	} {
		if err := s.SaveSignIn(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.LoadSignIn(t.Context()); err != nil || got != want {
			t.Errorf("saved %+v, read %+v, %v", want, got, err)
		}
	}
}
