package devtenant

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"supercrm/devtenant/directory"
	"supercrm/devtenant/entra"
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/statefile"
)

// The names of what the state file keeps beside the mailboxes.
const (
	seedValue      = "seed"
	directoryValue = "directory"
	entraValue     = "entra"
	epochValue     = "epoch"
	grantsValue    = "grants"
)

// keepEvery is how often changes are looked for that no request has made. What a request has changed is in the file
// before it is answered.
const keepEvery = 250 * time.Millisecond

// keeper brings what changes into the state file. The nil one keeps nothing.
type keeper struct {
	file  *statefile.File
	boxes *mailbox.Registry
	login *entra.Server
	dir   *directory.Directory
	seed  seed
	log   *slog.Logger
	ask   chan chan struct{} // requests that wait for what they have changed
	done  chan struct{}
}

// began is what a tenant starts from.
type began struct {
	boxes *mailbox.Registry
	seed  seed
	entra []byte // of entra.Save; nil: anew
	file  *statefile.File
}

// abandon gives the state file free without writing.
func (b began) abandon() {
	if b.file != nil {
		b.file.Abandon()
	}
}

// begin makes the mailboxes from the seed, or as they were when there is a state file; then the directory is, too.
func begin(ctx context.Context, o Options) (_ began, err error) {
	b := began{boxes: mailbox.NewRegistry(o.Now)}
	if b.seed, err = newSeed(o); err != nil {
		return b, err
	}
	if o.StateFile == "" {
		return b, b.seed.fill(b.boxes)
	}
	if b.file, err = statefile.Open(ctx, o.StateFile); err != nil {
		return b, err
	}
	defer func() {
		if err != nil {
			b.file.Abandon()
		}
	}()
	first := b.file.Value(seedValue) == nil // killed before it had anything to keep, or new
	if !first {
		if err := json.Unmarshal(b.file.Value(seedValue), &b.seed); err != nil {
			return b, fmt.Errorf("read the state file's seed: %w", err)
		}
		if err := o.Directory.Load(b.file.Value(directoryValue)); err != nil {
			return b, err
		}
		b.entra = b.file.Value(entraValue)
		b.boxes.SetEpoch(string(b.file.Value(epochValue)))
	}
	if first || !b.file.Whole(ctx) {
		if err := b.seed.fill(b.boxes); err != nil {
			return b, err
		}
	}
	if err := b.file.Restore(context.WithoutCancel(ctx), b.boxes); err != nil { // bodies are read later, and at the very end, too
		return b, err
	}
	var grants [][2]string
	if raw := b.file.Value(grantsValue); raw != nil {
		if err := json.Unmarshal(raw, &grants); err != nil {
			return b, fmt.Errorf("read the state file's grants: %w", err)
		}
	}
	for _, g := range grants {
		b.boxes.GrantAccess(g[0], g[1])
	}
	return b, nil
}

// values are what is kept beside the mailboxes.
func (k *keeper) values() (map[string][]byte, error) {
	dir, err := k.dir.Save()
	if err != nil {
		return nil, err
	}
	login, err := k.login.Save()
	if err != nil {
		return nil, err
	}
	grants, err := json.Marshal(k.boxes.Grants())
	if err != nil {
		return nil, fmt.Errorf("write the grants: %w", err)
	}
	first, err := json.Marshal(k.seed)
	if err != nil {
		return nil, fmt.Errorf("write the seed: %w", err)
	}
	return map[string][]byte{directoryValue: dir, entraValue: login, grantsValue: grants, seedValue: first, epochValue: []byte(k.boxes.Epoch())}, nil
}

func (k *keeper) save(ctx context.Context) error {
	values, err := k.values()
	if err != nil {
		return err
	}
	return k.file.Save(ctx, k.boxes, values, statefile.Chunk)
}

// run writes what has changed, when a request asks for it and now and then, until ctx ends.
func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		var waiting []chan struct{}
		switch {
		case k.file.Behind(): // old messages are left: go on at once, but not before those who wait
			select {
			case w := <-k.ask:
				waiting = append(waiting, w)
			case <-ctx.Done():
				return
			default:
			}
		default:
			select {
			case w := <-k.ask:
				waiting = append(waiting, w)
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
		for more := true; more; {
			select {
			case w := <-k.ask:
				waiting = append(waiting, w)
			default:
				more = false
			}
		}
		// A save that has begun is finished, so that it need not be repeated.
		err := k.save(context.WithoutCancel(ctx))
		if err != nil {
			k.log.Error("cannot write the state file", "error", err)
		}
		for _, w := range waiting {
			close(w)
		}
		if err != nil {
			select { // a full disk is not asked without pause
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// kept waits until what has changed so far is in the file, or cannot be.
func (k *keeper) kept(ctx context.Context) {
	if k == nil {
		return
	}
	w := make(chan struct{})
	select {
	case k.ask <- w:
	case <-k.done:
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-w:
	case <-k.done:
	case <-ctx.Done():
	}
}

// close waits for run, writes what is left and gives the file free.
func (k *keeper) close(ctx context.Context) {
	if k == nil {
		return
	}
	<-k.done
	values, err := k.values()
	if err == nil {
		err = k.file.Close(ctx, k.boxes, values)
	}
	if err != nil {
		k.log.Error("cannot write the state file", "error", err)
	}
}

// keeping answers what next answers, but what a request may have changed is in the file first.
func (k *keeper) keeping(next http.Handler) http.Handler {
	if k == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.HasPrefix(r.URL.Path, "/graph/") {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(&keptWriter{ResponseWriter: w, keep: func() { k.kept(r.Context()) }}, r)
	})
}

// keptWriter holds an answer back until keep has returned.
type keptWriter struct {
	http.ResponseWriter
	keep  func()
	began bool
}

func (w *keptWriter) begin() {
	if !w.began {
		w.began = true
		w.keep()
	}
}

func (w *keptWriter) WriteHeader(status int) {
	w.begin()
	w.ResponseWriter.WriteHeader(status)
}

func (w *keptWriter) Write(b []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *keptWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
