package realwindow

import (
	"context"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

const menuIface = "com.canonical.dbusmenu"

// MenuEntry is a line of a tray menu, as com.canonical.dbusmenu describes it.
type MenuEntry struct {
	ID        int32
	Label     string // without the underscore that marks the access key
	Enabled   bool
	Visible   bool
	Separator bool
	Checked   bool
	Children  []MenuEntry
}

func (i *TrayItem) call(path dbus.ObjectPath, method string, args ...any) *dbus.Call {
	ctx, cancel := context.WithTimeout(i.conn.Context(), callDeadline)
	defer cancel()
	return i.conn.Object(i.owner, path).CallWithContext(ctx, method, 0, args...)
}

// menuPath is where the item's menu is.
func (i *TrayItem) menuPath() (dbus.ObjectPath, error) {
	v, err := i.property("Menu")
	if err != nil {
		return "", err
	}
	path, ok := v.Value().(dbus.ObjectPath)
	if !ok {
		return "", fmt.Errorf("the tray item's menu is a %s, not a path", v.Signature())
	}
	return path, nil
}

// Menu reads the whole menu, as a tray does before it opens it.
func (i *TrayItem) Menu() ([]MenuEntry, error) {
	path, err := i.menuPath()
	if err != nil {
		return nil, err
	}
	// Some items answer the first call with the top level only; a tray asks again, so we do.
	var top layout
	for range 2 {
		var revision uint32
		if err := i.call(path, menuIface+".GetLayout", int32(0), int32(-1), []string{}).Store(&revision, &top); err != nil {
			return nil, fmt.Errorf("read the tray menu: %w", err)
		}
	}
	root, err := top.entry()
	return root.Children, err
}

// layout is the (ia{sv}av) of GetLayout.
type layout struct {
	ID       int32
	Props    map[string]dbus.Variant
	Children []dbus.Variant
}

func (l layout) entry() (MenuEntry, error) {
	e := MenuEntry{ID: l.ID, Enabled: true, Visible: true} // what is left out has its default
	for name, v := range l.Props {
		switch value := v.Value().(type) {
		case string:
			switch name {
			case "label":
				e.Label = plainLabel(value)
			case "type":
				e.Separator = value == "separator"
			}
		case bool:
			switch name {
			case "enabled":
				e.Enabled = value
			case "visible":
				e.Visible = value
			}
		case int32:
			if name == "toggle-state" {
				e.Checked = value == 1
			}
		}
	}
	for _, v := range l.Children {
		var child layout
		if err := dbus.Store([]any{v.Value()}, &child); err != nil {
			return e, fmt.Errorf("read a line of the tray menu: %w", err)
		}
		below, err := child.entry()
		if err != nil {
			return e, err
		}
		e.Children = append(e.Children, below)
	}
	return e, nil
}

// plainLabel removes the access key's mark: a single underscore; two stand for one.
func plainLabel(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(s, "__", "\x00"), "_", ""), "\x00", "_")
}

// Find looks for the first visible line whose label contains text, below menus too.
func Find(menu []MenuEntry, text string) (MenuEntry, bool) {
	for _, e := range menu {
		if e.Visible && !e.Separator && strings.Contains(e.Label, text) {
			return e, true
		}
		if below, ok := Find(e.Children, text); ok {
			return below, true
		}
	}
	return MenuEntry{}, false
}

// Click chooses the first line whose label contains text.
func (i *TrayItem) Click(text string) error {
	menu, err := i.Menu()
	if err != nil {
		return err
	}
	entry, ok := Find(menu, text)
	if !ok {
		return fmt.Errorf("the tray menu has no line %q: %+v", text, menu)
	}
	if !entry.Enabled {
		return fmt.Errorf("the tray menu's line %q is disabled", entry.Label)
	}
	path, err := i.menuPath()
	if err != nil {
		return err
	}
	if err := i.call(path, menuIface+".Event", entry.ID, "clicked", dbus.MakeVariant(""), uint32(0)).Err; err != nil {
		return fmt.Errorf("click %q in the tray menu: %w", entry.Label, err)
	}
	return nil
}
