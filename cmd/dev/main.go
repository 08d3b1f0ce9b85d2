// Command dev prepares a machine and runs what a developer runs: setup, demo, test and bench. It uses the standard library
// only (and internal/headless, which does too), so that it runs before anything is installed or fetched. What it starts
// are the tools themselves; it holds no knowledge of the product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// command is one of the words that may follow the program's name.
type command struct {
	name, gist string
	run        func(ctx context.Context, j *job, args []string) error
}

func commands() []command {
	return []command{
		{"setup", "find what this machine lacks and install it, or print the command that does", setup},
		{"demo", "build the program and run it on a simulated Office 365 tenant", demo},
		{"test", "run every check and every test there is", test},
		{"bench", "measure what has a bar, print one table", bench},
		{"package", "build for release and pack for this operating system", packageProgram},
	}
}

// job is what a command works with.
type job struct {
	root string // the module's folder, and the working directory
	out  io.Writer
	err  io.Writer
}

// errUsage ends the program with exit code 2: the arguments were wrong, and that has been said.
var errUsage = errors.New("wrong arguments")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return 2
	}
	if args[0] == "-h" || args[0] == "--help" || args[0] == "-help" || args[0] == "help" {
		usage(stdout)
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		root, err := moduleRoot(ctx)
		if err == nil {
			err = os.Chdir(root)
		}
		if err == nil {
			err = c.run(ctx, &job{root: root, out: stdout, err: stderr}, args[1:])
		}
		return exitCode(ctx, c.name, err, stderr)
	}
	fmt.Fprintf(stderr, "dev: there is no command %q\n\n", args[0])
	usage(stderr)
	return 2
}

// exitCode says on stderr what went wrong, if anything did.
func exitCode(ctx context.Context, name string, err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case ctx.Err() != nil:
		fmt.Fprintf(stderr, "dev %s: stopped\n", name)
		return 130 // as a shell reports SIGINT
	}
	fmt.Fprintf(stderr, "dev %s: %v\n", name, err)
	return 1
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: go run ./cmd/dev COMMAND [-h]")
	for _, c := range commands() {
		fmt.Fprintf(w, "    %-8s %s\n", c.name, c.gist)
	}
}

// parse reads a command's flags. Nothing may follow them.
func (j *job) parse(fs *flag.FlagSet, args []string) error {
	fs.SetOutput(j.err)
	for _, a := range args { // help that was asked for is not an error
		if a == "-h" || a == "-help" || a == "--help" {
			fs.SetOutput(j.out)
		}
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(j.err, "%s: unexpected argument %q\n", fs.Name(), fs.Arg(0))
		fs.Usage()
		return errUsage
	}
	return nil
}

// flags makes a command's flag set with a line that says what the command does.
func flags(name, gist string) *flag.FlagSet {
	fs := flag.NewFlagSet("dev "+name, flag.ContinueOnError)
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "usage: go run ./cmd/dev %s [flags]\n%s\n", name, gist)
		fs.PrintDefaults()
	}
	return fs
}

// moduleRoot is the folder of go.mod, wherever in the module the command was called.
func moduleRoot(ctx context.Context) (string, error) {
	mod, err := output(ctx, "go", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	if mod == "" || mod == os.DevNull {
		return "", errors.New("call this inside the project's folder: there is no go.mod here")
	}
	return filepath.Dir(mod), nil
}
