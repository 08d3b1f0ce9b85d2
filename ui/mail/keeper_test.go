package mail

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/ui/uitest"
)

// slowDrafts is a store whose writes wait for the test.
type slowDrafts struct {
	begun chan string
	free  chan struct{}
	saves atomic.Int32
}

func (s *slowDrafts) Load(context.Context, string) (string, error) { return "", nil }

func (s *slowDrafts) Save(ctx context.Context, name, _ string) error {
	s.begun <- name
	select {
	case <-s.free:
	case <-ctx.Done():
	}
	s.saves.Add(1)
	return nil
}

func (s *slowDrafts) Names(context.Context, string) ([]string, error) { return nil, nil }

func (s *slowDrafts) Delete(context.Context, string) error { return nil }

func TestRestWaitsForTheWriteAndAllowsNoOther(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(100, 100))
	s := &slowDrafts{begun: make(chan string, 4), free: make(chan struct{})}
	k := newKeeper(h, s)
	k.save("mail.draft.1", &draft{Text: "one"})
	<-s.begun
	k.save("mail.draft.1", &draft{Text: "two"}) // waits behind the first
	rested := make(chan int32)
	go func() {
		k.rest("mail.draft.1")
		rested <- s.saves.Load()
	}()
	select {
	case <-rested:
		t.Fatal("rest did not wait for the write that is under way")
	case <-time.After(50 * time.Millisecond):
	}
	close(s.free)
	if n := <-rested; n != 1 {
		t.Fatalf("%d writes when rest returned, want the first", n)
	}
	k.save("mail.draft.2", &draft{Text: "another"})
	if name := <-s.begun; name != "mail.draft.2" {
		t.Fatalf("%s was written after rest", name)
	}
}
