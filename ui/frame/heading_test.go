package frame

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// plain is a page with a header of a width, crowded one that wants the title's room.
type plain struct {
	page.Page
	header fyne.CanvasObject
}

func (p *plain) ID() page.ID               { return page.Mail }
func (p *plain) Title() string             { return "Calendar" }
func (p *plain) Object() fyne.CanvasObject { return container.NewStack() }
func (p *plain) Header() fyne.CanvasObject { return p.header }
func (p *plain) Shown()                    {}
func (p *plain) Hidden()                   {}

type crowded struct{ plain }

func (crowded) HeaderWants() float32 { return 300 }

// The title gives way only to a page that says it wants the room, and only while there is none.
func TestTheTitleGivesWay(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(kit.NewTheme(kit.ModeLight))
	header := canvas.NewRectangle(nil)
	header.SetMinSize(fyne.NewSize(200, 20))
	for _, c := range []struct {
		name  string
		page  page.Page
		width float32
		shown bool
	}{
		{"a plain page", &plain{header: header}, 220, true},
		{"room for both", &crowded{plain{header: header}}, 600, true},
		{"a narrow window", &crowded{plain{header: header}}, 320, false},
	} {
		f := New([]page.Page{c.page}, container.NewStack(), func(fn func()) { fn() })
		f.Show(page.Mail)
		box := container.New(heading{f}, f.title, f.actions)
		box.Resize(fyne.NewSize(c.width, 40))
		if f.title.Visible() != c.shown {
			t.Errorf("%s: the title is shown: %v", c.name, f.title.Visible())
		}
		from := float32(0)
		if c.shown {
			from = f.title.Position().X + f.title.Size().Width
		}
		if at := f.actions.Position().X; at < from || f.actions.Size().Width+at != c.width {
			t.Errorf("%s: actions at %v of %v", c.name, at, f.actions.Size())
		}
	}
}
