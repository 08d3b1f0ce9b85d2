package assets

import (
	"embed"
	_ "embed" // for the icon
	"fmt"
	"strings"
)

//go:embed icons/*.svg
var iconFiles embed.FS

// AppIcon is the program's icon, PNG, 512×512.
//
//go:embed icon.png
var AppIcon []byte

// Icon returns the SVG of an icon drawn on a 24×24 grid with one stroke width, in a colour given as "#rrggbb". It panics
// for a name that is not embedded, which a test of every name in use keeps from happening.
func Icon(name, hex string) []byte {
	raw, err := iconFiles.ReadFile("icons/" + name + ".svg")
	if err != nil {
		panic(fmt.Sprintf("assets: no icon %q", name))
	}
	return []byte(strings.ReplaceAll(string(raw), "currentColor", hex))
}
