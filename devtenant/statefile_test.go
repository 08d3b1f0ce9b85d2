package devtenant_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
		t.Cleanup(s.Close)
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
	file := mailbox.Attachment{Name: "a.txt", Bytes: []byte("file")}
	id := box.Deliver(mailbox.Mail{Subject: "kept", Body: mailbox.Body{Text: strings.Repeat("words ", 100)}, Attachments: []mailbox.Attachment{file}})
	token := mint(t, s)
	for name, values := range map[string]map[string]string{
		"policy":  {"tenant": directory.DemoTenantID, "mfa": "true"},
		"approve": {"tenant": directory.DemoTenantID, "client_id": s.ClientID},
		"quota":   {"upn": directory.DemoUPN, "receive": "5000000"},
	} {
		if _, err := s.Control(name, values); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Control("add-user", map[string]string{"tenant": directory.DemoTenantID, "upn": "new@harborline.example"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = start()
	box, _ = s.Mailboxes.Mailbox(directory.DemoUPN)
	if m, err := box.Message(id); err != nil || m.Subject != "kept" || m.Body.Text != strings.Repeat("words ", 100) {
		t.Errorf("after a restart: %v %v", m, err)
	}
	if n := inboxTotal(t, s); n != 1 {
		t.Errorf("%v messages", n)
	}
	if status, _ := ask(t, s, token, "/me"); status != http.StatusOK {
		t.Errorf("an access token from before: %d", status)
	}
	st := s.State()
	if !st.Tenants[0].MFA || len(st.Consents) != 1 || len(st.Tenants[0].Users) != 4 {
		t.Errorf("policies, approvals or people are lost: %+v", st)
	}
	_ = box.Do(func(b *mailbox.Box) error {
		if q := b.Quota(); q.Receive != 5_000_000 {
			t.Errorf("quota %+v", q)
		}
		return nil
	})
	if _, err := s.Control("reset", map[string]string{"all": "true"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = start()
	if n := inboxTotal(t, s); n != 0 || len(s.State().Tenants[0].Users) != 3 || len(s.State().Consents) != 0 {
		t.Errorf("after a reset and a restart: %v messages, %+v", n, s.State())
	}
	s.Close()
	left, err := filepath.Glob(path + "-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the state file: %v %v", info.Mode(), err)
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

// childState is set in the process that TestKilled kills: it is the tenant with this state file.
const childState = "DEVTENANT_TEST_STATE"

// beKilled runs a tenant until somebody ends the process, and says where it is and with which token.
func beKilled(path string) int {
	s, err := devtenant.Start(context.Background(), devtenant.Options{StateFile: path, Messages: 1500})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	token, err := s.Token(directory.DemoUPN)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := json.NewEncoder(os.Stdout).Encode([]string{s.GraphURL, token}); err != nil {
		return 1
	}
	time.Sleep(time.Minute)
	return 1
}

// A tenant that is killed has everything that it answered, and gives no id, ETag or delta link out twice.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tenant.state")
	rng := rand.New(rand.NewPCG(7, uint64(time.Now().UnixNano())))
	present := map[string]string{} // subject by id, of what was answered
	gone := map[string]bool{}
	delta := ""
	rounds := 6
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childState+"="+path)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var where []string
		if err := json.NewDecoder(out).Decode(&where); err != nil {
			t.Fatalf("round %d: %v %s", round, err, said.String())
		}
		do := func(method, path, body string) (int, map[string]any) {
			req, err := http.NewRequestWithContext(t.Context(), method, where[0]+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+where[1])
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Prefer", `IdType="ImmutableId", odata.maxpagesize=1000`)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return 0, nil
			}
			defer res.Body.Close()
			raw, err := io.ReadAll(res.Body)
			if err != nil {
				return 0, nil
			}
			var v map[string]any
			_ = json.Unmarshal(raw, &v) // some answers have no body
			return res.StatusCode, v
		}
		for id, subject := range present {
			if status, v := do("GET", "/me/messages/"+id, ""); status != 200 || v["subject"] != subject || !strings.Contains(fmt.Sprint(v["body"]), "text of "+strings.SplitN(subject, "/", 2)[0]) {
				t.Errorf("round %d: %s: %d %v, want %q", round, id, status, v["subject"], subject)
			}
		}
		for id := range gone {
			if status, _ := do("GET", "/me/messages/"+id, ""); status != 404 {
				t.Errorf("round %d: a deleted message: %d", round, status)
			}
		}
		if delta != "" {
			at := strings.Index(delta, "/me/")
			if status, _ := do("GET", delta[at:], ""); status != 200 && status != 410 {
				t.Errorf("round %d: an earlier delta link: %d", round, status)
			}
		}
		killed := make(chan struct{})
		for n := 0; ; n++ {
			subject := fmt.Sprintf("r%d-%d", round, n)
			status, v := do("POST", "/me/mailFolders/archive/messages", `{"subject":"`+subject+`","body":{"content":"text of `+subject+`"}}`)
			if status != http.StatusCreated {
				if status != 0 { // 0: it has been killed
					t.Errorf("round %d: %d %v", round, status, v)
				}
				break
			}
			if n == 0 { // at any moment from now on
				time.AfterFunc(time.Duration(rng.IntN(400))*time.Millisecond, func() { _ = cmd.Process.Kill(); close(killed) })
			}
			id := v["id"].(string)
			if _, twice := present[id]; twice || gone[id] {
				t.Fatalf("the id %s was given out twice", id)
			}
			present[id] = subject
			if n%3 == 0 {
				if status, _ := do("PATCH", "/me/messages/"+id, `{"subject":"`+subject+`/changed"}`); status == 200 {
					present[id] = subject + "/changed"
				} else {
					delete(present, id) // it may or may not have been changed
				}
			}
			if n%5 == 4 {
				delete(present, id)
				if status, _ := do("POST", "/me/messages/"+id+"/permanentDelete", ""); status == 204 {
					gone[id] = true
				}
			}
			if n%7 == 0 {
				if status, v := do("GET", "/me/mailFolders/archive/messages/delta?$select=id", ""); status == 200 && v["@odata.deltaLink"] != nil {
					delta = v["@odata.deltaLink"].(string)
				}
			}
		}
		<-killed
		_ = cmd.Wait() // it was killed
		http.DefaultClient.CloseIdleConnections()
	}
	if len(present) == 0 {
		t.Error("nothing was written in any round")
	}
	s, err := devtenant.Start(t.Context(), devtenant.Options{StateFile: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	box, _ := s.Mailboxes.Mailbox(directory.DemoUPN)
	for id, subject := range present {
		if m, err := box.Message(id); err != nil || m.Subject != subject {
			t.Errorf("at the end: %q %v, want %q", m.Subject, err, subject)
		}
	}
}
