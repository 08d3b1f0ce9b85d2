//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package auth

import (
	"context"
	"fmt"
	"slices"

	"github.com/godbus/dbus/v5"
)

// Names of the Secret Service API, draft 0.2 (freedesktop.org).
const (
	secretsName    = "org.freedesktop.secrets"
	secretsPath    = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath      = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	defaultPath    = dbus.ObjectPath("/org/freedesktop/secrets/aliases/default")
	secretsService = "org.freedesktop.Secret.Service"
	secretsPrompt  = "org.freedesktop.Secret.Prompt"
)

// unlockKeychain asks the person to unlock the collection that the keychain library uses, if it is locked. The library
// would ask too, but it takes any signal on the program's shared bus connection for the answer, leaves its subscription
// behind, and cannot be interrupted. This has a connection of its own and ends with ctx. Where it cannot tell, it leaves
// the verdict to the library.
func unlockKeychain(ctx context.Context) error {
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return nil
	}
	defer conn.Close()
	service := conn.Object(secretsName, secretsPath)
	property := func(path dbus.ObjectPath, iface, name string, into any) error {
		var v dbus.Variant
		err := conn.Object(secretsName, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, iface, name).Store(&v)
		if err != nil {
			return err
		}
		return v.Store(into)
	}
	var all []dbus.ObjectPath
	if property(secretsPath, secretsService, "Collections", &all) != nil {
		return nil
	}
	path := defaultPath // the choice of go-keyring's GetLoginCollection
	if slices.Contains(all, loginPath) {
		path = loginPath
	}
	var locked bool
	if property(path, "org.freedesktop.Secret.Collection", "Locked", &locked) != nil || !locked {
		return nil
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err = service.CallWithContext(ctx, secretsService+".Unlock", 0, []dbus.ObjectPath{path}).Store(&unlocked, &prompt)
	if err != nil || prompt == "/" || prompt == "" {
		return nil
	}
	if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(secretsPrompt)); err != nil {
		return nil
	}
	signals := make(chan *dbus.Signal, 8) // closed with the connection
	conn.Signal(signals)
	if err := conn.Object(secretsName, prompt).CallWithContext(ctx, secretsPrompt+".Prompt", 0, "").Err; err != nil {
		if ctx.Err() != nil {
			return keychainEnded(ctx)
		}
		return keychainKind(err)
	}
	for {
		select {
		case s, ok := <-signals:
			if !ok {
				if ctx.Err() != nil { // which closes the connection
					return keychainEnded(ctx)
				}
				return fmt.Errorf("the bus closed while the keychain was asking: %w", ErrNoKeychain)
			}
			if s.Path != prompt || s.Name != secretsPrompt+".Completed" || len(s.Body) == 0 {
				continue
			}
			if dismissed, _ := s.Body[0].(bool); dismissed {
				return fmt.Errorf("the keychain's question was closed: %w", ErrKeychainLocked)
			}
			return nil
		case <-ctx.Done():
			return keychainEnded(ctx) // and the service takes the window of a client away that is gone
		}
	}
}
