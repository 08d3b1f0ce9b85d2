package devtenant

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"supercrm/devtenant/mailbox"
)

// stateEvery is the least time between two writes of the state file. A crash loses at most what happened since the last
// write, and never the file: a new one is written beside it, synced, and put in its place.
const stateEvery = 2 * time.Second

// stateFile keeps the mailboxes in a file. The nil one keeps nothing.
type stateFile struct {
	path  string
	boxes *mailbox.Registry
	log   *slog.Logger
	lock  *flock.Flock
	saved uint64 // Registry.Changes of what is in the file
	done  chan struct{}
}

// openState makes the mailboxes: from the state file when there is one, else from the seed. A file that cannot be read
// is left as it is, and the tenant does not start.
func openState(o Options) (*stateFile, *mailbox.Registry, error) {
	if o.StateFile == "" {
		boxes, err := fill(o)
		return nil, boxes, err
	}
	s := &stateFile{path: o.StateFile, log: o.Log, lock: flock.New(o.StateFile + ".lock"), done: make(chan struct{})}
	switch ok, err := s.lock.TryLock(); {
	case err != nil:
		return nil, nil, fmt.Errorf("lock the state file: %w", err)
	case !ok:
		return nil, nil, fmt.Errorf("the state file %s is in use by another tenant", o.StateFile)
	}
	boxes, err := s.read(o)
	if err != nil {
		s.release()
		return nil, nil, err
	}
	s.boxes = boxes
	return s, boxes, nil
}

func (s *stateFile) read(o Options) (*mailbox.Registry, error) {
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return fill(o)
	}
	if err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	defer f.Close()
	boxes := mailbox.NewRegistry(o.Now)
	if err := boxes.Restore(bufio.NewReaderSize(f, 1<<20)); err != nil {
		return nil, fmt.Errorf("read the state file %s: %w", s.path, err)
	}
	for _, t := range o.Directory.Tenants() {
		for _, u := range t.Users { // people who have come since get an empty mailbox
			boxes.Add(mailbox.Owner{ObjectID: u.ObjectID, UPN: u.UPN, Name: u.Name, JobTitle: u.JobTitle})
		}
	}
	s.saved = boxes.Changes()
	return boxes, nil
}

// run writes what has changed, now and then, until ctx ends. A write that took long is followed by a longer pause, so
// that a large tenant is not busy with its file.
func (s *stateFile) run(ctx context.Context) {
	defer close(s.done)
	pause := stateEvery
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		begin := time.Now()
		if err := s.save(); err != nil {
			s.log.Error("cannot write the state file", "error", err)
		}
		pause = max(stateEvery, 10*time.Since(begin))
	}
}

// close waits for run, writes what is left and gives the file free.
func (s *stateFile) close() {
	if s == nil {
		return
	}
	<-s.done
	if err := s.save(); err != nil {
		s.log.Error("cannot write the state file", "error", err)
	}
	s.release()
}

// release gives the file free without writing it.
func (s *stateFile) release() {
	if s != nil {
		_ = s.lock.Unlock() // the process's end would, too
	}
}

func (s *stateFile) save() (err error) {
	changes := s.boxes.Changes()
	if changes == s.saved {
		return nil
	}
	dir := filepath.Dir(s.path)
	f, err := os.CreateTemp(dir, filepath.Base(s.path)+".*.tmp") // 0600
	if err != nil {
		return fmt.Errorf("make a new state file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := s.boxes.Save(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync the state: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("close the state: %w", err)
	}
	if err := os.Rename(f.Name(), s.path); err != nil {
		return fmt.Errorf("put the state in its place: %w", err)
	}
	if d, err := os.Open(dir); err == nil { // so that the new name survives a power cut, where a folder can be synced
		_ = d.Sync()
		_ = d.Close()
	}
	s.saved = changes
	return nil
}
