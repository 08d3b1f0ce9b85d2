//go:build !windows && !darwin

package desktop

import (
	"context"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

// What is asked of the system's bus: systemd-logind (org.freedesktop.login1(5)), UPower and NetworkManager, by their
// published interfaces. None of them has to be there.
const (
	logind        = "org.freedesktop.login1"
	logindManager = "org.freedesktop.login1.Manager"
	logindSession = "org.freedesktop.login1.Session"
	ownSession    = dbus.ObjectPath("/org/freedesktop/login1/session/auto")
	upower        = "org.freedesktop.UPower"
	upowerPath    = dbus.ObjectPath("/org/freedesktop/UPower")
	networks      = "org.freedesktop.NetworkManager"
	networksPath  = dbus.ObjectPath("/org/freedesktop/NetworkManager")
	properties    = "org.freedesktop.DBus.Properties"
	// busTime bounds one question.
	busTime = 2 * time.Second
	// againAfter is when a bus that was lost is looked for again.
	againAfter = time.Minute
)

// NetworkManager's states (NMState): below 40 there is no connection, 70 is a connection to everywhere.
const (
	nmUnknown    = 10
	nmConnecting = 40
	nmSite       = 60
)

// system listens to the system's bus.
func (o *watch) system(ctx context.Context) {
	for ctx.Err() == nil {
		o.listen(ctx, systemBus(os.Getenv))
		// With the bus went what it told: nothing is believed any more.
		o.change(func(c *Conditions) { *c = Conditions{} })
		select {
		case <-ctx.Done():
		case <-time.After(againAfter):
		}
	}
}

func systemBus(getenv func(string) string) string {
	if addr := getenv("DBUS_SYSTEM_BUS_ADDRESS"); addr != "" {
		return addr
	}
	return "unix:path=/run/dbus/system_bus_socket"
}

// listen returns when there is no bus at addr, or none any more, or ctx ends.
func (o *watch) listen(ctx context.Context, addr string) {
	signals := make(chan *dbus.Signal, 16)
	conn, err := dbus.Connect(addr, dbus.WithContext(ctx))
	if err != nil {
		return
	}
	defer conn.Close()
	conn.Signal(signals)
	b := &bus{o: o, conn: conn}
	b.session = b.ownSession(ctx)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchInterface(logindManager), dbus.WithMatchMember("PrepareForSleep")},
		{dbus.WithMatchInterface(networks), dbus.WithMatchMember("StateChanged")},
		{dbus.WithMatchInterface(properties), dbus.WithMatchMember("PropertiesChanged"), dbus.WithMatchObjectPath(upowerPath)},
		{dbus.WithMatchInterface(properties), dbus.WithMatchMember("PropertiesChanged"), dbus.WithMatchObjectPath(b.session)},
	} {
		if err := conn.AddMatchSignalContext(ctx, match...); err != nil {
			return
		}
	}
	b.ask(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-signals:
			if !ok {
				return
			}
			b.hear(ctx, s)
		}
	}
}

type bus struct {
	o       *watch
	conn    *dbus.Conn
	session dbus.ObjectPath
	state   uint32 // NetworkManager's
}

// ownSession is the path under which the session's signals come.
func (b *bus) ownSession(ctx context.Context) dbus.ObjectPath {
	ctx, cancel := context.WithTimeout(ctx, busTime)
	defer cancel()
	var path dbus.ObjectPath
	err := b.conn.Object(logind, "/org/freedesktop/login1").CallWithContext(ctx, logindManager+".GetSessionByPID", dbus.FlagNoAutoStart, uint32(os.Getpid())).Store(&path)
	if err != nil || !path.IsValid() {
		return ownSession
	}
	return path
}

func (b *bus) property(ctx context.Context, name string, path dbus.ObjectPath, iface, prop string) any {
	ctx, cancel := context.WithTimeout(ctx, busTime)
	defer cancel()
	var v dbus.Variant
	err := b.conn.Object(name, path).CallWithContext(ctx, properties+".Get", dbus.FlagNoAutoStart, iface, prop).Store(&v)
	if err != nil {
		return nil // nobody is there
	}
	return v.Value()
}

func (b *bus) ask(ctx context.Context) {
	battery, _ := b.property(ctx, upower, upowerPath, upower, "OnBattery").(bool)
	idle, _ := b.property(ctx, logind, b.session, logindSession, "IdleHint").(bool)
	locked, _ := b.property(ctx, logind, b.session, logindSession, "LockedHint").(bool)
	b.state, _ = b.property(ctx, networks, networksPath, networks, "State").(uint32)
	b.o.change(func(c *Conditions) {
		*c = Conditions{Battery: battery, Idle: idle || locked, Offline: offline(b.state)}
	})
}

func offline(state uint32) bool { return state > nmUnknown && state < nmConnecting }

func (b *bus) hear(ctx context.Context, s *dbus.Signal) {
	switch s.Name {
	case logindManager + ".PrepareForSleep":
		if about, ok := first(s).(bool); ok && !about {
			b.o.awake()
		}
	case networks + ".StateChanged":
		state, ok := first(s).(uint32)
		if !ok {
			return
		}
		before := b.state
		b.state = state
		b.o.change(func(c *Conditions) { c.Offline = offline(state) })
		if state >= nmSite && before < nmSite {
			b.o.awake()
		}
	case properties + ".PropertiesChanged":
		if s.Path == upowerPath || s.Path == b.session {
			b.ask(ctx) // what changed may be named without its value
		}
	}
}

func first(s *dbus.Signal) any {
	if len(s.Body) == 0 {
		return nil
	}
	return s.Body[0]
}
