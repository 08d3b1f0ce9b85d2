package desktop

import "errors"

// ErrNoDisplay is returned (wrapped) by DisplayProblem. The wrapping text says what is missing and what to do, in plain
// English, for a terminal: there is no window to show it in.
var ErrNoDisplay = errors.New("no display to open a window on")
