// Package realwindow drives the built program as a person would: in a real window on a virtual display, with a real
// keyring, a real browser that opens the sign-in pages, and a tray that is read and clicked over D-Bus. It is for tests
// only, and for the few that need the whole: what a page does is tested beside the page, without a window.
//
// It runs on Linux where the tools are installed (go run ./cmd/dev setup). SUPERCRM_REALWINDOW=off skips its tests;
// SUPERCRM_REALWINDOW=required, or CI=true, makes a missing tool a failure.
package realwindow
