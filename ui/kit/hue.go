package kit

import (
	"hash/fnv"
	"image/color"
	"maps"
	"slices"
	"strings"
)

// Hue is one calendar or category colour in one variant: muted ground, strong bar, and text that keeps contrast AA
// (4.5 : 1) on the ground.
type Hue struct{ Ground, Bar, Text color.NRGBA }

type hues struct{ light, dark Hue }

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func both(lg, lb, lt, dg, db, dt uint32) hues {
	return hues{Hue{rgb(lg), rgb(lb), rgb(lt)}, Hue{rgb(dg), rgb(db), rgb(dt)}}
}

var hueTable = map[string]hues{
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
var hueWords = []struct{ word, color string }{
	{"blue", "blue"}, {"green", "green"}, {"orange", "orange"}, {"gray", "gray"}, {"grey", "gray"}, {"yellow", "yellow"},
	{"teal", "teal"}, {"cyan", "teal"}, {"pink", "pink"}, {"brown", "brown"}, {"red", "red"}, {"purple", "purple"},
}

// HueNamed finds the colour that a name speaks of; "" for none.
func HueNamed(name string) string {
	name = strings.ToLower(name)
	for _, n := range hueWords {
		if strings.Contains(name, n.word) {
			return n.color
		}
	}
	return ""
}

// HueOf is a colour by the name that HueNamed gives, in the variant that is on; blue for none that it knows.
func HueOf(name string) Hue {
	h, ok := hueTable[name]
	if !ok {
		h = hueTable["blue"]
	}
	if IsDark() {
		return h.dark
	}
	return h.light
}

// presets are the colours of Outlook's 25 category presets (learn.microsoft.com/graph/api/resources/outlookcategory): a name of
// HueNamed, and whether it is the dark one of two.
var presets = map[string]struct {
	name string
	dark bool
}{
	"preset0": {"red", false}, "preset1": {"orange", false}, "preset2": {"brown", false}, "preset3": {"yellow", false}, "preset4": {"green", false},
	"preset5": {"teal", false}, "preset6": {"yellow", true}, "preset7": {"blue", false}, "preset8": {"purple", false}, "preset9": {"pink", false},
	"preset10": {"gray", false}, "preset11": {"gray", true}, "preset12": {"gray", false}, "preset13": {"gray", true}, "preset14": {"gray", true},
	"preset15": {"red", true}, "preset16": {"orange", true}, "preset17": {"brown", true}, "preset18": {"yellow", true}, "preset19": {"green", true},
	"preset20": {"teal", true}, "preset21": {"green", true}, "preset22": {"blue", true}, "preset23": {"purple", true}, "preset24": {"pink", true},
}

// CategoryHue is the colour of a category: by its preset, gray for none. The dark presets change ground and text, so that
// their contrast is that of the light ones.
func CategoryHue(preset string) Hue {
	p, ok := presets[preset]
	if !ok {
		return HueOf("gray")
	}
	h := HueOf(p.name)
	if p.dark {
		h.Ground, h.Text = h.Text, h.Ground
	}
	return h
}

// CategoryColor is the name of a category's colour by its preset; "" for one without.
func CategoryColor(preset string) string { return presets[preset].name }

// Spare are the colours for what has a name but no colour.
var spare = []string{"teal", "purple", "orange", "green", "pink", "brown", "yellow", "red"}

// HueByName is a colour for something by its name: the same name has always the same one.
func HueByName(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(name))) // a hash does not fail
	return spare[h.Sum32()%uint32(len(spare))]
}

// HueNames lists the names that HueOf knows.
func HueNames() []string { return slices.Sorted(maps.Keys(hueTable)) }
