package headless

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// busConfig names no service folders: nothing is started on demand, so a test sees only what it started itself.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

func (s *Session) startBus(ctx context.Context) error {
	socket := filepath.Join(s.dir, "run", "bus")
	config := filepath.Join(s.dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		return fmt.Errorf("start the session bus: %w", err)
	}
	p, err := s.launch(exec.Command("dbus-daemon", "--config-file="+config, "--nofork", "--nopidfile"), nil)
	if err != nil {
		return err
	}
	s.env = append(s.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+socket)
	return until(ctx, p, "start the session bus", func() bool {
		_, err := os.Stat(socket)
		return err == nil
	})
}

// nameHasOwner asks the bus whether somebody answers to name.
func (s *Session) nameHasOwner(ctx context.Context, name string) bool {
	out, err := s.Command(ctx, "dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/",
		"org.freedesktop.DBus.NameHasOwner", "string:"+name).Output()
	return err == nil && strings.Contains(string(out), "true")
}
