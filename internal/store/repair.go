package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Repaired says what a repair gave: what is the person's own came from the damaged file itself, or from a backup of that
// time. SetAside is where the damaged file is now.
type Repaired struct {
	FromBackup time.Time // zero: from the damaged file
	SetAside   string
}

// ErrNothingLeft is returned (wrapped) by Repair when neither the file nor a backup can be read.
var ErrNothingLeft = errors.New("neither the file nor a backup can be read")

// Repair makes a new file at path out of a damaged one: what is the person's own is taken from it, or where that cannot be
// read, from the newest backup that can; what the mailbox can fill again is left out. The damaged file is set aside, not
// deleted. Nothing is changed if that fails. Nobody may have the file open.
func Repair(ctx context.Context, path string, now time.Time) (Repaired, error) {
	part := path + ".repair"
	defer removeFile(part)
	out, err := rescue(ctx, path, part)
	if err != nil {
		return out, fmt.Errorf("repair: %w", err)
	}
	if out.SetAside, err = SetAside(path, now); err != nil {
		return out, fmt.Errorf("repair: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return out, fmt.Errorf("repair: %w", err)
	}
	return out, nil
}

// Repairable says what Repair would do, without doing it.
func Repairable(ctx context.Context, path string) (Repaired, error) {
	part := path + ".repair"
	defer removeFile(part)
	return rescue(ctx, path, part)
}

// rescue makes the new file at part.
func rescue(ctx context.Context, path, part string) (out Repaired, err error) {
	errs := []error{salvage(ctx, path, part)}
	if errs[0] != nil {
		list, err := Backups(path)
		errs = append(errs, err)
		for _, b := range list {
			if err := salvageBackup(ctx, b.Path, part); err != nil {
				errs = append(errs, err)
				continue
			}
			out.FromBackup, errs = b.Made, nil
			break
		}
		if len(errs) > 0 {
			return out, fmt.Errorf("%w: %w", ErrNothingLeft, errors.Join(errs...))
		}
	}
	return out, nil
}

// Restore puts the person's own data of a backup in place of the file at path, which is set aside. Nobody may have the
// file open. Mail and calendar are mirrored anew. It returns where the former file is; "" if there was none.
func Restore(ctx context.Context, backup, path string, now time.Time) (aside string, err error) {
	part := path + ".restore"
	defer removeFile(part)
	if err := salvageBackup(ctx, backup, part); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	if _, err := os.Stat(path); err == nil {
		if aside, err = SetAside(path, now); err != nil {
			return "", fmt.Errorf("restore: %w", err)
		}
	}
	if err := os.Rename(part, path); err != nil {
		return aside, fmt.Errorf("restore: %w", err)
	}
	return aside, nil
}

// salvage copies the person's own from a file that may be damaged into a new one at to, and checks that that opens.
func salvage(ctx context.Context, from, to string) error {
	if err := removeFile(to); err != nil {
		return err
	}
	if st, err := os.Stat(from); err != nil || st.Size() == 0 {
		return errors.Join(err, fmt.Errorf("%w: nothing is in it", ErrDamaged))
	}
	return copyOwn(ctx, from, to)
}

// salvageBackup is salvage from a backup: what it has of the outbox may have been carried out since.
func salvageBackup(ctx context.Context, from, to string) error {
	if err := salvage(ctx, from, to); err != nil {
		return err
	}
	db, err := Open(ctx, to)
	if err != nil {
		return err
	}
	return errors.Join(lookBeforeSending(ctx, db), db.Close())
}

// lookBeforeSending has mail looked for among what was sent before it goes out: its steps are set to those that stand for a
// request whose end is not known (outlook/mirror, outbox.go). The others look by themselves, and changes other than mail
// may be made twice.
func lookBeforeSending(ctx context.Context, db *DB) error {
	return db.Write(ctx, "doubt what is to be sent", func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE outbox SET step=CASE step WHEN '' THEN 'drafting' ELSE 'sending' END
			WHERE kind IN ('mail.reply','mail.send') AND step IN ('','ready')`)
		return err
	})
}

// SetAside renames a database and the files that belong to it, and returns the new name.
func SetAside(path string, now time.Time) (string, error) {
	aside := path + ".damaged-" + now.Format("20060102-150405")
	for _, part := range []string{"-wal", "-shm", ""} { // the database last: while it is there, a crash leaves a damaged file to be found again
		err := os.Rename(path+part, aside+part)
		if err != nil && (part == "" || !errors.Is(err, os.ErrNotExist)) {
			return "", fmt.Errorf("set the damaged file aside: %w", err)
		}
	}
	return aside, nil
}
