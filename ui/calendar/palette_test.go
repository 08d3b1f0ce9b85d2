package calendar

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
)

// luminance and contrast are those of WCAG 2.1.
func luminance(c color.NRGBA) float64 {
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestTextOnBlocksKeepsContrast(t *testing.T) {
	app := test.NewTempApp(t)
	for _, m := range []kit.Mode{kit.ModeLight, kit.ModeDark} {
		app.Settings().SetTheme(kit.NewTheme(m))
		for _, ground := range []fyne.ThemeColorName{kit.ColorPage, kit.ColorOffHour} {
			for _, name := range kit.HueNames() {
				for _, k := range []kind{firm, tentative, free, off} {
					for _, past := range []bool{false, true} {
						l := lookOf(name, k, past, opaque(ground))
						for _, c := range []color.NRGBA{l.title, l.text} {
							if got := contrast(c, l.ground); got < 4.5 {
								t.Errorf("mode %d, %s, kind %d, past %v: %.2f", m, name, k, past, got)
							}
						}
					}
				}
			}
		}
		g := ghostLook()
		if got := contrast(g.text, g.ground); got < 4.5 {
			t.Errorf("ghost: %.2f", got)
		}
	}
}

func TestColorOf(t *testing.T) {
	for want, e := range map[string]mirror.Event{
		"red": {Categories: []string{"Red category", "Blue category"}}, "teal": {}, "purple": {Categories: []string{"PURPLE"}},
	} {
		if got := colorOf(&e, nil, "lightTeal"); got != want {
			t.Errorf("%v: %q, want %q", e.Categories, got, want)
		}
	}
	if colorOf(&mirror.Event{}, nil, "auto") != "blue" {
		t.Error("a calendar without a colour is blue")
	}
	e := mirror.Event{Categories: []string{"Customer"}}
	if a, b := colorOf(&e, nil, "auto"), colorOf(&mirror.Event{Categories: []string{"customer"}}, nil, "lightRed"); a != b {
		t.Errorf("one category, two colours: %s %s", a, b)
	}
	e.AccountID = 2
	if got := colorOf(&e, map[category]string{{1, "customer"}: "red", {2, "customer"}: "brown"}, "auto"); got != "brown" {
		t.Errorf("the mailbox's colour is brown, not %s", got)
	}
}

func TestKindOf(t *testing.T) {
	for i, c := range []struct {
		e    mirror.Event
		want kind
	}{
		{mirror.Event{IsOrganizer: true, ShowAs: "busy"}, firm}, {mirror.Event{ShowAs: "busy", Response: "accepted"}, firm},
		{mirror.Event{ShowAs: "tentative", Response: "tentativelyAccepted"}, tentative}, {mirror.Event{ShowAs: "busy", Response: "notResponded"}, tentative},
		{mirror.Event{IsOrganizer: true, ShowAs: "free"}, free}, {mirror.Event{ShowAs: "free", Response: "declined"}, off}, {mirror.Event{Cancelled: true, IsOrganizer: true}, off},
	} {
		if got := kindOf(&c.e); got != c.want {
			t.Errorf("%d: %d, want %d", i, got, c.want)
		}
	}
}
