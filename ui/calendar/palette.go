package calendar

import (
	"fmt"
	"image/color"
	"strings"
	"sync"

	"fyne.io/fyne/v2"

	"supercrm/assets"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
)

// category names a category of an account, in lower case.
type category struct {
	account int64
	name    string
}

// colorOf is the name of an event's colour: its first category's as the mailbox has it, or by its name where the mailbox has
// none for it; without categories its calendar's ("auto" is blue).
func colorOf(e *mirror.Event, categories map[category]string, calendarColor string) string {
	if len(e.Categories) > 0 {
		if c := categories[category{e.AccountID, strings.ToLower(e.Categories[0])}]; c != "" {
			return c
		}
		if c := kit.HueNamed(e.Categories[0]); c != "" {
			return c
		}
		return kit.HueByName(e.Categories[0])
	}
	if c := kit.HueNamed(calendarColor); c != "" {
		return c
	}
	return "blue"
}

// mix is a colour part of the way (0…1) to another.
func mix(a, b color.NRGBA, part float32) color.NRGBA {
	f := func(x, y uint8) uint8 { return uint8(float32(x) + (float32(y)-float32(x))*part + 0.5) }
	return color.NRGBA{R: f(a.R, b.R), G: f(a.G, b.G), B: f(a.B, b.B), A: 0xff}
}

// look is how a block is drawn.
type look struct {
	ground, border, bar color.NRGBA
	title, text         color.NRGBA
	strike              bool
}

// kind is the standing of an event that changes how it is drawn.
type kind int

const (
	firm      kind = iota
	tentative      // not answered or only perhaps: outlined
	free           // does not take the time: paler
	off            // declined or cancelled: struck through
)

func kindOf(e *mirror.Event) kind {
	switch {
	case e.Cancelled, e.Response == "declined":
		return off
	case e.ShowAs == "tentative", !e.IsOrganizer && (e.Response == "tentativelyAccepted" || e.Response == "notResponded"):
		return tentative
	case e.ShowAs == "free":
		return free
	}
	return firm
}

// lookOf gives the colours of a block. Everything is opaque, so that the contrast of text is that of two colours; a
// test measures it for every hue, kind and variant.
func lookOf(color string, k kind, past bool, page color.NRGBA) look {
	h := kit.HueOf(color)
	l := look{ground: h.Ground, border: h.Ground, bar: h.Bar, title: h.Text, text: mix(h.Text, h.Ground, 0.1)}
	switch k {
	case tentative:
		l.ground = page
		l.border = mix(h.Bar, page, 0.3)
	case free:
		l.ground = mix(h.Ground, page, 0.55)
		l.border = l.ground
		l.bar = mix(h.Bar, page, 0.45)
	case off:
		l.ground = page
		l.border = mix(h.Bar, page, 0.7)
		l.bar = mix(h.Bar, page, 0.6)
		l.title, l.text = mix(h.Text, page, 0.25), mix(h.Text, page, 0.25)
		l.strike = true
	}
	if past {
		l.ground, l.border, l.bar = mix(l.ground, page, 0.4), mix(l.border, page, 0.4), mix(l.bar, page, 0.45)
		if k != off {
			l.title, l.text = mix(l.title, page, 0.15), mix(l.text, page, 0.08)
		}
	}
	return l
}

var iconCache sync.Map // "name#rrggbb" → fyne.Resource; the icons on blocks in the colours of the palette

// iconIn is an icon in a colour that is not the theme's.
func iconIn(name string, c color.NRGBA) fyne.Resource {
	hex := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	if r, ok := iconCache.Load(name + hex); ok {
		return r.(fyne.Resource)
	}
	r, _ := iconCache.LoadOrStore(name+hex, fyne.NewStaticResource("calendar-"+name+"-"+hex[1:]+".svg", assets.Icon(name, hex)))
	return r.(fyne.Resource)
}

// opaque is a theme colour as the palette counts.
func opaque(name fyne.ThemeColorName) color.NRGBA {
	return color.NRGBAModel.Convert(kit.Color(name)).(color.NRGBA)
}

// ColorOf is the name of a calendar's colour. One that somebody else shares and that has none differs from one's own.
func ColorOf(c mirror.Calendar) string {
	if name := kit.HueNamed(c.Color); name != "" {
		return name
	}
	if c.Owner.Addr != "" {
		return kit.HueByName(c.Owner.Addr)
	}
	return "blue"
}
