// Package desktop is what the program needs of the operating system around it: where its files go, that it runs once,
// whether there is a display and a tray, its log and its crash notes. It holds no window, no settings and no data, and
// imports nothing else of the program.
package desktop
