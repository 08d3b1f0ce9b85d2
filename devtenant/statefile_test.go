package devtenant_test

import (
	"os"
	"path/filepath"
	"testing"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/mailbox"
)

func TestStateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.state")
	start := func() *devtenant.Server {
		s, err := devtenant.Start(t.Context(), devtenant.Options{Seed: "empty", StateFile: path})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := start()
	if _, err := devtenant.Start(t.Context(), devtenant.Options{Seed: "empty", StateFile: path}); err == nil {
		t.Error("two tenants share a state file")
	}
	box, ok := s.Mailboxes.Mailbox(directory.DemoUPN)
	if !ok {
		t.Fatal("no mailbox")
	}
	id := box.Deliver(mailbox.Mail{Subject: "kept", Body: mailbox.Body{Text: "x"}})
	s.Close()
	s = start()
	box, _ = s.Mailboxes.Mailbox(directory.DemoUPN)
	if m, err := box.Message(id); err != nil || m.Subject != "kept" {
		t.Errorf("after a restart: %v %v", m, err)
	}
	if n := inboxTotal(t, s); n != 1 {
		t.Errorf("%v messages", n)
	}
	s.Close()
	left, err := filepath.Glob(path + ".*.tmp")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := devtenant.Start(t.Context(), devtenant.Options{Seed: "empty", StateFile: path}); err == nil {
		t.Error("a damaged file was taken")
	}
	if raw, _ := os.ReadFile(path); string(raw) != "damaged" {
		t.Error("a damaged file was overwritten")
	}
}
