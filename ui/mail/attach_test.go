package mail

import (
	"context"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/uitest"
)

func file(name, text string) picked {
	return picked{name: name, size: int64(len(text)), open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// give has the next file asked for be this one.
func (f *fixture) give(p picked, err error) {
	f.pick = func(_ fyne.Window, done func(picked, error)) { done(p, err) }
	f.t.Helper()
	if !uitest.Press(f.writing.object, "Attach a file") {
		f.t.Fatal("no way to attach")
	}
}

func TestFilesGoWithTheMail(t *testing.T) {
	shelf := &shelf{kept: map[string]string{}}
	f := open(t, size, shelf, question)
	id := f.choose(0)
	f.Reply()
	f.give(file("offer.pdf", "forty pallets"), nil)
	w := f.writing
	f.Until("it is copied", func() bool { return len(w.files.files) == 1 })
	f.give(file("huge.iso", ""), nil)
	f.Until("the empty file is copied", func() bool { return len(w.files.files) == 2 })
	if !uitest.Shows(w.object, "offer.pdf") || !uitest.Shows(w.object, "13 bytes") {
		t.Fatal(uitest.Texts(w.object))
	}
	if !uitest.Press(w.object, "Remove huge.iso") || uitest.Shows(w.object, "huge.iso") {
		t.Fatal("it stays")
	}
	f.Until("the draft names it", func() bool { return strings.Contains(shelf.get(replyKey(id)), `"files":[`) })

	// The page is left and come back to: the file is still there.
	f.choose(1)
	f.choose(0)
	f.Until("the draft is back", func() bool { return f.writing != nil && len(f.writing.files.files) == 1 })
	w = f.writing
	w.text.SetText("Here it is.")
	test.Tap(w.send)
	f.Settle()
	items, err := f.data.Outbox(t.Context())
	if err != nil || len(items) != 1 || len(items[0].Files) != 1 || items[0].Files[0].Name != "offer.pdf" {
		t.Fatalf("%+v, %v", items, err)
	}
	f.Undo()
	f.Until("taken back with its file", func() bool { return f.writing != nil && len(f.writing.files.files) == 1 })
	f.writing.discard()
	f.Until("and forgotten", func() bool {
		files, err := f.data.Files(t.Context(), items[0].Answer.Files)
		return err == nil && len(files) == 0
	})
}

func TestFilesThatCannotGo(t *testing.T) {
	f := open(t, size, nil, question)
	f.choose(0)
	f.Reply()
	big := file("film.mov", "")
	big.size = mirror.MaxFileSize + 1
	f.give(big, nil)
	if !uitest.Shows(f.writing.object, "“film.mov” has 157 MB; a mail can carry 157 MB at most") {
		t.Fatal(uitest.Texts(f.writing.object))
	}
	f.give(picked{}, errNoFile)
	if !uitest.Shows(f.writing.object, "This file cannot be read.") {
		t.Fatal(uitest.Texts(f.writing.object))
	}
	broken := file("gone.txt", "x")
	broken.open = func() (io.ReadCloser, error) { return nil, os.ErrNotExist }
	f.give(broken, nil)
	f.Until("it is told", func() bool { return uitest.Shows(f.writing.object, "“gone.txt” cannot be read.") })
	if len(f.writing.files.files)+len(f.writing.files.copying) != 0 {
		t.Fatal("it counts as attached")
	}
	if _, err := fileAt(t.TempDir()); !errors.Is(err, errNoFile) {
		t.Fatal(err)
	}
}

// slowRead lets a copy hang until it is let go.
type slowRead struct{ hold chan struct{} }

func (s slowRead) Read([]byte) (int, error) { <-s.hold; return 0, io.EOF }
func (s slowRead) Close() error             { return nil }

func TestNothingIsSentWhileAFileIsCopied(t *testing.T) {
	f := open(t, size, nil, question)
	f.choose(0)
	f.Reply()
	hold := make(chan struct{})
	slow := file("slow.bin", "12345")
	slow.open = func() (io.ReadCloser, error) { return slowRead{hold}, nil }
	f.give(slow, nil)
	w := f.writing
	w.text.SetText("Here")
	test.Tap(w.send)
	if f.data.sends != 0 || !uitest.Shows(w.object, "A file is still being copied") {
		t.Fatal(uitest.Texts(w.object))
	}
	w.discard()
	close(hold)
	f.Until("what was copied for nothing is forgotten", func() bool {
		var n int
		must(t, f.DB().Reader().QueryRowContext(context.WithoutCancel(t.Context()), `SELECT count(*) FROM outbox_file`).Scan(&n))
		return n == 0
	})
}

// Pictures for whoever wants to look: SUPERCRM_SHOTS names a folder.
func TestAttachPictures(t *testing.T) {
	dir := os.Getenv("SUPERCRM_SHOTS")
	if dir == "" {
		t.Skip("SUPERCRM_SHOTS is not set")
	}
	for name, mode := range map[string]kit.Mode{"light": kit.ModeLight, "dark": kit.ModeDark} {
		for _, s := range []fyne.Size{fyne.NewSize(932, 720), fyne.NewSize(676, 560)} {
			f := open(t, s, nil, question)
			f.choose(0)
			f.Reply()
			w := f.writing
			for i, n := range []string{"Offer for the new line, delivery in week 49, signed by both sides.pdf", "note.txt", "drawings.zip"} {
				f.give(file(n, strings.Repeat("x", 1000*(i+1))), nil)
				f.Until("copied", func() bool { return len(w.files.files) == i+1 })
			}
			fyne.CurrentApp().Settings().SetTheme(kit.NewTheme(mode))
			f.Settle()
			out, err := os.Create(filepath.Join(dir, "attach-"+name+"-"+map[bool]string{true: "large", false: "small"}[s.Width > 700]+".png"))
			must(t, err)
			must(t, errors.Join(png.Encode(out, f.Window().Canvas().Capture()), out.Close()))
		}
	}
}

// The dialog that asks for a file comes up, Escape leaves it, and then keys mean what they meant before.
func TestAFileIsAskedFor(t *testing.T) {
	f := open(t, size, &shelf{kept: map[string]string{}}, question)
	w := f.Window()
	keys := 0
	w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { keys++ })
	for round := range 2 {
		pickFile(w, func(picked, error) { t.Error("nothing was picked") })
		if w.Canvas().Overlays().Top() == nil {
			t.Fatal("no dialog")
		}
		w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyDown})
		w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if w.Canvas().Overlays().Top() != nil || keys != round {
			t.Fatalf("the dialog stays, or its keys went through: %d", keys)
		}
		w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	}
	if keys != 2 {
		t.Errorf("%d keys arrived", keys)
	}
}
