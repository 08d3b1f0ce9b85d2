package zones

import (
	"errors"
	"testing"
)

func TestEveryRowLoads(t *testing.T) {
	if n := len(Names()); n < 135 {
		t.Fatalf("only %d zones in the table", n)
	}
	for _, name := range Names() {
		if _, err := Load(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		iana, ok := IANA(name)
		if !ok {
			t.Errorf("%s has no IANA name", name)
		}
		if back, ok := Windows(iana); !ok || back != name {
			t.Errorf("%s → %s → %s", name, iana, back)
		}
	}
	for iana := range load().windows {
		if _, err := Load(iana); err != nil {
			t.Errorf("%s: %v", iana, err)
		}
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "W. Europe Standard Time", "w. europe standard time", "UTC"} {
		if _, err := Load(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "Local", "../etc/passwd", "Mars/Olympus", "tzone://Microsoft/Custom"} {
		if _, err := Load(name); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v, want ErrUnknown", name, err)
		}
	}
	if w, _ := Windows("Europe/Vienna"); w != "W. Europe Standard Time" {
		t.Errorf("Vienna: %q", w)
	}
}
