package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"supercrm/auth"
	"supercrm/devtenant/seed"
)

const seedUsage = `Usage: devtenant seed [flags] -tenant T -client-id ID

Fills mailboxes of a development tenant, real or simulated, with the demo data: mail, calendar, contacts, categories.
A second run adds nothing, an interrupted one goes on. Nothing is mailed to anybody. Do not use it on mailboxes that
people work with.

It signs in as an application with a client secret (application permissions Mail.ReadWrite, Calendars.ReadWrite,
Contacts.ReadWrite, MailboxSettings.ReadWrite, and User.Read.All to list the users where no -mailbox is given), or with
-sign-in as a person, for that person's own mailbox (the same as delegated permissions, and User.Read).

The secret is read from the system's keychain, else asked for without being shown; where standard input is no terminal,
its first line is taken. It is never an argument or an environment variable.

`

// seedOptions are the command line's.
type seedOptions struct {
	login, graph, tenant, clientID string
	mailboxes                      []string
	signIn                         string
	messages                       int
	dryRun, remove, yes            bool
	newSecret, keepSecret          bool
}

// wrongUse is a mistake on the command line.
type wrongUse string

func (w wrongUse) Error() string { return string(w) + " (see devtenant seed -h)" }

func parseSeed(args []string, errOut io.Writer) (seedOptions, error) {
	var o seedOptions
	flags := flag.NewFlagSet("devtenant seed", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		fmt.Fprint(errOut, seedUsage)
		flags.PrintDefaults()
	}
	global, _ := auth.CloudByID("")
	flags.StringVar(&o.tenant, "tenant", "", "the organization, `T`: tenant id or domain")
	flags.StringVar(&o.clientID, "client-id", "", "application (client) `ID` of the registration to sign in with")
	flags.StringVar(&o.login, "login", "", "sign-in `URL` of another cloud or a simulated tenant (default "+global.LoginURL+")")
	flags.StringVar(&o.graph, "graph", "", "Graph `URL` that belongs to it, with /v1.0 (default "+global.GraphURL+")")
	flags.Func("mailbox", "`UPN` of a mailbox to fill; may be repeated (default: as an application every user of the tenant, after asking; as a person the own)", func(s string) error {
		o.mailboxes = append(o.mailboxes, strings.TrimSpace(s))
		return nil
	})
	flags.StringVar(&o.signIn, "sign-in", "app", "`how`: app (client secret), browser or device (a code to type elsewhere)")
	flags.IntVar(&o.messages, "messages", 0, fmt.Sprintf("`number` of messages in a mailbox, up to %d (default %d, or what it was filled with)", seed.MaxMessages, seed.DefaultMessages))
	flags.BoolVar(&o.dryRun, "dry-run", false, "only say what would be made or removed")
	flags.BoolVar(&o.remove, "remove", false, "remove, for good, what this command made, and nothing else")
	flags.BoolVar(&o.yes, "yes", false, "do not ask before every mailbox of the tenant is filled")
	flags.BoolVar(&o.newSecret, "new-secret", false, "ask for the secret although one is in the keychain")
	flags.BoolVar(&o.keepSecret, "keep-secret", false, "keep the secret in the keychain without asking")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, wrongUse(fmt.Sprintf("unknown argument %q", flags.Arg(0)))
	}
	if (o.login == "") != (o.graph == "") {
		return o, wrongUse("-login and -graph belong together: give both or none")
	}
	if o.login == "" {
		o.login, o.graph = global.LoginURL, global.GraphURL
	}
	o.login, o.graph = strings.TrimRight(o.login, "/"), strings.TrimRight(o.graph, "/")
	return o, o.check()
}

func (o seedOptions) check() error {
	switch {
	case o.tenant == "":
		return wrongUse("-tenant is missing: the organization's tenant id or domain")
	case o.clientID == "":
		return wrongUse("-client-id is missing: the application (client) id of a registration")
	case o.messages < 0 || o.messages > seed.MaxMessages:
		return wrongUse(fmt.Sprintf("-messages has to be between 1 and %d", seed.MaxMessages))
	}
	switch o.signIn {
	case "app":
	case "browser", "device":
		if len(o.mailboxes) > 0 {
			return wrongUse("-mailbox goes with an application's sign-in: a person fills the own mailbox")
		}
	default:
		return wrongUse(fmt.Sprintf("-sign-in %q is neither app, browser nor device", o.signIn))
	}
	u, err := url.Parse(o.graph)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !strings.HasSuffix(u.Path, "/v1.0") {
		return wrongUse("-graph has to be an address that ends in /v1.0")
	}
	// The token is worth as much as the mailboxes: it goes out encrypted, or not out of this computer.
	if u.Scheme != "https" && (u.Scheme != "http" || !onThisComputer(u)) {
		return wrongUse("-graph has to begin with https://, or be on this computer")
	}
	if err := auth.CheckConfig(auth.Config{ClientID: o.clientID, Tenant: o.tenant, LoginURL: o.login}); err != nil {
		return wrongUse(fmt.Sprintf("-login, -tenant or -client-id cannot be used: %v", err))
	}
	return nil
}

// seedTools are what the command has of the world outside, for tests to give others.
type seedTools struct {
	con     console
	keys    func(service string) auth.Keychain
	browser func(address string) error
}

// seedMain is the command: it returns the exit code, 0 only when everything is done, 2 for wrong use.
func seedMain(ctx context.Context, args []string, tools seedTools) int {
	errOut := tools.con.errOut
	o, err := parseSeed(args, errOut)
	var wrong wrongUse
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(errOut, "devtenant seed: %v\n", err)
		return 2
	case err != nil:
		return 2
	}
	if err := runSeed(ctx, o, tools); err != nil {
		fmt.Fprintf(errOut, "devtenant seed: %s\n", explainSeed(ctx, o, err))
		return 1
	}
	return 0
}

func runSeed(ctx context.Context, o seedOptions, tools seedTools) error {
	in, err := signIn(ctx, o, tools)
	if err != nil {
		return err
	}
	meter := newMeter(tools.con)
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4}
	defer transport.CloseIdleConnections()
	web := &http.Client{Transport: transport, Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s := seed.New(seed.Options{GraphURL: o.graph, HTTP: web, Token: in.token, Refused: in.refused, Messages: o.messages, Progress: meter.show})
	people, listed, err := whom(ctx, o, s)
	if err != nil {
		return err
	}
	if listed && !o.yes && !o.dryRun {
		if err := tools.con.mayAll(ctx, o, people); err != nil {
			return err
		}
	}
	for _, p := range people {
		line, err := oneMailbox(ctx, o, s, p)
		meter.end()
		if listed && noMailbox(err) {
			fmt.Fprintf(tools.con.errOut, "%s: left out, it has no Exchange Online mailbox\n", p.UPN)
			continue
		}
		if line != "" {
			fmt.Fprintln(tools.con.out, line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// whom finds whose mailboxes are meant; listed says that it is everybody.
func whom(ctx context.Context, o seedOptions, s *seed.Seeder) (people []seed.Person, listed bool, err error) {
	if o.signIn != "app" {
		me, err := s.Me(ctx)
		return []seed.Person{me}, false, err
	}
	for _, name := range o.mailboxes {
		p, err := s.Find(ctx, name)
		if err != nil {
			return nil, false, err
		}
		people = append(people, p)
	}
	if people == nil {
		people, err = s.People(ctx)
		return people, true, err
	}
	return people, false, nil
}

// oneMailbox fills or empties a mailbox and says in a line what came of it; after an error, how far it came.
func oneMailbox(ctx context.Context, o seedOptions, s *seed.Seeder, p seed.Person) (string, error) {
	if o.remove {
		gone, err := s.Remove(ctx, p, o.dryRun)
		verb := "removed"
		if o.dryRun {
			verb = "would remove"
		}
		if err != nil && gone.All() == 0 {
			return "", err
		}
		return fmt.Sprintf("%s: %s %s", p.UPN, verb, gone), err
	}
	r, err := s.Fill(ctx, p, o.dryRun)
	verb := "made"
	if o.dryRun {
		verb = "would make"
	}
	if err != nil && r.Made.All() == 0 {
		return "", err
	}
	line := fmt.Sprintf("%s: %s %s", p.UPN, verb, r.Made)
	if r.There.All() > 0 {
		line += fmt.Sprintf("; there already: %s", r.There)
	}
	if r.Again {
		line += r.Base.Format(" (first filled 2006-01-02 15:04 MST)")
	}
	return line, err
}

func onThisComputer(u *url.URL) bool {
	switch u.Hostname() {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	return false
}
