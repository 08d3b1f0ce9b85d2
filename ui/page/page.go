// Package page is what a page of the program and the frame around it know of each other: the interfaces that a page
// implements, the host it is given, and the way it loads its data without ever waiting on the UI thread. It holds no
// page itself and nothing of mail, calendar or people.
package page

import (
	"context"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/ui/words"
)

// ID names a page in the rail.
type ID string

// The pages of the program.
const (
	Calendar ID = "calendar"
	Mail     ID = "mail"
	People   ID = "people"
	Outbox   ID = "outbox" // what is on its way; not in the rail
	Ledger   ID = "ledger" // when and why things changed; not in the rail
)

// Page is one page of the frame. All methods are called on the UI thread.
type Page interface {
	ID() ID
	Title() string
	// Object is built once and kept.
	Object() fyne.CanvasObject
	// Header holds what stands right of the title: filters and actions.
	Header() fyne.CanvasObject
	// Shown is called each time the page comes into view, Hidden when it leaves it.
	Shown()
	Hidden()
}

// Alone is a page that shows the person itself, so that the who panel would say everything twice.
type Alone interface{ HidesWho() bool }

// Newer is a page on which Ctrl+N makes something new.
type Newer interface{ New() }

// Opener is a page that can show one thing, such as a message or a person by its row id.
type Opener interface{ Open(id int64) }

// Composer is a page that can begin something to an address: a mail, a meeting, or a record.
type Composer interface {
	Compose(name, addr string)
}

// Crowded is a page whose header says what is shown, and in a narrow window wants the title's room for it: the rail names the
// page too. HeaderWants is the width under which that is so.
type Crowded interface{ HeaderWants() float32 }

// Commander is a page with commands of its own: they stand in the main menu under the page's title and have keys there,
// so that they work while a field has the focus.
type Commander interface{ Commands() []Command }

// Command is one thing that can be done on a page. Key is what the list of keys shows ("R"); Shortcut, if not nil, is
// the key in the menu, always with a modifier or a function key. Plain keys such as R are typed at the page.
type Command struct {
	Label    string
	Key      string
	Shortcut fyne.Shortcut
	Do       func()
}

// Keyed is a page that answers plain keys when no field has the focus. It returns whether it had a use for the key.
type Keyed interface {
	TypedRune(rune) bool
	TypedKey(*fyne.KeyEvent) bool
}

// PassOn gives a character that a focused widget has no use for to the window, so that keys such as "?" work whatever has
// the focus, fields aside.
func PassOn(h Host, r rune) {
	if typed := h.Window().Canvas().OnTypedRune(); typed != nil {
		typed(r)
	}
}

// Party is somebody behind what is selected, for the who panel.
type Party struct {
	Name, Addr string
}

// Host is the frame as a page sees it. Go, Do and Changes may be called from any goroutine; the rest on the UI thread.
type Host interface {
	// Context ends with the program.
	Context() context.Context
	// Go runs fn on a goroutine that ends with the program: fn must return when ctx is done. what names it in a crash report.
	Go(what string, fn func(ctx context.Context))
	// Do runs fn on the UI thread, soon.
	Do(fn func())
	// Changes tells of commits.
	Changes() *store.Hub
	// Who shows the people behind what is selected; none empties the panel.
	Who(parties ...Party)
	// Toast shows a line for ten seconds, with an undo button if undo is not nil.
	Toast(text string, undo func())
	// Ask shows a question that stays until it is answered. yes names what do would do.
	Ask(text, yes string, do func())
	// Fail shows what went wrong with something the person asked for. doing completes "Could not …".
	Fail(doing string, err error)
	// Explain logs an error that stays on the page and gives the words for the person, never "". doing is for the log.
	Explain(doing string, err error) string
	// Window is the main window, for focus and menus.
	Window() fyne.Window
	// Open shows a page and, if id is not 0, that thing on it.
	Open(p ID, id int64)
	// Compose shows a page and begins something to an address there.
	Compose(p ID, name, addr string)
	// History shows when and why an item last changed: a message or event by its row.
	History(kind string, id int64)
	// HeaderChanged tells the frame that the page's header or commands have changed.
	HeaderChanged()
}

// T translates a text of the interface; see words.T.
func T(text string, data ...map[string]any) string { return words.T(text, data...) }

// N translates a text that has a number in it: one and other are the English forms, {{.N}} in them is the number.
func N(one, other string, n int) string {
	if n == 1 {
		return words.T(one, map[string]any{"N": n})
	}
	return words.T(other, map[string]any{"N": n})
}
