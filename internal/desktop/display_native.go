//go:build windows || darwin

package desktop

// DisplayProblem is nil: on macOS and Windows a program started by a person has a display.
func DisplayProblem() error { return nil }
