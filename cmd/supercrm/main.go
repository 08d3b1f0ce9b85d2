// Command supercrm is the desktop program: it reads flags and paths, opens the file and the log, wires the packages
// together and runs the window. What the program does is in the packages it wires.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"supercrm"
)

// options are the command line's.
type options struct {
	demo    bool
	profile string
	tour    string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "supercrm:", err)
			stop()
			os.Exit(1)
		}
	}
}

const usage = `Super CRM: Office 365 mail and calendar beside your customers.

  supercrm [-demo] [-profile DIR] [-tour DIR] [-version]
  supercrm consent-link [-tenant T] [-client-id ID] [-cloud C] [-v1]
  supercrm restore [-profile DIR] [BACKUP]

  -demo         run on a simulated Office 365 tenant with sample data; nothing leaves this computer
  -profile DIR  keep the program's file and log in DIR
  -tour DIR     walk the pages by itself, write a PNG of each to DIR, and quit
  -version      print the version

  consent-link  print the address at which an administrator approves the program
  restore       list the daily backups of people, companies and what is to be sent, or put one back

Environment, before what is set under Advanced:
  SUPERCRM_CLIENT_ID  application (client) id of your app registration
  SUPERCRM_TENANT     organization (id or domain) that alone may sign in
  SUPERCRM_LOGIN_URL  sign-in address of another cloud or a simulated tenant
  SUPERCRM_GRAPH_URL  Graph address of another cloud or a simulated tenant
`

func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "consent-link" {
		return consentLink(args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "restore" {
		return restore(ctx, args[1:], stdout, stderr)
	}
	fs := flag.NewFlagSet("supercrm", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, usage) }
	var o options
	fs.BoolVar(&o.demo, "demo", false, "")
	fs.StringVar(&o.profile, "profile", "", "")
	fs.StringVar(&o.tour, "tour", "", "")
	version := fs.Bool("version", false, "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; see supercrm -h", fs.Arg(0))
	}
	if *version {
		m := supercrm.Metadata()
		_, err := fmt.Fprintf(stdout, "%s %s (build %d)\n", m.Name, m.Version, m.Build)
		return err
	}
	if err := run(ctx, o); !errors.Is(err, errAfresh) {
		return err
	}
	return startAgain(args)
}

// startAgain runs the program once more with the same arguments and leaves it to itself.
func startAgain(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	cmd := exec.Command(self, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start again: %w", err)
	}
	return cmd.Process.Release()
}
