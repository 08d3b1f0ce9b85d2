package desktop

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DatabaseName is the file in the profile folder that marks it as one.
const DatabaseName = "supercrm.db"

// ProfileDir returns the absolute path of the folder that everything of the program is in, and makes it (0700) where it
// is missing. Without an override it follows the system:
//
//	Linux    $XDG_DATA_HOME/supercrm, else ~/.local/share/supercrm (XDG Base Directory Specification)
//	macOS    ~/Library/Application Support/supercrm
//	Windows  %LocalAppData%\supercrm (mail is too large to roam)
//
// A folder that was there already is made private as well, but for an override that holds other things: that is the
// person's own, and their permissions are left.
func ProfileDir(override string) (string, error) {
	dir := override
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			home = "" // not needed where the variable of the system is set
		}
		base, err := dataDir(runtime.GOOS, home, os.Getenv)
		if err != nil {
			return "", fmt.Errorf("find the profile folder: %w", err)
		}
		dir = filepath.Join(base, "supercrm")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the profile folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the profile folder: %w", err)
	}
	st, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("look at the profile folder: %w", err)
	}
	if st.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" && (override == "" || ours(dir)) {
		if err := os.Chmod(dir, 0o700); err != nil {
			return "", fmt.Errorf("make the profile folder private: %w", err)
		}
	}
	return dir, nil
}

// ours says whether a folder is a profile, or empty and so about to be one.
func ours(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, DatabaseName)); err == nil {
		return true
	}
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// dataDir is where a system keeps the data of one person's programs on this machine.
func dataDir(goos, home string, getenv func(string) string) (string, error) {
	switch goos {
	case "windows":
		if dir := getenv("LocalAppData"); dir != "" {
			return dir, nil
		}
		if home != "" {
			return filepath.Join(home, "AppData", "Local"), nil
		}
		return "", errors.New("neither %LocalAppData% nor a home folder is known")
	case "darwin":
		if home != "" {
			return filepath.Join(home, "Library", "Application Support"), nil
		}
	default:
		// The specification: a relative path is invalid and to be ignored.
		if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
			return dir, nil
		}
		if home != "" {
			return filepath.Join(home, ".local", "share"), nil
		}
	}
	return "", errors.New("the home folder is not known ($HOME is not set)")
}
