// Package headless gives a program a desktop of its own where there is none: a virtual display, a private D-Bus session
// bus, an unlocked keyring and, if wanted, a window manager, all under a temporary home. The real-window tests, the tour
// and the benchmarks run in it, and nothing of it reaches the person's own session.
//
// It uses the standard library only, since cmd/dev runs before anything is fetched. It does not look at the program that
// runs in it: internal/realwindow does. It works on Linux; elsewhere Start says so.
package headless
