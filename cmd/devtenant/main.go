// Command devtenant runs the simulated Office 365 tenant until it is interrupted. When it is ready it prints one line of
// JSON to standard output that says where it listens and with what to sign in; everything else goes to standard error.
// "devtenant seed" fills a tenant, simulated or real, with the demo data; it is a client of it like any other.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/pkg/browser"

	"supercrm/auth"
	"supercrm/devtenant"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var code int
	if len(os.Args) > 1 && os.Args[1] == "seed" {
		code = seedMain(ctx, os.Args[2:], seedTools{con: systemConsole(), keys: systemKeys, browser: openBrowser})
	} else {
		code = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	stop()
	os.Exit(code)
}

func systemKeys(service string) auth.Keychain { return auth.NewKeychain(service) }

func openBrowser(address string) error {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	return browser.OpenURL(address)
}

// run is the program without its process: it returns the exit code, 0 after an ordered end or -h, 2 for wrong use.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("devtenant", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		fmt.Fprint(errOut, "Usage: devtenant [flags]\n       devtenant seed [flags] -tenant T -client-id ID    fill a tenant with the demo data (devtenant seed -h)\n\nRuns a simulated Office 365 tenant: sign-in pages and Microsoft Graph with made-up people and mail.\nWhen ready it prints one line of JSON with the addresses and accounts. Ctrl+C ends it.\n\n")
		flags.PrintDefaults()
	}
	var o devtenant.Options
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:8700", "`host:port` to listen on; port 0 takes a free one")
	flags.StringVar(&o.Seed, "seed", "demo", "what the mailboxes hold: demo, empty or large")
	flags.IntVar(&o.Messages, "messages", 0, "number of messages in the first person's mailbox, with -seed large in everybody's; 0 takes the seed's own number")
	flags.StringVar(&o.StateFile, "state", "", "`file` that keeps mailboxes, people and sign-ins over restarts; the seed fills them when it is not there yet")
	flags.BoolVar(&o.TLS, "tls", false, "serve https with a certificate authority made for this run; its certificate's place is in the ready line")
	flags.StringVar(&o.CAFile, "ca", "", "`file` to write the authority's certificate to with -tls; empty takes a temporary one")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(errOut, "devtenant: unknown argument %q (see devtenant -h)\n", flags.Arg(0))
		return 2
	}
	o.Log = slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelInfo}))
	s, err := devtenant.Start(ctx, o)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		fmt.Fprintf(errOut, "devtenant: %s is in use by another program; stop it or choose another port with -listen\n", o.Listen)
		return 1
	case err != nil:
		fmt.Fprintf(errOut, "devtenant: %v\n", err)
		return 1
	}
	defer s.Close()
	if err := json.NewEncoder(out).Encode(readyLine(s)); err != nil {
		fmt.Fprintf(errOut, "devtenant: print the ready line: %v\n", err)
		return 1
	}
	<-ctx.Done()
	return 0
}

// ready is the line that scripts wait for.
type ready struct {
	Login    string   `json:"login"`
	Graph    string   `json:"graph"`
	Panel    string   `json:"panel"`
	CA       string   `json:"ca,omitempty"` // the certificate to trust, PEM
	ClientID string   `json:"client_id"`
	Tenants  []tenant `json:"tenants"`
}

type tenant struct {
	ID     string `json:"id"`
	Domain string `json:"domain"`
	Users  []user `json:"users"`
}

type user struct {
	UPN      string `json:"upn"`
	Password string `json:"password"`
	Role     string `json:"role"`
}

func readyLine(s *devtenant.Server) ready {
	r := ready{Login: s.LoginURL, Graph: s.GraphURL, Panel: s.PanelURL, CA: s.CAFile, ClientID: s.ClientID, Tenants: []tenant{}}
	for _, t := range s.Tenants {
		line := tenant{ID: t.ID, Domain: t.Domain, Users: []user{}}
		for _, u := range t.Users {
			line.Users = append(line.Users, user{u.UPN, u.Password, string(u.Role)})
		}
		r.Tenants = append(r.Tenants, line)
	}
	return r
}
