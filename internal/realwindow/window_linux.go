package realwindow

import (
	"fmt"
	"image"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Window is a window on the session's screen, driven with xdotool: real pointer and key events, as from a person.
type Window struct {
	d  *Desktop
	id string
}

// Window waits for a visible window whose title contains text.
func (d *Desktop) Window(title string) *Window {
	d.t.Helper()
	return d.window(title, regexp.QuoteMeta(title))
}

// WindowTitled waits for a visible window with exactly this title: a browser's has those of its pages in its own.
func (d *Desktop) WindowTitled(title string) *Window {
	d.t.Helper()
	return d.window(title, "^"+regexp.QuoteMeta(title)+"$")
}

func (d *Desktop) window(title, pattern string) *Window {
	d.t.Helper()
	w := &Window{d: d}
	d.Eventually(fmt.Sprintf("a window %q", title), func() bool {
		w.id = d.findWindow(pattern)
		return w.id != ""
	})
	return w
}

// HasWindow says whether a visible window's title contains text now.
func (d *Desktop) HasWindow(title string) bool { return d.findWindow(regexp.QuoteMeta(title)) != "" }

// HasWindowTitled says whether a visible window has exactly this title now.
func (d *Desktop) HasWindowTitled(title string) bool {
	return d.findWindow("^"+regexp.QuoteMeta(title)+"$") != ""
}

func (d *Desktop) findWindow(pattern string) string {
	out, err := d.Session.Command(d.t.Context(), "xdotool", "search", "--onlyvisible", "--name", pattern).Output()
	if err != nil { // exit code 1 when there is none
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return first
}

// windowOf finds a visible window of a process; "" for none.
func (d *Desktop) windowOf(pid int) string {
	out, err := d.Session.Command(d.t.Context(), "xdotool", "search", "--all", "--onlyvisible", "--pid", strconv.Itoa(pid), "--name", ".").Output()
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return first
}

// Focus raises the window and gives it the keyboard.
func (w *Window) Focus() {
	w.d.t.Helper()
	w.d.command("xdotool", "windowactivate", "--sync", w.id)
}

// Bounds is where the window's content is on the screen, in pixels, without what the window manager adds around it.
// xwininfo tells; xdotool adds the frame twice.
func (w *Window) Bounds() image.Rectangle {
	w.d.t.Helper()
	at := map[string]int{}
	for line := range strings.Lines(w.d.command("xwininfo", "-id", w.id)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
			at[name] = n
		}
	}
	x, y := at["Absolute upper-left X"], at["Absolute upper-left Y"]
	return image.Rect(x, y, x+at["Width"], y+at["Height"])
}

// move puts the pointer on a point of the window. Two small moves: a program sees the pointer travel, as with a mouse.
func (w *Window) move(x, y int) {
	w.d.t.Helper()
	w.d.command("xdotool", "mousemove", "--window", w.id, strconv.Itoa(x-1), strconv.Itoa(y-1),
		"mousemove", "--window", w.id, strconv.Itoa(x), strconv.Itoa(y))
}

// Click clicks a point of the window with the first button.
func (w *Window) Click(x, y int) {
	w.d.t.Helper()
	w.Focus()
	w.move(x, y)
	w.d.command("xdotool", "click", "1")
}

// Drag presses the first button at one point, moves in steps to the other and lets go there.
func (w *Window) Drag(from, to image.Point) {
	w.d.t.Helper()
	w.Focus()
	w.move(from.X, from.Y)
	w.d.command("xdotool", "mousedown", "1")
	const steps = 12
	for i := 1; i <= steps; i++ {
		p := from.Add(to.Sub(from).Mul(i).Div(steps))
		w.move(p.X, p.Y)
		time.Sleep(30 * time.Millisecond) // one frame and more: the program follows each
	}
	w.d.command("xdotool", "mouseup", "1")
}

// Key presses keys one after the other, in xdotool's names: "ctrl+Return", "Tab", "F5".
func (w *Window) Key(keys ...string) {
	w.d.t.Helper()
	w.Focus()
	for _, key := range keys {
		w.d.command("xdotool", "key", "--clearmodifiers", key)
	}
}

// Type types text into what has the keyboard.
func (w *Window) Type(text string) {
	w.d.t.Helper()
	w.Focus()
	w.d.command("xdotool", "type", "--clearmodifiers", "--delay", "15", text)
}

// Close closes the window as its close button does.
func (w *Window) Close() {
	w.d.t.Helper()
	w.Focus()
	w.d.command("xdotool", "key", "alt+F4") // openbox sends WM_DELETE_WINDOW
}

// Gone waits until the window is not shown any more.
func (w *Window) Gone() {
	w.d.t.Helper()
	w.d.Eventually("the window's end", func() bool {
		out, err := w.d.Session.Command(w.d.t.Context(), "xdotool", "search", "--onlyvisible", "--name", ".").Output()
		for id := range strings.FieldsSeq(string(out)) {
			if id == w.id {
				return false
			}
		}
		return err == nil || len(out) == 0
	})
}
