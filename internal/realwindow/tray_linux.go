package realwindow

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const (
	watcherName  = "org.kde.StatusNotifierWatcher"
	watcherPath  = "/StatusNotifierWatcher"
	itemIface    = "org.kde.StatusNotifierItem"
	callDeadline = 5 * time.Second
)

// Tray is a system tray: it answers to org.kde.StatusNotifierWatcher and keeps who registered an item
// (freedesktop.org StatusNotifierItem specification). It is safe for concurrent use.
type Tray struct {
	conn  *dbus.Conn
	props *prop.Properties

	mu    sync.Mutex
	items []*TrayItem
}

// TrayItem is an icon in the tray.
type TrayItem struct {
	owner string // unique bus name
	path  dbus.ObjectPath
	conn  *dbus.Conn
}

// StartTray takes the watcher's name on the bus at address. Close it when done.
func StartTray(address string) (*Tray, error) {
	conn, err := dbus.Connect(address)
	if err != nil {
		return nil, fmt.Errorf("start the tray: %w", err)
	}
	t := &Tray{conn: conn}
	if err := t.serve(); err != nil {
		conn.Close()
		return nil, fmt.Errorf("start the tray: %w", err)
	}
	return t, nil
}

func (t *Tray) serve() error {
	var err error
	t.props, err = prop.Export(t.conn, watcherPath, prop.Map{watcherName: {
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitTrue},
	}})
	if err != nil {
		return err
	}
	if err := t.conn.ExportMethodTable(map[string]any{
		"RegisterStatusNotifierItem": t.register,
		"RegisterStatusNotifierHost": func(string) *dbus.Error { return nil },
	}, watcherPath, watcherName); err != nil {
		return err
	}
	if err := t.conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged")); err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 64)
	t.conn.Signal(signals)
	go t.follow(signals) // ends when the connection closes, which closes the channel
	reply, err := t.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue)
	if err != nil {
		return err
	}
	if reply != dbus.RequestNameReplyPrimaryOwner {
		return fmt.Errorf("another tray has the name %s", watcherName)
	}
	return nil
}

// register is the method that an item calls. service is its bus name, or the path of its object when it speaks for itself.
func (t *Tray) register(service string, sender dbus.Sender) *dbus.Error {
	item := &TrayItem{owner: string(sender), path: "/StatusNotifierItem", conn: t.conn}
	if strings.HasPrefix(service, "/") {
		item.path = dbus.ObjectPath(service)
	}
	t.mu.Lock()
	t.items = append(slices.DeleteFunc(t.items, func(i *TrayItem) bool { return i.owner == item.owner }), item)
	t.announce()
	t.mu.Unlock()
	if err := t.conn.Emit(watcherPath, watcherName+".StatusNotifierItemRegistered", item.name()); err != nil {
		return dbus.MakeFailedError(err)
	}
	return nil
}

// follow forgets the items of programs that leave the bus.
func (t *Tray) follow(signals <-chan *dbus.Signal) {
	for s := range signals {
		if s.Name != "org.freedesktop.DBus.NameOwnerChanged" || len(s.Body) != 3 {
			continue
		}
		name, _ := s.Body[0].(string)
		if owner, _ := s.Body[2].(string); owner != "" {
			continue
		}
		t.mu.Lock()
		t.items = slices.DeleteFunc(t.items, func(i *TrayItem) bool { return i.owner == name })
		t.announce()
		t.mu.Unlock()
	}
}

// announce puts the items into the watcher's property. The lock is held.
func (t *Tray) announce() {
	names := make([]string, 0, len(t.items))
	for _, i := range t.items {
		names = append(names, i.name())
	}
	t.props.SetMust(watcherName, "RegisteredStatusNotifierItems", names)
}

// Items lists the icons in the tray, in the order in which they came.
func (t *Tray) Items() []*TrayItem {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.items)
}

// Close leaves the bus.
func (t *Tray) Close() { t.conn.Close() }

func (i *TrayItem) name() string { return i.owner + string(i.path) }

// property reads one of the item's properties, such as Title, Status or IconName.
func (i *TrayItem) property(name string) (dbus.Variant, error) {
	v, err := i.conn.Object(i.owner, i.path).GetProperty(itemIface + "." + name)
	if err != nil {
		return v, fmt.Errorf("read the tray item's %s: %w", name, err)
	}
	return v, nil
}

// Text reads a property that is a string: Title, Id, Status.
func (i *TrayItem) Text(name string) (string, error) {
	v, err := i.property(name)
	if err != nil {
		return "", err
	}
	s, ok := v.Value().(string)
	if !ok {
		return "", fmt.Errorf("the tray item's %s is a %s, not a string", name, v.Signature())
	}
	return s, nil
}

// Activate clicks the icon itself with the first button.
func (i *TrayItem) Activate() error {
	return i.call(i.path, itemIface+".Activate", int32(0), int32(0)).Err
}
