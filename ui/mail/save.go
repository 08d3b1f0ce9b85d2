package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFile bounds what a service may make us write to the disk; Exchange's own limit for a message is 150 MB.
const maxFile = 256 << 20

var errTooLarge = errors.New("the file is larger than a mail can be")

// limitedFile is a file that takes at most maxFile bytes.
type limitedFile struct {
	f    *os.File
	left int64
}

// Write implements io.Writer.
func (l *limitedFile) Write(p []byte) (int, error) {
	if int64(len(p)) > l.left {
		return 0, errTooLarge
	}
	n, err := l.f.Write(p)
	l.left -= int64(n)
	return n, err
}

// saveFile writes what fetch gives into a new file in dir, named after a name that anybody may have chosen, and returns its
// path. It never overwrites: "offer.pdf" becomes "offer (2).pdf". What fails leaves no file behind.
func saveFile(ctx context.Context, dir, name string, fetch func(context.Context, *limitedFile) error) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the downloads folder: %w", err)
	}
	f, err := reserve(dir, safeName(name))
	if err != nil {
		return "", err
	}
	err = fetch(ctx, &limitedFile{f, maxFile})
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("save file: %w", err), os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// reserve makes a file that did not exist.
func reserve(dir, name string) (*os.File, error) {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 1; n < 1000; n++ {
		try := name
		if n > 1 {
			try = stem + " (" + strconv.Itoa(n) + ")" + ext
		}
		f, err := os.OpenFile(filepath.Join(dir, try), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make file: %w", err)
		}
	}
	return nil, fmt.Errorf("make file: %w", fs.ErrExist)
}

// reservedNames cannot be files on Windows, with any ending.
var reservedNames = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true,
	"com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true}

// safeName makes a plain file name of any text: no folders, no control or direction characters, not hidden, not too long.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, name)
	name = strings.Trim(strings.TrimLeft(strings.TrimSpace(name), ". "), " .")
	const most = 180 // bytes; file systems take 255, and " (2)" is to fit
	if len(name) > most {
		ext := filepath.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		cut := most - len(ext)
		for cut > 0 && !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = strings.TrimRight(name[:cut], " .") + ext
	}
	stem, _, _ := strings.Cut(name, ".")
	if reservedNames[strings.ToLower(strings.TrimSpace(stem))] {
		name = "_" + name
	}
	if name == "" {
		return "attachment"
	}
	return name
}

// downloadsDir is where the person's browser saves files too. On Linux the desktop's own setting decides
// (freedesktop.org, xdg-user-dirs).
func downloadsDir() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), "downloads")
	}
	if runtime.GOOS == "linux" {
		config := os.Getenv("XDG_CONFIG_HOME")
		if config == "" {
			config = filepath.Join(home, ".config")
		}
		if dir := userDir(filepath.Join(config, "user-dirs.dirs"), home); dir != "" {
			return dir
		}
	}
	return filepath.Join(home, "Downloads")
}

// userDir reads the downloads folder out of a user-dirs.dirs file; "" if it is not there.
func userDir(file, home string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	return downloadOf(f, home)
}

func downloadOf(r io.Reader, home string) string {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		value, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "XDG_DOWNLOAD_DIR=")
		if !ok {
			continue
		}
		value = strings.Trim(value, `"`)
		if rest, ok := strings.CutPrefix(value, "$HOME/"); ok {
			value = filepath.Join(home, rest)
		}
		if filepath.IsAbs(value) && filepath.Clean(value) != filepath.Clean(home) {
			return value
		}
	}
	return ""
}
