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
// deleted. Nothing is changed if that fails. Nobody may have the file open. ErrFull and ErrReadOnly say that there was no
// place for the new file, and nothing about what could be read.
func Repair(ctx context.Context, path string, now time.Time) (Repaired, error) {
	part := path + ".repair"
	defer removeFile(part)
	out, from, err := rescue(ctx, path, part, copyOwn)
	if err != nil {
		return out, fmt.Errorf("repair: %w", err)
	}
	if out.SetAside, err = replace(ctx, part, path, from, now); err != nil {
		return out, fmt.Errorf("repair: %w", err)
	}
	return out, nil
}

// Repairable says what Repair would do, without doing it.
func Repairable(ctx context.Context, path string) (Repaired, error) {
	part := path + ".repair"
	defer removeFile(part)
	out, _, err := rescue(ctx, path, part, copyOwn)
	return out, err
}

// rescue makes the new file at part and tells which backup it comes from, "" if none. copyFile is copyOwn, but for tests.
func rescue(ctx context.Context, path, part string, copyFile copier) (out Repaired, backup string, err error) {
	err = salvage(ctx, path, part, copyFile)
	if err == nil || ofPlace(err) || ctx.Err() != nil {
		return out, "", err
	}
	errs := []error{err}
	list, err := Backups(path)
	errs = append(errs, err)
	for _, b := range list {
		err := salvageBackup(ctx, b.Path, part, copyFile)
		if err == nil {
			return Repaired{FromBackup: b.Made}, b.Path, nil
		}
		if ofPlace(err) || ctx.Err() != nil {
			return out, "", err
		}
		errs = append(errs, err)
	}
	return out, "", fmt.Errorf("%w: %w", ErrNothingLeft, errors.Join(errs...))
}

// Restore puts the person's own data of a backup in place of the file at path, which is set aside. Nobody may have the
// file open. Mail and calendar are mirrored anew. It returns where the former file is; "" if there was none.
func Restore(ctx context.Context, backup, path string, now time.Time) (aside string, err error) {
	part := path + ".restore"
	defer removeFile(part)
	if err := salvageBackup(ctx, backup, part, copyOwn); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	aside, err = replace(ctx, part, path, backup, now)
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	return aside, nil
}

// Afresh sets a file aside of which nothing can be read, with its backups and the files of its mail, so that the next start
// makes a new one. The backups would give way to those of the new file one a day, and the mail's files at once.
func Afresh(path string, now time.Time) (aside string, err error) {
	var m moves
	aside = asideName(path, now)
	if err := errors.Join(m.renameIfThere(BackupFolder(path), aside+"-backups"), m.renameIfThere(OutboxFolder(path), aside+"-outbox"), m.setAside(path, aside)); err != nil {
		return "", errors.Join(fmt.Errorf("start with a new file: %w", err), m.undo())
	}
	return aside, nil
}

// replace puts the file at part in the place of the one at path, which is set aside with the attached files that the new
// one does not know. Those that it knows and that are gone come from the backup that it was made of, if there is one.
func replace(ctx context.Context, part, path, backup string, now time.Time) (aside string, err error) {
	var m moves
	defer func() {
		if err != nil {
			err = errors.Join(err, m.undo())
		}
	}()
	name := asideName(path, now)
	if err := m.setBlobsAside(ctx, part, OutboxFolder(path), name+"-outbox"); err != nil {
		return "", err
	}
	if backup != "" {
		if err := keepFiles(ctx, part, filesOf(backup), OutboxFolder(path)); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(path); err == nil {
		if err := m.setAside(path, name); err != nil {
			return "", err
		}
		aside = name
	}
	if err := m.rename(part, path); err != nil {
		return "", fmt.Errorf("put the new file in its place: %w", err)
	}
	return aside, nil
}

func asideName(path string, now time.Time) string {
	return path + ".damaged-" + now.Format("20060102-150405")
}

// setAside renames a database and the files that belong to it.
func (m *moves) setAside(path, aside string) error {
	for _, part := range []string{"-wal", "-shm"} { // the database last: while it is there, a crash leaves a damaged file to be found again
		if err := m.renameIfThere(path+part, aside+part); err != nil {
			return fmt.Errorf("set the damaged file aside: %w", err)
		}
	}
	if err := m.rename(path, aside); err != nil {
		return fmt.Errorf("set the damaged file aside: %w", err)
	}
	return nil
}

type copier func(ctx context.Context, from, to string) error

// salvage copies the person's own from a file that may be damaged into a new one at to, and checks that that opens.
func salvage(ctx context.Context, from, to string, copyFile copier) error {
	if err := removeFile(to); err != nil {
		return PlaceProblem(err)
	}
	if st, err := os.Stat(from); err != nil || st.Size() == 0 {
		return errors.Join(err, fmt.Errorf("%w: nothing is in it", ErrDamaged))
	}
	return copyFile(ctx, from, to)
}

// salvageBackup is salvage from a backup: what it has of the outbox may have been carried out since.
func salvageBackup(ctx context.Context, from, to string, copyFile copier) error {
	if err := salvage(ctx, from, to, copyFile); err != nil {
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
