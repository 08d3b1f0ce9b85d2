// Package kit is the program's own look: the theme, type scale, spacing and the widgets that pages are made of. It knows
// nothing of mail, calendar or people; a page that needs something only for itself keeps it to itself.
package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"supercrm/assets"
)

// The colours that pages ask for by meaning, beside Fyne's own names.
const (
	ColorRail       fyne.ThemeColorName = "supercrm.rail"       // the darkest of three neutral steps
	ColorPane       fyne.ThemeColorName = "supercrm.pane"       // lists and side panels
	ColorPage       fyne.ThemeColorName = "supercrm.page"       // where one reads and writes
	ColorRaised     fyne.ThemeColorName = "supercrm.raised"     // cards on a pane
	ColorHairline   fyne.ThemeColorName = "supercrm.hairline"   // where tone cannot part
	ColorText       fyne.ThemeColorName = "supercrm.text"       // primary text
	ColorMuted      fyne.ThemeColorName = "supercrm.muted"      // secondary text, AA on every surface
	ColorFaint      fyne.ThemeColorName = "supercrm.faint"      // hints, disabled
	ColorAccent     fyne.ThemeColorName = "supercrm.accent"     // selected or primary
	ColorAccentSoft fyne.ThemeColorName = "supercrm.accentSoft" // the ground of a selected row
	ColorOnAccent   fyne.ThemeColorName = "supercrm.onAccent"
	ColorHover      fyne.ThemeColorName = "supercrm.hover"
	ColorOK         fyne.ThemeColorName = "supercrm.ok"
	ColorWarn       fyne.ThemeColorName = "supercrm.warn"
	ColorBad        fyne.ThemeColorName = "supercrm.bad"
	ColorOKSoft     fyne.ThemeColorName = "supercrm.okSoft"
	ColorWarnSoft   fyne.ThemeColorName = "supercrm.warnSoft"
	ColorBadSoft    fyne.ThemeColorName = "supercrm.badSoft"
	ColorTip        fyne.ThemeColorName = "supercrm.tip"
	ColorOnTip      fyne.ThemeColorName = "supercrm.onTip"
	ColorNow        fyne.ThemeColorName = "supercrm.now"     // the line for now
	ColorOffHour    fyne.ThemeColorName = "supercrm.offHour" // outside working hours in the week grid
)

// The type scale.
const (
	SizeTiny    fyne.ThemeSizeName = "supercrm.tiny"    // 11: under icons only
	SizeSmall   fyne.ThemeSizeName = "supercrm.small"   // 12: secondary
	SizeBody    fyne.ThemeSizeName = "supercrm.body"    // 13
	SizeHeading fyne.ThemeSizeName = "supercrm.heading" // 15: heading in a pane
	SizeTitle   fyne.ThemeSizeName = "supercrm.title"   // 20: page title
	SizeDisplay fyne.ThemeSizeName = "supercrm.display" // 28: welcome only
)

// The spacing steps, row heights and the corner, in device-independent pixels.
const (
	S1, S2, S3, S4, S5 float32 = 4, 8, 12, 16, 24

	RowDense float32 = 28
	RowTwo   float32 = 44
	RowThree float32 = 60
	Corner   float32 = 6
)

// Mode says which variant the theme shows.
type Mode int

// ModeSystem follows the desktop's setting.
const (
	ModeSystem Mode = iota
	ModeLight
	ModeDark
)

// Theme is the program's look in one mode. It is immutable: to change the mode, set another one.
type Theme struct{ mode Mode }

var _ fyne.Theme = Theme{}

// NewTheme returns the theme in a mode.
func NewTheme(mode Mode) Theme { return Theme{mode} }

// Dark tells whether the variant in force is the dark one.
func (t Theme) dark(v fyne.ThemeVariant) bool {
	switch t.mode {
	case ModeLight:
		return false
	case ModeDark:
		return true
	}
	return v == theme.VariantDark
}

func hex(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func alpha(v uint32, a uint8) color.NRGBA {
	c := hex(v)
	c.A = a
	return c
}

type pair struct{ light, dark color.NRGBA }

var palette = map[fyne.ThemeColorName]pair{
	ColorRail:       {hex(0xE9ECF1), hex(0x14171C)},
	ColorPane:       {hex(0xF4F6F9), hex(0x1A1E24)},
	ColorPage:       {hex(0xFFFFFF), hex(0x20252C)},
	ColorRaised:     {hex(0xFFFFFF), hex(0x262C35)},
	ColorHairline:   {hex(0xDFE3EA), hex(0x38414D)},
	ColorText:       {hex(0x1B2230), hex(0xE6EAF0)},
	ColorMuted:      {hex(0x586174), hex(0x9DA7B6)},
	ColorFaint:      {hex(0x7C8698), hex(0x747F8F)},
	ColorAccent:     {hex(0x2F6FED), hex(0x7AA7FF)},
	ColorAccentSoft: {hex(0xDCE8FE), hex(0x2A3B5C)},
	ColorOnAccent:   {hex(0xFFFFFF), hex(0x0F1B33)},
	ColorHover:      {alpha(0x1B2230, 0x0D), alpha(0xFFFFFF, 0x0D)},
	ColorOK:         {hex(0x17743F), hex(0x5CC98F)},
	ColorWarn:       {hex(0x9A5B00), hex(0xF0B453)},
	ColorBad:        {hex(0xC0322B), hex(0xFF8B82)},
	ColorOKSoft:     {hex(0xDDF3E6), hex(0x1E3A2C)},
	ColorWarnSoft:   {hex(0xFDEFD6), hex(0x40331B)},
	ColorBadSoft:    {hex(0xFCE2E0), hex(0x472523)},
	ColorTip:        {hex(0x262C38), hex(0xE6EAF0)},
	ColorOnTip:      {hex(0xFFFFFF), hex(0x1B2230)},
	ColorNow:        {hex(0xD93A32), hex(0xFF7A70)},
	ColorOffHour:    {hex(0xF6F7FA), hex(0x1D2128)},

	// Fyne's own names, so that its entries, menus and scroll bars belong to the same picture.
	theme.ColorNameBackground:          {hex(0xFFFFFF), hex(0x20252C)},
	theme.ColorNameForeground:          {hex(0x1B2230), hex(0xE6EAF0)},
	theme.ColorNamePrimary:             {hex(0x2F6FED), hex(0x7AA7FF)},
	theme.ColorNameForegroundOnPrimary: {hex(0xFFFFFF), hex(0x0F1B33)},
	theme.ColorNameHyperlink:           {hex(0x2559C4), hex(0x8FB5FF)},
	theme.ColorNameFocus:               {alpha(0x2F6FED, 0x55), alpha(0x7AA7FF, 0x55)},
	theme.ColorNameSelection:           {alpha(0x2F6FED, 0x40), alpha(0x7AA7FF, 0x50)},
	theme.ColorNameHover:               {alpha(0x1B2230, 0x0D), alpha(0xFFFFFF, 0x0D)},
	theme.ColorNamePressed:             {alpha(0x1B2230, 0x1A), alpha(0xFFFFFF, 0x1A)},
	theme.ColorNameButton:              {hex(0xEDF0F5), hex(0x2D343E)},
	theme.ColorNameDisabledButton:      {hex(0xF1F3F6), hex(0x272D35)},
	theme.ColorNameDisabled:            {hex(0x8E97A6), hex(0x6B7583)},
	theme.ColorNamePlaceHolder:         {hex(0x687284), hex(0x8A95A4)},
	theme.ColorNameInputBackground:     {hex(0xFFFFFF), hex(0x1A1E24)},
	theme.ColorNameInputBorder:         {hex(0xBFC7D4), hex(0x4D5866)},
	theme.ColorNameMenuBackground:      {hex(0xFFFFFF), hex(0x2A313A)},
	theme.ColorNameOverlayBackground:   {hex(0xFFFFFF), hex(0x2A313A)},
	theme.ColorNameHeaderBackground:    {hex(0xF4F6F9), hex(0x1A1E24)},
	theme.ColorNameSeparator:           {hex(0xDFE3EA), hex(0x303741)},
	theme.ColorNameScrollBar:           {alpha(0x1B2230, 0x55), alpha(0xFFFFFF, 0x44)},
	theme.ColorNameScrollBarBackground: {alpha(0x000000, 0x00), alpha(0x000000, 0x00)},
	theme.ColorNameShadow:              {alpha(0x101828, 0x30), alpha(0x000000, 0x80)},
	theme.ColorNameError:               {hex(0xC0322B), hex(0xFF8B82)},
	theme.ColorNameSuccess:             {hex(0x17743F), hex(0x5CC98F)},
	theme.ColorNameWarning:             {hex(0x9A5B00), hex(0xF0B453)},
}

// Color implements fyne.Theme.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	dark := t.dark(v)
	if p, ok := palette[name]; ok {
		if dark {
			return p.dark
		}
		return p.light
	}
	if dark {
		return theme.DefaultTheme().Color(name, theme.VariantDark)
	}
	return theme.DefaultTheme().Color(name, theme.VariantLight)
}

var sizes = map[fyne.ThemeSizeName]float32{
	SizeTiny: 11, SizeSmall: 12, SizeBody: 13, SizeHeading: 15, SizeTitle: 20, SizeDisplay: 28,

	theme.SizeNameText: 13, theme.SizeNameCaptionText: 12, theme.SizeNameHeadingText: 20, theme.SizeNameSubHeadingText: 15,
	theme.SizeNamePadding: 4, theme.SizeNameInnerPadding: 7, theme.SizeNameLineSpacing: 4,
	theme.SizeNameScrollBar: 10, theme.SizeNameScrollBarSmall: 4, theme.SizeNameScrollBarRadius: 4,
	theme.SizeNameInlineIcon: 18, theme.SizeNameSeparatorThickness: 1, theme.SizeNameSplitThickness: 1,
	theme.SizeNameInputBorder: 1, theme.SizeNameInputRadius: Corner, theme.SizeNameSelectionRadius: 4,
	theme.SizeNameButtonRadius: Corner, theme.SizeNameCardRadius: Corner, theme.SizeNameDialogRadius: 10,
	theme.SizeNamePopupRadius: Corner, theme.SizeNameMenuRadius: Corner,
}

// Size implements fyne.Theme.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}

var (
	fontRegular  = fyne.NewStaticResource("Inter-Regular.otf", assets.FontRegular)
	fontSemiBold = fyne.NewStaticResource("Inter-SemiBold.otf", assets.FontSemiBold)
	fontItalic   = fyne.NewStaticResource("Inter-Italic.otf", assets.FontItalic)
)

// Font implements fyne.Theme.
func (t Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace, style.Symbol:
		return theme.DefaultTheme().Font(style)
	case style.Bold:
		return fontSemiBold
	case style.Italic:
		return fontItalic
	}
	return fontRegular
}

// Icon implements fyne.Theme; the program's own icons are drawn by Icon widgets.
func (t Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Color is the colour of a name in the theme and variant in force.
func Color(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}

// Size is a theme size in force.
func Size(name fyne.ThemeSizeName) float32 { return fyne.CurrentApp().Settings().Theme().Size(name) }

// IsDark tells which variant is in force.
func IsDark() bool {
	s := fyne.CurrentApp().Settings()
	if t, ok := s.Theme().(Theme); ok {
		return t.dark(s.ThemeVariant())
	}
	return s.ThemeVariant() == theme.VariantDark
}
