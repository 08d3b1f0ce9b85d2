package auth

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"
)

// keychainKind gives an error of the keychain library one of this package's kinds. Names of entries are not quoted.
func keychainKind(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, keyring.ErrNotFound) {
		return ErrNotStored
	}
	if errors.Is(err, keyring.ErrSetDataTooBig) {
		return fmt.Errorf("%w: %w", ErrKeychainRefused, err)
	}
	return fmt.Errorf("%w: %w", kindOfKeychain(err), err)
}

func kindOfKeychain(err error) error {
	text := err.Error()
	// "failed to unlock correct collection": go-keyring, for a locked collection whose prompt failed, and for a missing one.
	if strings.Contains(text, "failed to unlock correct collection") {
		return ErrKeychainLocked
	}
	var bus dbus.Error
	if errors.As(err, &bus) {
		switch {
		case bus.Name == "org.freedesktop.Secret.Error.IsLocked":
			return ErrKeychainLocked
		case bus.Name == "org.freedesktop.Secret.Error.NoSuchObject", bus.Name == "org.freedesktop.DBus.Error.UnknownObject":
			return ErrKeychainLocked // no collection yet: the desktop makes it when the person first unlocks it
		case bus.Name == "org.freedesktop.DBus.Error.AccessDenied", bus.Name == "org.freedesktop.Secret.Error.NoSession":
			return ErrKeychainRefused
		}
		return ErrNoKeychain // ServiceUnknown, NoReply, Spawn.*, Disconnected …
	}
	var notRun *exec.Error
	var exit *exec.ExitError
	var network *net.OpError
	switch {
	case errors.As(err, &exit):
		// macOS's security tool ends with the low byte of its OSStatus: 36 interaction not allowed (-25308), 51
		// authorisation failed (-25293), 128 cancelled by the person (-128), 37 no default keychain (-25307).
		switch exit.ExitCode() {
		case 36:
			return ErrKeychainLocked
		case 51, 128:
			return ErrKeychainRefused
		}
		return ErrNoKeychain
	case errors.As(err, &notRun), errors.As(err, &network), errors.Is(err, os.ErrNotExist), errors.Is(err, dbus.ErrClosed),
		errors.Is(err, keyring.ErrUnsupportedPlatform):
		return ErrNoKeychain // no bus (dbus-launch is missing), a dead socket, no support in this system
	case strings.Contains(text, "dbus"):
		return ErrNoKeychain
	}
	return ErrKeychainRefused
}
