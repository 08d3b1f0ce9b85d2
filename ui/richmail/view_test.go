package richmail

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"supercrm/ui/kit"
)

// shown is a view in a window of a width.
func shown(t testing.TB, width float32, d *Doc) (*View, *kit.TallScroll) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(kit.ModeLight))
	v := NewView()
	v.Set(d)
	scroll := kit.NewTallScroll(v)
	v.OnReflow = scroll.Reflow
	w := test.NewTempWindow(t, scroll)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(width, 400))
	return v, scroll
}

// texts collects what an object draws, and calls each for the flows and buttons in it.
func texts(o fyne.CanvasObject, each func(fyne.CanvasObject)) string {
	var b strings.Builder
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		if each != nil {
			each(o)
		}
		switch o := o.(type) {
		case *canvas.Text:
			b.WriteString(o.Text + "\n")
		case *widget.Label:
			b.WriteString(o.Text + "\n")
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(o).Objects() {
				walk(c)
			}
		}
	}
	walk(o)
	return b.String()
}

func button(t testing.TB, o fyne.CanvasObject, label string) *kit.Button {
	t.Helper()
	var found *kit.Button
	texts(o, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Label == label {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("no button %q", label)
	}
	return found
}

func TestTextWrapsWithinTheWidthAndLosesNothing(t *testing.T) {
	text := strings.Repeat("lorem <b>ipsum</b>dolor, <a href='https://x.example/a'>sit amet</a> ", 40) + strings.Repeat("x", 300)
	v, _ := shown(t, 300, HTML(text, nil))
	for _, width := range []float32{300, 120, 700, 40} {
		v.Resize(fyne.NewSize(width, v.MinSize().Height))
		var drawn strings.Builder
		texts(v, func(o fyne.CanvasObject) {
			f, ok := o.(*flow)
			if !ok {
				return
			}
			var bottom float32
			for _, o := range test.WidgetRenderer(f).Objects() {
				switch o := o.(type) {
				case *canvas.Text:
					drawn.WriteString(o.Text)
					if right := o.Position().X + fyne.MeasureText(strings.TrimRight(o.Text, " "), o.TextSize, o.TextStyle).Width; right > width+2 {
						t.Errorf("width %v: %q ends at %v", width, o.Text, right)
					}
				case *linkRun:
					drawn.WriteString(o.text.Text)
				}
				bottom = max(bottom, o.Position().Y+o.Size().Height)
			}
			if h := f.MinSize().Height; bottom > h+0.5 {
				t.Errorf("width %v: drawn down to %v of %v", width, bottom, h)
			}
		})
		strip := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got, want := strip(drawn.String()), strip(HTML(text, nil).Text()); got != want {
			t.Errorf("width %v: text was lost:\n%s\n%s", width, got, want)
		}
	}
}

func TestHistoryIsFoldedAway(t *testing.T) {
	v, scroll := shown(t, 400, HTML("<p>Yes.</p><div class=gmail_quote>On Monday A wrote:<blockquote>the question</blockquote></div>", nil))
	if s := texts(v, nil); strings.Contains(s, "question") || !strings.Contains(s, "Yes.") {
		t.Fatal(s)
	}
	before := v.MinSize().Height
	test.Tap(button(t, scroll, "Show quoted text"))
	if s := texts(v, nil); !strings.Contains(s, "the question") {
		t.Fatal(s)
	}
	if v.MinSize().Height <= before {
		t.Fatal("no higher")
	}
	test.Tap(button(t, scroll, "Hide quoted text"))
	if strings.Contains(texts(v, nil), "question") {
		t.Fatal("still shown")
	}
}

func TestLongBodiesAreShownInParts(t *testing.T) {
	v, scroll := shown(t, 400, HTML(strings.Repeat("<p>x</p>", 900)+"<p>the end</p>", nil))
	if strings.Contains(texts(v, nil), "the end") {
		t.Fatal("all of it is drawn")
	}
	test.Tap(button(t, scroll, "Show more"))
	test.Tap(button(t, scroll, "Show more"))
	if !strings.Contains(texts(v, nil), "the end") {
		t.Fatal("the end does not come")
	}
}

func TestHostileBodiesAreDrawnInBoundedTime(t *testing.T) {
	for name, body := range hostile() {
		d := HTML(body, nil)
		began := time.Now()
		v, _ := shown(t, 400, d)
		v.Resize(fyne.NewSize(333, 10))
		v.MinSize()
		if took := time.Since(began); took > 45*time.Second {
			t.Errorf("%s took %v", name, took)
		} else {
			t.Logf("%s took %v", name, took)
		}
	}
}

func TestLinks(t *testing.T) {
	v, scroll := shown(t, 600, HTML(`<p><a href="https://good.example/a">click</a></p><p><a href="https://evil.com/">https://bank.com</a></p><p>after</p>`, nil))
	var opened []string
	v.OnLink = func(l string) { opened = append(opened, l) }
	tap := func(text string) {
		t.Helper()
		var link *linkRun
		texts(scroll, func(o fyne.CanvasObject) {
			if l, ok := o.(*linkRun); ok && l.text.Text == text {
				link = l
			}
		})
		if link == nil {
			t.Fatalf("no link %q", text)
		}
		test.Tap(link)
	}
	tap("click")
	if len(opened) != 1 || opened[0] != "https://good.example/a" {
		t.Fatal(opened)
	}
	tap("https://bank.com")
	if len(opened) != 1 {
		t.Fatal("a deceptive link was opened without asking")
	}
	if s := texts(v, nil); !strings.Contains(s, "evil.com") {
		t.Fatal(s)
	}
	test.Tap(button(t, scroll, "Do not open"))
	if len(opened) != 1 || strings.Contains(texts(v, nil), "evil.com") {
		t.Fatal("the question stays")
	}
	tap("https://bank.com")
	test.Tap(button(t, scroll, "Open evil.com"))
	if len(opened) != 2 || opened[1] != "https://evil.com/" {
		t.Fatal(opened)
	}
}

func TestTextCanBeSelected(t *testing.T) {
	v, _ := shown(t, 400, HTML("<p>One</p><p>Two</p>", nil))
	v.SetSelecting(true)
	selectable := false
	s := texts(v, func(o fyne.CanvasObject) {
		if l, ok := o.(*widget.Label); ok {
			selectable = l.Selectable
		}
	})
	if !selectable || !strings.Contains(s, "One\n\nTwo") {
		t.Fatalf("%v %q", selectable, s)
	}
	v.SetSelecting(false)
	if s := texts(v, nil); s != "One\nTwo\n" {
		t.Fatalf("%q", s)
	}
}

func TestColoursFollowTheTheme(t *testing.T) {
	v, _ := shown(t, 400, HTML(`<p style="color:#000"><font color=black>Text</font></p>`, nil))
	colour := func() (got any) {
		texts(v, func(o fyne.CanvasObject) {
			if c, ok := o.(*canvas.Text); ok {
				got = c.Color
			}
		})
		return got
	}
	light := colour()
	fyne.CurrentApp().Settings().SetTheme(kit.NewTheme(kit.ModeDark))
	v.Set(v.Doc())
	if dark := colour(); dark == light || dark != kit.Color(kit.ColorText) {
		t.Fatal(light, dark)
	}
}

func TestPiecesPartLongText(t *testing.T) {
	text := strings.Repeat("ä line of text\n", 2000) + strings.Repeat("ü", 20_000)
	parts := pieces(text)
	if strings.Join(parts, "") != text {
		t.Fatal("text was lost")
	}
	for _, p := range parts {
		if len(p) > 6100 {
			t.Fatal(len(p))
		}
	}
}

// BenchmarkViewLayout lays a first screenful of a long mail out in another width, as dragging the window does.
func BenchmarkViewLayout(b *testing.B) {
	v, _ := shown(b, 400, HTML(strings.Repeat("<p>Hello <b>there</b>, see <a href='https://x.example/a'>this</a> and much more text that wraps over a line or two.</p>", 1000), nil))
	width := float32(400)
	for b.Loop() {
		width = 900 - width
		v.Resize(fyne.NewSize(width, 100))
		v.MinSize()
	}
}
