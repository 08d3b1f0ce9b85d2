package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"supercrm/auth"
	"supercrm/devtenant/seed"
)

// console is where the command asks and answers.
type console struct {
	in          *bufio.Reader
	out, errOut io.Writer
	asks        bool // somebody sits at a terminal and can be asked
	live        bool // errOut is a terminal: a line may be written over
	// hidden reads a line of the terminal without showing it.
	hidden func() (string, error)
	// restore brings the terminal back after hidden was left alone.
	restore func()
}

// systemConsole is the process's own.
func systemConsole() console {
	fd := int(os.Stdin.Fd())
	c := console{in: bufio.NewReader(os.Stdin), out: os.Stdout, errOut: os.Stderr, asks: term.IsTerminal(fd), live: term.IsTerminal(int(os.Stderr.Fd()))}
	if !c.asks {
		return c
	}
	state, err := term.GetState(fd)
	c.restore = func() {
		if err == nil {
			_ = term.Restore(fd, state)
		}
	}
	c.hidden = func() (string, error) {
		b, err := term.ReadPassword(fd)
		return string(b), err
	}
	return c
}

const longestSecret = 4096

var errNoSecret = errors.New("there is no client secret: type it when it is asked for, or give it as the first line of standard input")

// askSecret asks on the terminal, else takes the first line of standard input.
func (c console) askSecret(ctx context.Context, clientID string) (auth.Secret, error) {
	read := func() (string, error) { return c.line(longestSecret) }
	if c.asks {
		fmt.Fprintf(c.errOut, "Client secret of %s (it is not shown): ", clientID)
		read = c.hidden
	}
	text, err := c.within(ctx, read)
	if c.asks {
		fmt.Fprintln(c.errOut)
	}
	if ctx.Err() != nil {
		return auth.Secret{}, ctx.Err()
	}
	if text = strings.TrimSpace(text); text == "" {
		return auth.Secret{}, errNoSecret
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return auth.Secret{}, fmt.Errorf("read the client secret: %w", err)
	}
	return auth.NewSecret(text), nil
}

// line reads one line of at most so many bytes.
func (c console) line(limit int) (string, error) {
	var b strings.Builder
	for b.Len() < limit {
		ch, err := c.in.ReadByte()
		if err != nil || ch == '\n' {
			return b.String(), err
		}
		b.WriteByte(ch)
	}
	return "", errors.New("the line is too long")
}

// within reads until ctx ends. A read of a terminal cannot be interrupted: it is left behind, and ends with the process.
func (c console) within(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		if c.restore != nil {
			c.restore()
		}
		return "", ctx.Err()
	}
}

// yes asks a question; anything but a yes is a no.
func (c console) yes(ctx context.Context, question string) bool {
	fmt.Fprintf(c.errOut, "%s [y/N] ", question)
	text, _ := c.within(ctx, func() (string, error) { return c.line(100) })
	text = strings.ToLower(strings.TrimSpace(text))
	return text == "y" || text == "yes"
}

// mayAll asks before all of a tenant's mailboxes are touched.
func (c console) mayAll(ctx context.Context, o seedOptions, people []seed.Person) error {
	if len(people) == 0 {
		return nil
	}
	verb := "filled with made-up mail, events and contacts"
	if o.remove {
		verb = "searched for the demo data, which is removed"
	}
	fmt.Fprintf(c.errOut, "No -mailbox is given, so these %d are %s:\n", len(people), verb)
	for i, p := range people {
		if i == 20 {
			fmt.Fprintf(c.errOut, "  and %d more\n", len(people)-i)
			break
		}
		fmt.Fprintf(c.errOut, "  %s\n", p.UPN)
	}
	if !c.asks {
		return errors.New("nobody can be asked whether all of them are meant: name mailboxes with -mailbox, or say -yes")
	}
	if !c.yes(ctx, "All of them?") {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errors.New("nothing was done: name mailboxes with -mailbox")
	}
	return nil
}

// meter shows how far a mailbox is: on a terminal in one line that is written over, else a line now and then.
type meter struct {
	con   console
	shown time.Time
	last  seed.Progress
	open  bool // a line is not ended yet
}

func newMeter(con console) *meter { return &meter{con: con} }

func (m *meter) show(p seed.Progress) {
	stage := p.Mailbox != m.last.Mailbox || p.What != m.last.What
	finished := p.Done == p.Total
	pause := 2 * time.Second
	if m.con.live {
		pause = 100 * time.Millisecond
	}
	if p.Total == 0 || !stage && !finished && time.Since(m.shown) < pause {
		return
	}
	if stage {
		m.end()
	}
	m.last, m.shown = p, time.Now()
	text := fmt.Sprintf("%s: %s %d/%d", p.Mailbox, p.What, p.Done, p.Total)
	if !m.con.live {
		fmt.Fprintln(m.con.errOut, text)
		return
	}
	fmt.Fprintf(m.con.errOut, "\r%s\x1b[K", text)
	m.open = true
}

func (m *meter) end() {
	if m.open {
		fmt.Fprintln(m.con.errOut)
		m.open = false
	}
}
