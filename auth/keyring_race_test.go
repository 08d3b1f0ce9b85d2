package auth

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const workerEnv = "SUPERCRM_TEST_WORKER" // set in a process that only refreshes

// refreshRounds of TestTwoProcessesRefreshAtOnce; go run ./cmd/dev test -long runs a thousand.
var refreshRounds = flag.Int("rounds", 30, "how often two processes refresh at once")

// worker is one of the two processes, told over its pipes when to refresh.
type worker struct {
	cmd  *exec.Cmd
	tell io.WriteCloser
	says *bufio.Scanner
}

func startWorker(t *testing.T, login, locks string) *worker {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{cmd: exec.CommandContext(t.Context(), self)}
	w.cmd.Env = append(os.Environ(), workerEnv+"="+login, "WORKER_LOCKS="+locks)
	w.cmd.Stderr = os.Stderr
	if w.tell, err = w.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.says = bufio.NewScanner(out)
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestTwoProcessesRefreshAtOnce lets two processes rotate one account's token in the real keyring, both in each round at
// the same moment, against a server on which a refresh token works once only: a single slip ends in ErrSignInAgain.
func TestTwoProcessesRefreshAtOnce(t *testing.T) {
	if !inKeyring(t, "", "test") {
		return
	}
	f := newFakeLogin(t)
	locks := t.TempDir()
	k := NewKeychain(KeychainService(testClient, f.URL))
	if err := k.Set(t.Context(), testKey, f.seed()); err != nil {
		t.Fatal(err)
	}
	workers := []*worker{startWorker(t, f.URL, locks), startWorker(t, f.URL, locks)}
	seen := map[string]bool{}
	began := time.Now()
	for round := range *refreshRounds {
		for _, w := range workers {
			if _, err := io.WriteString(w.tell, "\n"); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		for i, w := range workers {
			if !w.says.Scan() {
				t.Fatalf("round %d: process %d has ended", round, i)
			}
			if token := w.says.Text(); !strings.HasPrefix(token, "access-") || seen[token] {
				t.Fatalf("round %d, process %d: %q, seen before: %v", round, i, token, seen[token])
			} else {
				seen[token] = true
			}
		}
		if stored, err := k.Get(t.Context(), testKey); err != nil || !f.lives(stored) {
			t.Fatalf("round %d: what is stored is not the living token: %v", round, err)
		}
	}
	t.Logf("%d rounds in %v", *refreshRounds, time.Since(began).Round(time.Millisecond))
	for _, w := range workers {
		w.tell.Close()
		if err := w.cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := f.count(); n != 2**refreshRounds {
		t.Errorf("%d refreshes, want %d", n, 2**refreshRounds)
	}
}

// refreshWorker is one of the two processes: it refreshes once for each line it reads, and writes the token.
func refreshWorker() int {
	login := os.Getenv(workerEnv)
	c := New(Config{ClientID: testClient, LoginURL: login, LockDir: os.Getenv("WORKER_LOCKS"), HTTP: &http.Client{Timeout: 20 * time.Second}},
		NewKeychain(KeychainService(testClient, login)), nil)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		token, err := c.Token(context.Background(), testKey)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(token)
		c.Invalidate(testKey, token)
	}
	return 0
}
