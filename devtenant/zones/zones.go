// Package zones names time zones as Outlook does: by Windows name ("W. Europe Standard Time") or by IANA name
// ("Europe/Berlin"), and finds the rules for both. It is for the simulated tenant; it holds no rules of its own but
// Go's embedded zone database.
package zones

import (
	_ "embed" // for the table
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // machines without a zone database
)

//go:embed windows.tsv
var table string

// ErrUnknown is returned for a name that is neither a Windows nor an IANA zone.
var ErrUnknown = errors.New("unknown time zone")

type tables struct {
	iana    map[string]string // lower-case Windows name → IANA
	windows map[string]string // IANA → Windows name
	names   []string
}

var load = sync.OnceValue(func() tables {
	t := tables{iana: map[string]string{}, windows: map[string]string{}}
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		part := strings.Split(line, "\t")
		t.iana[strings.ToLower(part[0])] = part[1]
		t.windows[part[1]] = part[0]
		t.names = append(t.names, part[0])
		if len(part) > 2 {
			for _, other := range strings.Fields(part[2]) {
				t.windows[other] = part[0]
			}
		}
	}
	return t
})

var locations sync.Map // IANA name → *time.Location; bounded by the number of zones there are

// Load finds the zone called name, Windows (any case) or IANA. "" and "Local" are unknown: neither may come over the
// wire. It is safe for concurrent use.
func Load(name string) (*time.Location, error) {
	iana, ok := load().iana[strings.ToLower(name)]
	if !ok {
		iana = name
	}
	if iana == "" || iana == "Local" || len(iana) > 64 {
		return nil, fmt.Errorf("%w %q", ErrUnknown, name)
	}
	if loc, ok := locations.Load(iana); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(iana)
	if err != nil {
		return nil, fmt.Errorf("%w %q", ErrUnknown, name)
	}
	locations.Store(iana, loc)
	return loc, nil
}

// IANA gives the IANA name for a Windows name; an IANA name that Go knows is returned as it is.
func IANA(name string) (string, bool) {
	if iana, ok := load().iana[strings.ToLower(name)]; ok {
		return iana, true
	}
	if _, err := Load(name); err != nil {
		return "", false
	}
	return name, true
}

// Windows gives the Windows name for an IANA name; a Windows name is returned as it is. The table knows one IANA zone
// for each Windows zone and the common others; ok is false for the rest.
func Windows(name string) (windows string, ok bool) {
	if _, known := load().iana[strings.ToLower(name)]; known {
		return name, true
	}
	windows, ok = load().windows[name]
	return windows, ok
}

// Names lists the Windows names, in the table's order. The slice is shared: do not change it.
func Names() []string { return load().names }
