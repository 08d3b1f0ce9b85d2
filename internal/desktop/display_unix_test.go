//go:build !windows && !darwin

package desktop

import (
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

func TestDisplayProblem(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"X7", "wayland-5"} {
		ln, err := net.Listen("unix", filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
	}
	for name, tc := range map[string]struct {
		env  map[string]string
		want string // part of the error; "" is none
	}{
		"nothing set":                {nil, "neither"},
		"X answers":                  {map[string]string{"DISPLAY": ":7"}, ""},
		"X with a screen":            {map[string]string{"DISPLAY": "unix:7.0"}, ""},
		"X is gone":                  {map[string]string{"DISPLAY": ":98765"}, `":98765" does not answer`},
		"X forwarded":                {map[string]string{"DISPLAY": "localhost:10.0"}, ""},
		"X is nonsense":              {map[string]string{"DISPLAY": "seven"}, `"seven" does not answer`},
		"X tries to climb":           {map[string]string{"DISPLAY": ":../X7"}, "does not answer"},
		"Wayland answers":            {map[string]string{"WAYLAND_DISPLAY": "wayland-5", "XDG_RUNTIME_DIR": dir}, ""},
		"Wayland by path":            {map[string]string{"WAYLAND_DISPLAY": filepath.Join(dir, "wayland-5")}, ""},
		"Wayland without a folder":   {map[string]string{"WAYLAND_DISPLAY": "wayland-5"}, "Wayland display"},
		"Wayland is gone":            {map[string]string{"WAYLAND_DISPLAY": "wayland-6", "XDG_RUNTIME_DIR": dir}, `"wayland-6" does not answer`},
		"Wayland is gone, X answers": {map[string]string{"WAYLAND_DISPLAY": "wayland-6", "XDG_RUNTIME_DIR": dir, "DISPLAY": ":7"}, ""},
		"Wayland answers, X is gone": {map[string]string{"WAYLAND_DISPLAY": "wayland-5", "XDG_RUNTIME_DIR": dir, "DISPLAY": ":98765"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := displayProblem(func(k string) string { return tc.env[k] }, dir)
			if tc.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, ErrNoDisplay) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want %q in it", err, tc.want)
			}
		})
	}
}
