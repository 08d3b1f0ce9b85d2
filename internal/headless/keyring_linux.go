package headless

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const secretsName = "org.freedesktop.secrets"

// StartKeyring runs gnome-keyring and unlocks its login keyring with password. The first password makes the keyring;
// another one later leaves it locked, which is how a test sees that case.
func (s *Session) StartKeyring(ctx context.Context, password string) error {
	cmd := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets",
		"--control-directory="+filepath.Join(s.dir, "run", "keyring"))
	cmd.Stdin = strings.NewReader(password)
	p, err := s.launch(cmd, nil)
	if err != nil {
		return err
	}
	s.keyring = p
	return until(ctx, p, "start the keyring", func() bool { return s.nameHasOwner(ctx, secretsName) })
}

// StopKeyring ends the keyring, what it holds stays on disk, and waits until the bus knows that it is gone.
func (s *Session) StopKeyring(ctx context.Context) error {
	if s.keyring == nil {
		return nil
	}
	s.keyring.Stop(2 * time.Second)
	s.keyring = nil
	for s.nameHasOwner(ctx, secretsName) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("stop the keyring: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
