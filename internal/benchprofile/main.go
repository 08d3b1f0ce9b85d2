// Command benchprofile makes a profile folder as months of use leave it behind: a mirrored mailbox of so many messages, a
// calendar, and the people in them. The benchmarks start the program on it. Its account has no token in any keychain, so
// the program shows it as one to sign in to again and never reaches for the network. It is not the demo: that is devtenant.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"supercrm/crm"
	"supercrm/internal/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "benchprofile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("benchprofile", flag.ContinueOnError)
	dir := fs.String("dir", "", "profile folder to fill; it must not hold a profile")
	messages := fs.Int("messages", 10_000, "messages in the mailbox")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *dir == "" || *messages < 1 || fs.NArg() > 0 {
		return errors.New("usage: benchprofile -dir DIR [-messages N]")
	}
	path := filepath.Join(*dir, "supercrm.db")
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	begun := time.Now()
	db, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	err = crm.New(db, time.Now).ImportDemo(ctx)
	if err == nil {
		err = fill(ctx, db, *messages, time.Now())
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Printf("benchprofile: %d messages in %.1f s\n", *messages, time.Since(begun).Seconds())
	return nil
}
