package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"

	own "supercrm/internal/desktop"
	"supercrm/internal/store"
)

const restoreUsage = `Puts a daily backup back: people, companies, settings and what was still to be sent. Mail and calendar come back from the
mailbox. The present file is kept beside it under another name. Quit Super CRM first.

  supercrm restore [-profile DIR]          lists the backups
  supercrm restore [-profile DIR] BACKUP   puts one back: a path, or a name from the list
`

// restore is the command for whoever wants to go back to a backup although the file can be read.
func restore(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("supercrm restore", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, restoreUsage) }
	given := fs.String("profile", "", "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 1 {
		return fmt.Errorf("unknown argument %q; see supercrm restore -h", fs.Arg(1))
	}
	dir, err := own.ProfileDir(*given)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, own.DatabaseName)
	if fs.NArg() == 0 {
		return listBackups(file, stdout)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	release, already, err := own.SingleInstance(ctx, dir, func() {})
	if already {
		return errors.New("the program is running: quit it first, then try again")
	}
	if err != nil && !errors.Is(err, own.ErrNotReachable) {
		return err
	}
	defer release()
	backup := fs.Arg(0)
	if filepath.Base(backup) == backup {
		backup = filepath.Join(store.BackupFolder(file), backup)
	}
	aside, err := store.Restore(ctx, backup, file, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "restored %s\n", filepath.Base(backup))
	if aside != "" {
		fmt.Fprintf(stdout, "the former file is now %s\n", aside)
	}
	return nil
}

func listBackups(file string, stdout io.Writer) error {
	list, err := store.Backups(file)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(stdout, "there is no backup yet; the program makes one a day while it runs")
	}
	for _, b := range list {
		fmt.Fprintf(stdout, "%s  %s\n", filepath.Base(b.Path), b.Made.Local().Format("Mon 2 Jan 2006, 15:04"))
	}
	return nil
}
