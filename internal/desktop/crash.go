package desktop

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// CrashName is the file of crash notes in the profile folder.
const CrashName = "crash.txt"

// crashSize is when the notes are begun anew, so that a program that crashes at each start does not fill the disk.
const crashSize = 256 << 10

// Crash records panics in the profile folder so that they can be sent to us: version, system, time, and the functions and
// lines that were running. It leaves out what could be personal: the panic's text (unless it is the Go runtime's own, such
// as "index out of range"), arguments, and the folders of source files. It is safe for concurrent use.
type Crash struct {
	path    string
	version string
	now     func() time.Time
	mu      sync.Mutex
}

// CrashFile records into dir. The file is made with the first panic.
func CrashFile(dir, version string, now func() time.Time) *Crash {
	return &Crash{path: filepath.Join(dir, CrashName), version: version, now: now}
}

// Guard is deferred at the top of a goroutine: a panic is recorded and goes on.
//
//	defer crash.Guard()
func (c *Crash) Guard() {
	if v := recover(); v != nil {
		_ = c.Report(v) // the panic itself says more than that its note could not be written
		panic(v)
	}
}

// Report records a recovered panic. It is called by the deferred function that recovered, while the frames that panicked
// can still be seen.
func (c *Crash) Report(recovered any) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  supercrm %s  %s/%s  %s\npanic: %s\n", c.now().UTC().Format(time.RFC3339), c.version, runtime.GOOS,
		runtime.GOARCH, runtime.Version(), impersonal(recovered))
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, "\t%s %s:%d\n", f.Function, filepath.Base(f.File), f.Line)
		if !more {
			break
		}
	}
	b.WriteByte('\n')
	return c.append(b.String())
}

// impersonal is the panic's text where the Go runtime wrote it, else only its type.
func impersonal(v any) string {
	err, isErr := v.(error)
	var own runtime.Error
	if isErr && errors.As(err, &own) {
		return own.Error()
	}
	return fmt.Sprintf("%T", v)
}

func (c *Crash) append(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if st, err := os.Stat(c.path); err == nil && st.Size() > crashSize {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(c.path, flags, 0o600)
	if err != nil {
		return fmt.Errorf("open the crash notes: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the crash notes: %w", err)
	}
	return nil
}
