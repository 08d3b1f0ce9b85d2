package calendar

import (
	"fmt"
	"hash/fnv"
	"image/color"
	"strings"
	"sync"

	"fyne.io/fyne/v2"

	"supercrm/assets"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
)

// hue is one calendar or category colour in one variant: muted ground, strong bar, and text that keeps contrast AA
// (4.5 : 1) on the ground.
type hue struct{ ground, bar, text color.NRGBA }

type hues struct{ light, dark hue }

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func both(lg, lb, lt, dg, db, dt uint32) hues {
	return hues{hue{rgb(lg), rgb(lb), rgb(lt)}, hue{rgb(dg), rgb(db), rgb(dt)}}
}

var colors = map[string]hues{
	"blue":   both(0xDDE7FA, 0x4C7BD9, 0x1D3A72, 0x26344F, 0x6F9BEE, 0xCFDEFA),
	"green":  both(0xDCEFE0, 0x4A9A63, 0x1B4D2C, 0x213C2D, 0x62B37E, 0xC9EBD4),
	"orange": both(0xFBE7D3, 0xD9822B, 0x6B3A08, 0x46331F, 0xE29A54, 0xF8DDC0),
	"gray":   both(0xE6E9EE, 0x7A8699, 0x333D4D, 0x30363F, 0x8B97A8, 0xD7DDE5),
	"yellow": both(0xF8EFC6, 0xC2A012, 0x554404, 0x3F3A1E, 0xCDB24A, 0xF2E7B8),
	"teal":   both(0xD5EEEE, 0x2F9296, 0x0E484B, 0x1D3C40, 0x55B3B7, 0xC3EAEC),
	"pink":   both(0xFADFEC, 0xCB5C93, 0x6F1D45, 0x46293A, 0xDE82B0, 0xF9D3E5),
	"brown":  both(0xEEE3DA, 0x946B4A, 0x4E3420, 0x3B3028, 0xB58C6B, 0xEADACC),
	"red":    both(0xFADEDC, 0xCF5148, 0x73211B, 0x482A29, 0xE57D75, 0xF9D2CF),
	"purple": both(0xE8E1F8, 0x7F66C7, 0x3E2C78, 0x352F4D, 0xA08BE0, 0xE0D7F8),
}

// byName are the words that name a colour in Graph's calendarColor ("lightTeal") and in Outlook's own category names
// ("Blue category"); cyan and the like are near enough.
var byName = []struct{ word, color string }{
	{"blue", "blue"}, {"green", "green"}, {"orange", "orange"}, {"gray", "gray"}, {"grey", "gray"}, {"yellow", "yellow"},
	{"teal", "teal"}, {"cyan", "teal"}, {"pink", "pink"}, {"brown", "brown"}, {"red", "red"}, {"purple", "purple"},
}

func named(name string) string {
	name = strings.ToLower(name)
	for _, n := range byName {
		if strings.Contains(name, n.word) {
			return n.color
		}
	}
	return ""
}

// spare are the colours for what has a name but no colour: the same name has always the same one.
var spare = []string{"teal", "purple", "orange", "green", "pink", "brown", "yellow", "red"}

// colorOf is the name of an event's colour: its first category's, else its calendar's ("auto" is blue).
func colorOf(e *mirror.Event, calendarColor string) string {
	if len(e.Categories) > 0 {
		if c := named(e.Categories[0]); c != "" {
			return c
		}
		h := fnv.New32a()
		h.Write([]byte(strings.ToLower(e.Categories[0])))
		return spare[h.Sum32()%uint32(len(spare))]
	}
	if c := named(calendarColor); c != "" {
		return c
	}
	return "blue"
}

func hueOf(name string) hue {
	h, ok := colors[name]
	if !ok {
		h = colors["blue"]
	}
	if kit.IsDark() {
		return h.dark
	}
	return h.light
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
	h := hueOf(color)
	l := look{ground: h.ground, border: h.ground, bar: h.bar, title: h.text, text: mix(h.text, h.ground, 0.1)}
	switch k {
	case tentative:
		l.ground = page
		l.border = mix(h.bar, page, 0.3)
	case free:
		l.ground = mix(h.ground, page, 0.55)
		l.border = l.ground
		l.bar = mix(h.bar, page, 0.45)
	case off:
		l.ground = page
		l.border = mix(h.bar, page, 0.7)
		l.bar = mix(h.bar, page, 0.6)
		l.title, l.text = mix(h.text, page, 0.25), mix(h.text, page, 0.25)
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
