package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	backupPrefix = "supercrm-"
	backupStamp  = "20060102-150405"
	keptBackups  = 10
)

// BackupFile is one backup: where it is and when it was made, UTC.
type BackupFile struct {
	Path string
	Made time.Time
}

// BackupFolder is where the backups of the file at path lie.
func BackupFolder(path string) string { return filepath.Join(filepath.Dir(path), "backups") }

// Backups lists the backups of the file at path, the newest first.
func Backups(path string) ([]BackupFile, error) {
	entries, err := os.ReadDir(BackupFolder(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var out []BackupFile
	for _, e := range entries {
		stamp, ok := strings.CutSuffix(e.Name(), ".db")
		stamp, ok2 := strings.CutPrefix(stamp, backupPrefix)
		if made, err := time.Parse(backupStamp, stamp); ok && ok2 && err == nil {
			out = append(out, BackupFile{filepath.Join(BackupFolder(path), e.Name()), made})
		}
	}
	slices.SortFunc(out, func(a, b BackupFile) int { return b.Made.Compare(a.Made) })
	return out, nil
}

// byClock parts backups from those that were made under a clock that was ahead of now. An hour is let pass.
func byClock(list []BackupFile, now time.Time) (past, ahead []BackupFile) {
	for _, b := range list {
		if b.Made.After(now.Add(time.Hour)) {
			ahead = append(ahead, b)
		} else {
			past = append(past, b)
		}
	}
	return past, ahead
}

// LastBackup says when the newest backup was made, and what kept the last attempt of BackupDue from making one.
func (d *DB) LastBackup() (made time.Time, failed error) {
	list, err := Backups(d.path)
	if past, _ := byClock(list, time.Now()); len(past) > 0 {
		made = past[0].Made
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return made, errors.Join(d.backupFailed, err)
}

// BackupDue makes a backup unless there is one of the last 24 hours, and removes the oldest beyond ten. It says whether it
// made one. now is what the backup is named after.
func (d *DB) BackupDue(ctx context.Context, now time.Time) (made bool, err error) {
	d.backingUp.Lock()
	defer d.backingUp.Unlock()
	made, err = d.backupDue(ctx, now)
	if !errors.Is(err, context.Canceled) {
		d.mu.Lock()
		d.backupFailed = err
		d.mu.Unlock()
	}
	return made, err
}

func (d *DB) backupDue(ctx context.Context, now time.Time) (bool, error) {
	have, err := Backups(d.path)
	if err != nil {
		return false, err
	}
	if past, _ := byClock(have, now); len(past) > 0 && now.Sub(past[0].Made) < 24*time.Hour {
		return false, nil
	}
	dir := BackupFolder(d.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, fmt.Errorf("back up: %w", PlaceProblem(err))
	}
	if err := d.Backup(ctx, filepath.Join(dir, backupPrefix+now.UTC().Format(backupStamp)+".db")); err != nil {
		return false, err
	}
	have, err = Backups(d.path)
	if err != nil {
		return true, err
	}
	past, ahead := byClock(have, now)
	have = append(past, ahead...) // those of a clock that was ahead go first: nobody knows how old they are
	for _, old := range have[min(keptBackups, len(have)):] {
		if err := removeBackup(old.Path); err != nil {
			return true, fmt.Errorf("remove an old backup: %w", err)
		}
	}
	return true, nil
}

func removeBackup(path string) error {
	return errors.Join(removeFile(path), os.RemoveAll(filesOf(path)))
}
