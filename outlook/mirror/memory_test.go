package mirror

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/internal/store"
)

// tenantEnv makes the test program a simulated tenant with so many messages, so that a benchmark can have one in another
// process.
const tenantEnv = "SUPERCRM_TEST_TENANT"

type served struct{ GraphURL, Token string }

// TestServeTenant serves until its standard input ends; only a benchmark runs it.
func TestServeTenant(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv(tenantEnv))
	if err != nil {
		t.Skip("only as the other process of a benchmark")
	}
	s, err := devtenant.Start(t.Context(), devtenant.Options{Seed: "large", Messages: n})
	must(t, err)
	defer s.Close()
	token, err := s.Token(directory.DemoUPN)
	must(t, err)
	must(t, json.NewEncoder(os.Stdout).Encode(served{s.GraphURL, token}))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// otherProcess starts such a tenant.
func otherProcess(b testing.TB, messages int) served {
	b.Helper()
	self, err := os.Executable()
	must(b, err)
	cmd := exec.CommandContext(b.Context(), self, "-test.run=^TestServeTenant$", "-test.timeout=30m")
	cmd.Env = append(os.Environ(), fmt.Sprint(tenantEnv, "=", messages))
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	var s served
	line, err := bufio.NewReader(out).ReadString('\n')
	must(b, err)
	must(b, json.Unmarshal([]byte(line), &s))
	return s
}

// peak is the most memory that this process has had resident since the last resetPeak, in bytes (proc(5), VmHWM).
func peak() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmHWM")
}

func resetPeak() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// BenchmarkMirrorMemory is the most memory that this process has while it mirrors 100,000 messages from a tenant in
// another one.
func BenchmarkMirrorMemory(b *testing.B) {
	const n = 100_000
	if _, err := peak(); err != nil {
		b.Skip("no /proc here: ", err)
	}
	tenant := otherProcess(b, n)
	most := int64(0)
	for i := range b.N {
		db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), fmt.Sprint(i, ".db")))
		must(b, err)
		debug.FreeOSMemory()
		must(b, resetPeak())
		took := mirrorFrom(b, tenant.GraphURL, tenant.Token, db, n)
		p, err := peak()
		must(b, err)
		most = max(most, p)
		b.ReportMetric(n/took.Seconds(), "messages/s")
		must(b, db.Close())
	}
	b.ReportMetric(float64(most)/1e6, "MB")
}

// BenchmarkPollNothingNew is the requests of a poll with nothing new in a mailbox of 300 folders.
func BenchmarkPollNothingNew(b *testing.B) {
	r, c, _ := settledRig(b, 300)
	r.polled(c)
	most := 0
	for b.Loop() {
		most = max(most, len(r.polled(c)))
	}
	b.ReportMetric(float64(most), "requests")
}

// BenchmarkChangeToRow is how much longer than the poll interval it takes at most until a change on the server is a row,
// in a mailbox of 300 folders of which one is on the screen. The tenth of a second that its changes come apart is no
// divisor of the interval, so that they fall on all of it.
func BenchmarkChangeToRow(b *testing.B) {
	const poll = time.Second
	r := newRig(b)
	r.pollEvery = poll
	r.furnish(12)
	ids := r.manyFolders(300)
	r.start()
	r.synced()
	var row int64
	must(b, r.db.Reader().QueryRow(`SELECT id FROM mail_folder WHERE graph_id=?`, ids[17]).Scan(&row))
	r.m.InView(row)
	worst := time.Duration(0)
	read := true
	message := r.box.Messages(ids[17])[0].ID
	n := 0
	for b.Loop() {
		n++
		time.Sleep(time.Duration(n%7) * 110 * time.Millisecond)
		read = !read
		begun := time.Now()
		must(b, r.box.SetRead(message, read))
		r.until("the change is a row", func() bool {
			var is bool
			must(b, r.db.Reader().QueryRow(`SELECT is_read FROM message WHERE folder_id=?`, row).Scan(&is))
			return is == read
		})
		worst = max(worst, time.Since(begun)-poll)
	}
	b.ReportMetric(float64(worst.Milliseconds()), "ms-over")
}
