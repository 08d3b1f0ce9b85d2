package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// Flat takes away the shadows that Fyne's scrollers draw at their ends, where a hairline parts already.
func Flat(scroll *container.Scroll) fyne.CanvasObject {
	return container.NewThemeOverride(scroll, flatTheme{})
}

// flatTheme is the theme in force without shadows.
type flatTheme struct{}

func inForce() fyne.Theme { return fyne.CurrentApp().Settings().Theme() }

func (flatTheme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameShadow {
		return color.Transparent
	}
	return inForce().Color(name, v)
}
func (flatTheme) Font(s fyne.TextStyle) fyne.Resource     { return inForce().Font(s) }
func (flatTheme) Icon(n fyne.ThemeIconName) fyne.Resource { return inForce().Icon(n) }
func (flatTheme) Size(name fyne.ThemeSizeName) float32    { return inForce().Size(name) }
