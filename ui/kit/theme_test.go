package kit

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// luminance is WCAG 2.1's relative luminance.
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestTextKeepsContrastAA(t *testing.T) {
	surfaces := []fyne.ThemeColorName{ColorRail, ColorPane, ColorPage, ColorRaised}
	on := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		ColorText:                          append(surfaces, ColorAccentSoft, ColorOKSoft, ColorWarnSoft, ColorBadSoft),
		ColorMuted:                         append(surfaces, ColorAccentSoft),
		ColorAccent:                        {ColorPage, ColorRaised},
		ColorOnAccent:                      {ColorAccent},
		ColorOK:                            {ColorPage, ColorOKSoft},
		ColorWarn:                          {ColorPage, ColorWarnSoft},
		ColorBad:                           {ColorPage, ColorBadSoft},
		ColorOnTip:                         {ColorTip},
		theme.ColorNamePlaceHolder:         {theme.ColorNameInputBackground},
		theme.ColorNameForegroundOnPrimary: {theme.ColorNamePrimary},
	}
	for fg, grounds := range on {
		for _, bg := range grounds {
			f, b := palette[fg], palette[bg]
			if c := contrast(f.light, b.light); c < 4.5 {
				t.Errorf("light: %s on %s has contrast %.2f", fg, bg, c)
			}
			if c := contrast(f.dark, b.dark); c < 4.5 {
				t.Errorf("dark: %s on %s has contrast %.2f", fg, bg, c)
			}
		}
	}
	for _, c := range avatarColors {
		if got := contrast(hex(0xFFFFFF), hex(c)); got < 4.5 {
			t.Errorf("initials on %06x have contrast %.2f", c, got)
		}
	}
}

func TestModes(t *testing.T) {
	for _, c := range []struct {
		mode Mode
		v    fyne.ThemeVariant
		dark bool
	}{{ModeSystem, theme.VariantLight, false}, {ModeSystem, theme.VariantDark, true}, {ModeLight, theme.VariantDark, false}, {ModeDark, theme.VariantLight, true}} {
		want := palette[ColorPage].light
		if c.dark {
			want = palette[ColorPage].dark
		}
		if got := NewTheme(c.mode).Color(ColorPage, c.v); got != want {
			t.Errorf("mode %d, variant %d: %v", c.mode, c.v, got)
		}
	}
}
