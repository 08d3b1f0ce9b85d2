// Package supercrm holds what both the program and the packaging tools have to agree on: the file that Fyne's tools read
// for name, id, icon and version. It lies at the top of the module, where go:embed can reach it; nothing else belongs here.
package supercrm

import (
	_ "embed" // for the file
	"fmt"
	"sync"

	"github.com/BurntSushi/toml"
)

//go:embed FyneApp.toml
var fyneApp string

// Details are the program's name, reverse-domain id, icon path, version and build number.
type Details struct {
	Icon, Name, ID, Version string
	Build                   int
}

// Metadata is what FyneApp.toml says.
var Metadata = sync.OnceValue(func() Details {
	var file struct{ Details Details }
	if _, err := toml.Decode(fyneApp, &file); err != nil {
		panic(fmt.Sprintf("FyneApp.toml: %v", err)) // embedded, so only a broken build gets here
	}
	return file.Details
})
