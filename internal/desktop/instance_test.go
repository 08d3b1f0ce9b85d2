package desktop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// holdVar makes the test program hold a profile until its input ends: another process, for the tests below.
const holdVar = "SUPERCRM_TEST_HOLD"

func holdInstance() {
	_, already, err := SingleInstance(context.Background(), os.Getenv(holdVar), func() { fmt.Println("shown") })
	fmt.Println("already", already, err)
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

func TestSingleInstance(t *testing.T) {
	dir := t.TempDir()
	var shown atomic.Int32
	release, already, err := SingleInstance(t.Context(), dir, func() { shown.Add(1) })
	if err != nil || already {
		t.Fatalf("first start: already %t, %v", already, err)
	}
	defer release()
	private(t, filepath.Join(dir, callerName))
	private(t, filepath.Join(dir, lockName))
	for want := range int32(3) {
		if r, already, err := SingleInstance(t.Context(), dir, func() { t.Error("the later one was shown") }); err != nil || !already || r != nil {
			t.Fatalf("later start: already %t, %v", already, err)
		}
		if got := shown.Load(); got != want+1 {
			t.Fatalf("shown %d times, want %d", got, want+1)
		}
	}
	other, already, err := SingleInstance(t.Context(), t.TempDir(), func() {})
	if err != nil || already {
		t.Fatalf("another profile: already %t, %v", already, err)
	}
	other()
	release()
	release()
	again, already, err := SingleInstance(t.Context(), dir, func() {})
	if err != nil || already {
		t.Fatalf("after the release: already %t, %v", already, err)
	}
	again()
}

func TestSingleInstanceBetweenProcesses(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), holdVar+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	expect := func(want string) {
		t.Helper()
		if got, err := out.ReadString('\n'); err != nil || got != want+"\n" {
			t.Fatalf("it said %q, %v, want %q", got, err, want)
		}
	}
	expect("already false <nil>")
	if _, already, err := SingleInstance(t.Context(), dir, func() {}); err != nil || !already {
		t.Fatalf("second process: already %t, %v", already, err)
	}
	expect("shown")
	if err := cmd.Process.Kill(); err != nil { // a crash: the lock must not survive it
		t.Fatal(err)
	}
	_ = cmd.Wait()
	release, already, err := SingleInstance(t.Context(), dir, func() {})
	if err != nil || already {
		t.Fatalf("after a crash: already %t, %v", already, err)
	}
	release()
}

func TestSecondStartWaitsForTheFirst(t *testing.T) {
	dir := t.TempDir()
	release, _, err := SingleInstance(t.Context(), dir, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	path := filepath.Join(dir, callerName)
	note, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("127.0."), 0o600); err != nil { // as if it were not ready yet
		t.Fatal(err)
	}
	wrote := make(chan error, 1)
	go func() {
		time.Sleep(150 * time.Millisecond)
		wrote <- os.WriteFile(path, note, 0o600)
	}()
	_, already, err := SingleInstance(t.Context(), dir, func() {})
	if err := errors.Join(err, <-wrote); err != nil || !already {
		t.Fatalf("already %t, %v", already, err)
	}
}

func TestFirstThatDoesNotAnswer(t *testing.T) {
	dir := t.TempDir()
	release, _, err := SingleInstance(t.Context(), dir, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := os.WriteFile(filepath.Join(dir, callerName), []byte("127.0.0.1:1 x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, already, err := SingleInstance(ctx, dir, func() {}); !already || !errors.Is(err, ErrNoAnswer) {
		t.Fatalf("already %t, %v", already, err)
	}
}

func TestOnlyTheTokenShows(t *testing.T) {
	dir := t.TempDir()
	release, _, err := SingleInstance(t.Context(), dir, func() { t.Error("shown to a stranger") })
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	note, err := os.ReadFile(filepath.Join(dir, callerName))
	if err != nil {
		t.Fatal(err)
	}
	addr, _, ok := parseCaller(string(note))
	if !ok {
		t.Fatalf("note %q", note)
	}
	for name, said := range map[string]string{
		"another token": "show AAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		"no token":      "show \n",
		"a browser":     "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"no end":        strings.Repeat("x", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			_, _ = conn.Write([]byte(said))
			if got, _ := bufio.NewReader(conn).ReadString('\n'); got != "" {
				t.Fatalf("it answered %q", got)
			}
		})
	}
}

func TestReleaseDoesNotWaitForASilentCaller(t *testing.T) {
	dir := t.TempDir()
	release, _, err := SingleInstance(t.Context(), dir, func() {})
	if err != nil {
		t.Fatal(err)
	}
	note, err := os.ReadFile(filepath.Join(dir, callerName))
	if err != nil {
		t.Fatal(err)
	}
	addr, _, _ := parseCaller(string(note))
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	began := time.Now()
	release()
	if took := time.Since(began); took > callTime/2 {
		t.Fatalf("release took %v", took)
	}
}

func TestSingleInstanceWithoutAFolder(t *testing.T) {
	if _, already, err := SingleInstance(t.Context(), filepath.Join(t.TempDir(), "missing"), func() {}); err == nil || already {
		t.Fatalf("already %t, %v", already, err)
	}
}

func FuzzParseCaller(f *testing.F) {
	for _, s := range []string{"127.0.0.1:4711 TOKEN\n", "10.0.0.1:80 x\n", "", " ", "127.0.0.1: x", "127.0.0.1:1 a b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		addr, token, ok := parseCaller(text)
		if !ok {
			return
		}
		if !strings.HasPrefix(addr, "127.0.0.1:") || token == "" || strings.ContainsAny(token, " \r\n") {
			t.Fatalf("%q gave %q and %q", text, addr, token)
		}
	})
}

func TestAStartThatCannotBeReachedRunsAllTheSame(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, callerName, "in the way"), 0o700); err != nil { // as on a full disk, the note cannot be written
		t.Fatal(err)
	}
	release, already, err := SingleInstance(t.Context(), dir, func() {})
	if release == nil || already || !errors.Is(err, ErrNotReachable) {
		t.Fatalf("%v, %v", already, err)
	}
	release()
	if err := os.RemoveAll(filepath.Join(dir, callerName)); err != nil {
		t.Fatal(err)
	}
	if release, _, err = SingleInstance(t.Context(), dir, func() {}); err != nil {
		t.Fatal("still locked", err)
	}
	release()
}
