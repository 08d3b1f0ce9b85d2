package store

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"syscall"
)

// classify says in our words what an error of SQLite or of the system means for the file. Others come back as they are.
func classify(err error) error {
	kind := kindOf(err)
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// PlaceProblem is for errors that are about the program's own folder: it gives them back with ErrFull or ErrReadOnly where
// the disk or the permissions are the reason.
func PlaceProblem(err error) error {
	if errors.Is(err, fs.ErrPermission) && !errors.Is(err, ErrReadOnly) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return classify(err)
}

// ofPlace says that the disk or the permissions failed something, not what is in a file.
func ofPlace(err error) bool { return errors.Is(err, ErrFull) || errors.Is(err, ErrReadOnly) }

// shmSize is SQLITE_IOERR_SHMSIZE: a full disk has no room for the index of the log, so that a file cannot even be opened.
const shmSize = 4874

// kindOf knows SQLite's primary result codes (sqlite.org/rescode.html): READONLY 8, CORRUPT 11, FULL 13, NOTADB 26.
func kindOf(err error) error {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		code := coded.Code()
		for _, kind := range []struct {
			is    error
			codes []int
		}{{ErrDamaged, []int{11, 26}}, {ErrFull, []int{13}}, {ErrReadOnly, []int{8}}} {
			if slices.Contains(kind.codes, code&0xff) {
				return kind.is
			}
		}
		if code == shmSize {
			return ErrFull
		}
	}
	var number syscall.Errno
	if !errors.As(err, &number) {
		return nil
	}
	switch {
	case number == syscall.ENOSPC, number == syscall.EDQUOT:
		return ErrFull
	case runtime.GOOS == "windows" && (number == 112 || number == 39): // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL
		return ErrFull
	case number == syscall.EROFS:
		return ErrReadOnly
	}
	return nil
}
