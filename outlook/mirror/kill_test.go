package mirror

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/internal/store"
	"supercrm/outlook"
)

var kills = flag.Int("kills", 12, "how often TestKilledAtAnyPoint kills the program")

// childEnv makes the test binary a mirror in a process of its own: the file, the address of Graph and a seed.
const childEnv = "SUPERCRM_MIRROR_CHILD"

// withFile parts a mail's subject from how many bytes go with it.
const withFile = " with "

// A mirror in a process of its own follows a mailbox and edits it at random. It is killed at random points, many times over.
// At the end every mail that was meant to go has gone once, none else, and both sides hold the same.
func TestKilledAtAnyPoint(t *testing.T) {
	r := newRig(t)
	r.furnish(30)
	rng := rand.New(rand.NewPCG(uint64(*kills), 9))
	meant := map[string]bool{}
	for i := range *kills {
		for _, s := range r.killed(i, time.Duration(rng.IntN(900))*time.Millisecond) {
			meant[s] = true
		}
		r.box.Deliver(mailbox.Mail{Subject: fmt.Sprint("Meanwhile ", i), From: mailbox.Address{Addr: "anna@customer.example"}, To: []mailbox.Address{{Addr: me}}, Body: mailbox.Body{Text: "x"}})
		if rng.IntN(8) == 0 {
			r.box.ForgetChanges()
		}
	}
	r.start()
	r.until("the queue is settled", func() bool {
		box, err := r.m.Outbox(t.Context())
		must(t, err)
		for _, it := range box {
			switch it.State {
			case PendingConflict:
				decided(t, r.m.Resolve(t.Context(), it.ID, true))
			case PendingFailed:
				t.Fatalf("given up: %+v", it)
			}
		}
		return len(box) == 0
	})
	r.synced()
	r.until("both sides hold the same", func() bool {
		if r.diff() != "" {
			r.synced()
		}
		return r.diff() == ""
	})
	r.indexed()
	went, files := map[string]int{}, 0
	for _, m := range r.box.SentMail() {
		went[m.Subject]++
		have, want := 0, 0
		for _, a := range m.Attachments {
			have += len(a.Bytes)
		}
		if _, size, ok := strings.Cut(m.Subject, withFile); ok {
			_, err := fmt.Sscan(size, &want)
			must(t, err)
			files++
		}
		if have != want {
			t.Errorf("%q has %d bytes of files", m.Subject, have)
		}
	}
	for subject := range meant {
		var waits int // the setting goes in the commit that queues the mail
		must(t, r.db.Reader().QueryRow(`SELECT count(*) FROM setting WHERE name=?`, "mail.draft."+subject).Scan(&waits))
		if n := went[subject]; n+waits != 1 {
			t.Errorf("%q was sent %d times, and %d times not queued", subject, n, waits)
		}
		delete(went, subject)
	}
	for subject, n := range went {
		if n != 1 { // killed between its commit and the line that tells of it
			t.Errorf("%q was sent %d times", subject, n)
		}
	}
	if left := r.box.Messages("drafts"); len(left) != 0 {
		t.Errorf("%d sendable copies are left", len(left))
	}
	t.Logf("%d kills, %d mails meant, %d sent with a file", *kills, len(meant), files)
}

// killed runs the other process for so long, kills it, and gives the mails that it said it was about to queue.
func (r *rig) killed(round int, after time.Duration) []string {
	r.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", childEnv, r.path, r.server.URL+"/graph/v1.0", round))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(r.t, err)
	must(r.t, cmd.Start())
	var lines []string
	var wg sync.WaitGroup
	ready := make(chan struct{})
	wg.Go(func() {
		scan := bufio.NewScanner(out)
		opened := sync.OnceFunc(func() { close(ready) })
		defer opened()
		for scan.Scan() {
			opened() // the file is open: the rest is a race
			if s, ok := strings.CutPrefix(scan.Text(), "mail "); ok {
				lines = append(lines, s)
			}
		}
	})
	<-ready
	time.Sleep(after)
	must(r.t, cmd.Process.Kill())
	wg.Wait()
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		r.t.Fatalf("the other process ended by itself: %v", err)
	}
	return lines
}

// child is the other process. It never ends by itself.
func child(spec string) error {
	part := strings.Split(spec, "|")
	ctx := context.Background()
	db, err := store.Open(ctx, part[0])
	if err != nil {
		return err
	}
	fmt.Println("open")
	m := New(Options{DB: db, Zone: "Europe/Berlin", PollEvery: 40 * time.Millisecond, RetryBase: 20 * time.Millisecond})
	client, err := outlook.New(outlook.Options{BaseURL: part[1], HTTP: &http.Client{}, RetryBase: 5 * time.Millisecond, Timeout: 2 * time.Second,
		Token: func(context.Context) (string, error) { return "good", nil }})
	if err != nil {
		return err
	}
	account, err := m.Connect(ctx, AccountInfo{Key: "t.maya", UPN: me, Name: "Maya Torres", Granted: []string{"Mail.ReadWrite"}}, client)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		if err := m.childStep(ctx, account.ID, fmt.Sprintf("Kill %s-%d", part[2], i)); err != nil {
			return err
		}
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
	}
}

func (m *Mirror) childStep(ctx context.Context, account int64, name string) error {
	var message int64
	_ = m.db.Reader().QueryRowContext(ctx, `SELECT id FROM message WHERE is_draft=0 ORDER BY random() LIMIT 1`).Scan(&message)
	switch rand.IntN(6) {
	case 0, 1:
		size := []int{0, 0, 700, 3<<20 + 1}[rand.IntN(4)] // the largest goes by an upload session
		if size > 0 {
			name += fmt.Sprint(withFile, size)
		}
		if err := m.db.Write(ctx, "keep a draft", func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO setting VALUES (?, 'text')`, "mail.draft."+name)
			return err
		}); err != nil {
			return err
		}
		fmt.Println("mail " + name)
		mail := NewMail{AccountID: account, Subject: name, To: []Address{{Addr: "anna@customer.example"}}, Text: "Dear Anna", Draft: "mail.draft." + name}
		if size > 0 {
			f, err := m.Attach(ctx, mail.Draft, "plan.bin", int64(size), bytes.NewReader(bytes.Repeat([]byte{7}, size)))
			if err != nil {
				return err
			}
			mail.Files = []int64{f.ID}
		}
		_, err := m.SendMail(ctx, mail)
		return err
	case 2:
		if message != 0 {
			return notYet(m.MarkRead(ctx, []int64{message}, rand.IntN(2) == 0))
		}
	case 3:
		return notYet(m.Move(ctx, []int64{message}, []string{"archive", "inbox"}[rand.IntN(2)]))
	case 4:
		start := m.now().UTC().Truncate(time.Hour).Add(time.Duration(24+rand.IntN(200)) * time.Hour)
		_, err := m.CreateEvent(ctx, NewEvent{Subject: name, Start: start, End: start.Add(time.Hour)})
		return notYet(err)
	case 5:
		var event int64
		if m.db.Reader().QueryRowContext(ctx, `SELECT id FROM event WHERE subject LIKE 'Kill%' ORDER BY random() LIMIT 1`).Scan(&event) == nil {
			return notYet(m.EditEvent(ctx, event, EventEdit{Location: &name}))
		}
	}
	return nil
}

// notYet passes over what a mailbox that is only partly mirrored cannot take.
func notYet(err error) error {
	var bad ErrBadInput
	if isNotFound(err) || errors.As(err, &bad) {
		return nil
	}
	return err
}
