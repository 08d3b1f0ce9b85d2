package mail

import (
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/ui/kit"
	"supercrm/ui/uitest"
)

// The box says what of a query it left out, how far back it has looked, and how to look further.
func TestSearchSaysWhatItDid(t *testing.T) {
	f := open(t, size, nil, func(f *fixture, tx *store.Tx) {
		many(f, tx, 3)
		f.add(tx, letter{folder: "archive", subject: "Offer of spring", age: 24 * time.Hour * 200})
	})
	asked := ""
	f.OnServer = func(text string) { asked = text }
	type says map[string]bool
	const since, server, none = "Mail kept here goes back to", "Search on the server", "Nothing to look for yet"
	for _, c := range []struct {
		typed string
		found int
		says  says
	}{
		{"offer", 1, says{since: true, server: true, none: false, "not a date": false}},
		{"before:foo offer", 1, says{since: true, server: true, "“foo” is not a date": true, none: false}},
		{"before:foo", 0, says{since: false, server: false, "“foo” is not a date": true, none: true, "Write it as it says": true}},
		{"is:big has:wings offer", 1, says{"is:unread, is:read": true, "has:attachment": true}},
		{"-offer ", 0, says{server: false, none: true, "Add a word that has to be there": true}},
		{"in:archive", 1, says{since: true, server: false, none: false}},
		{"nothing like it", 0, says{server: true, none: false, "No message on this computer has all of this": true}},
		{"", 3, says{since: false, server: false, none: false}},
	} {
		f.list.head.search.SetText(c.typed)
		f.Until(c.typed, func() bool { return f.list.source.query == strings.TrimSpace(c.typed) && !f.list.reading })
		if n := len(f.list.model.ids); n != c.found {
			t.Errorf("%q finds %d", c.typed, n)
		}
		for text, want := range c.says {
			if uitest.Shows(f.list.object, text) != want {
				t.Errorf("%q: that it says %q is not %v: %q", c.typed, text, want, uitest.Texts(f.list.object))
			}
		}
		head := f.list.head.object
		if head.Size().Height != head.MinSize().Height {
			t.Errorf("%q: the head has %v of %v", c.typed, head.Size().Height, head.MinSize().Height)
		}
	}
	f.list.head.search.SetText("offer from:anna ")
	f.Until("the way to the server", func() bool { return uitest.Press(f.list.object, server) })
	if asked != "offer from:anna" {
		t.Errorf("the server is asked for %q", asked)
	}
	f.list.head.clear()
	f.Settle()
	if uitest.Shows(f.list.object, server) || !slices.Contains(f.screen(), "Message 0") {
		t.Error("the note stays after the search")
	}
}

// Pictures for whoever wants to look: SUPERCRM_SHOTS names a folder.
func TestSearchPictures(t *testing.T) {
	dir := os.Getenv("SUPERCRM_SHOTS")
	if dir == "" {
		t.Skip("SUPERCRM_SHOTS is not set")
	}
	for name, mode := range map[string]kit.Mode{"light": kit.ModeLight, "dark": kit.ModeDark} {
		for what, s := range map[string]fyne.Size{"large": fyne.NewSize(932, 720), "small": fyne.NewSize(620, 560)} {
			for n, query := range []string{"message", "message before:nextsummersometime is:big", "before:foo", "nothinglikeit"} {
				f := open(t, s, nil, func(f *fixture, tx *store.Tx) { many(f, tx, 9) })
				fyne.CurrentApp().Settings().SetTheme(kit.NewTheme(mode))
				if what == "small" {
					f.list.object.Resize(fyne.NewSize(240, s.Height)) // as narrow as the list can be made
				}
				f.list.head.search.SetText(query)
				f.Settle()
				out, err := os.Create(filepath.Join(dir, "search-"+name+"-"+what+"-"+string(rune('1'+n))+".png"))
				must(t, err)
				must(t, errors.Join(png.Encode(out, f.Window().Canvas().Capture()), out.Close()))
			}
		}
	}
}
