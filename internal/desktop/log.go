package desktop

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"gopkg.in/natefinch/lumberjack.v2"
)

// LogName is the log in the profile folder; older ones beside it carry the time they were closed at, in UTC.
const LogName = "supercrm.log"

// OpenLog opens the log in a profile folder: text lines with UTC times from level on, at most 5 MB a file and three older
// files of at most 30 days, all of mode 0600. Close it last. The rotating writer keeps one goroutine for as long as the
// process lives, so open one log in a process.
func OpenLog(dir string, level slog.Leveler) (*slog.Logger, io.Closer, error) {
	path := filepath.Join(dir, LogName)
	// Opened here first: the writer would report an error only with the first line, and it keeps the mode that a file has.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, nil, fmt.Errorf("make the log private: %w", err)
	}
	out := &lumberjack.Logger{Filename: path, MaxSize: 5 /* MB */, MaxBackups: 3, MaxAge: 30 /* days */}
	handler := slog.NewTextHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: utcTime})
	return slog.New(handler), out, nil
}

func utcTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	}
	return a
}
