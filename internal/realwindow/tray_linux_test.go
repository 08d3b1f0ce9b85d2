package realwindow

import (
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// fakeItem is a program's icon as the systray library of Fyne exports it: it registers by path, and answers the first
// GetLayout with the top level only.
type fakeItem struct {
	mu      sync.Mutex
	asked   int
	clicked []int32
}

func (f *fakeItem) GetLayout(parent, depth int32, names []string) (uint32, layout, *dbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	line := func(id int32, props map[string]any, children ...dbus.Variant) dbus.Variant {
		v := map[string]dbus.Variant{}
		for name, value := range props {
			v[name] = dbus.MakeVariant(value)
		}
		if children == nil {
			children = []dbus.Variant{}
		}
		return dbus.MakeVariant(layout{ID: id, Props: v, Children: children})
	}
	var below []dbus.Variant
	if f.asked > 1 {
		below = []dbus.Variant{line(5, map[string]any{"label": "one hour"})}
	}
	return 1, layout{Props: map[string]dbus.Variant{}, Children: []dbus.Variant{
		line(1, map[string]any{"label": "14:00 Quarterly review", "enabled": false}),
		line(2, map[string]any{"type": "separator"}),
		line(3, map[string]any{"label": "hidden", "visible": false}),
		line(4, map[string]any{"label": "_Pause", "children-display": "submenu"}, below...),
		line(6, map[string]any{"label": "Sync a__b", "toggle-type": "checkmark", "toggle-state": int32(1)}),
		line(7, map[string]any{"label": "Quit"}),
	}}, nil
}

func (f *fakeItem) Event(id int32, kind string, _ dbus.Variant, _ uint32) *dbus.Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if kind == "clicked" {
		f.clicked = append(f.clicked, id)
	}
	return nil
}

func (f *fakeItem) Activate(x, y int32) *dbus.Error { return f.Event(-1, "clicked", dbus.Variant{}, 0) }

func (f *fakeItem) export(t *testing.T, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	for _, e := range []struct {
		path  dbus.ObjectPath
		iface string
		names []string
	}{{"/Menu", menuIface, []string{"GetLayout", "Event"}}, {"/Item", itemIface, []string{"Activate"}}} {
		methods := map[string]any{"GetLayout": f.GetLayout, "Event": f.Event, "Activate": f.Activate}
		table := map[string]any{}
		for _, name := range e.names {
			table[name] = methods[name]
		}
		if err := conn.ExportMethodTable(table, e.path, e.iface); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := prop.Export(conn, "/Item", prop.Map{itemIface: {
		"Menu": {Value: dbus.ObjectPath("/Menu")}, "Title": {Value: "Super CRM"}, "Id": {Value: int32(1)},
	}}); err != nil {
		t.Fatal(err)
	}
	watcher := conn.Object(watcherName, watcherPath)
	if err := watcher.Call(watcherName+".RegisterStatusNotifierItem", 0, "/Item").Err; err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestTrayReadsAndClicksAMenu(t *testing.T) {
	d := Start(t)
	var fake fakeItem
	if n := len(d.Tray.Items()); n != 0 {
		t.Fatalf("%d items in an empty tray", n)
	}
	conn := fake.export(t, d.Session.BusAddress())
	items := d.Tray.Items()
	if len(items) != 1 {
		t.Fatalf("%d items, want 1", len(items))
	}
	item := items[0]
	if title, err := item.Text("Title"); err != nil || title != "Super CRM" {
		t.Errorf("title %q, %v", title, err)
	}
	if _, err := item.Text("Id"); err == nil {
		t.Error("a number was read as text")
	}
	menu, err := item.Menu()
	if err != nil {
		t.Fatal(err)
	}
	if len(menu) != 6 || menu[0].Enabled || !menu[1].Separator || menu[2].Visible || menu[3].Label != "Pause" ||
		len(menu[3].Children) != 1 || menu[4].Label != "Sync a_b" || !menu[4].Checked || menu[5].ID != 7 {
		t.Errorf("menu is %+v", menu)
	}
	for _, text := range []string{"one hour", "Quit"} {
		if err := item.Click(text); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"Quarterly", "hidden", "no such line"} {
		if err := item.Click(text); err == nil {
			t.Errorf("%q was clicked, which cannot be", text)
		}
	}
	if err := item.Activate(); err != nil {
		t.Error(err)
	}
	fake.mu.Lock()
	if len(fake.clicked) != 3 || fake.clicked[0] != 5 || fake.clicked[1] != 7 || fake.clicked[2] != -1 {
		t.Errorf("clicked %v, want 5, 7 and the icon", fake.clicked)
	}
	fake.mu.Unlock()
	conn.Close()
	d.Eventually("the item's end", func() bool { return len(d.Tray.Items()) == 0 })
}

func TestPlainLabel(t *testing.T) {
	for in, want := range map[string]string{"_Open": "Open", "a__b": "a_b", "plain": "plain", "": ""} {
		if got := plainLabel(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
