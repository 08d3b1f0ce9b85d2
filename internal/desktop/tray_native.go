//go:build windows || darwin

package desktop

import "context"

// TrayHost says whether something shows tray icons, so that a window may hide without being lost: on macOS and Windows
// the system itself does.
func TrayHost(context.Context) bool { return true }
