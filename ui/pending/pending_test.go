package pending

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

// box is an outbox that the test fills; what was asked of it is noted. It is used by one goroutine at a time, the next
// one after Until.
type box struct {
	items []mirror.OutboxItem
	err   error
	asked chan string
}

func (b *box) Outbox(context.Context) ([]mirror.OutboxItem, error) {
	return slices.Clone(b.items), b.err
}
func (b *box) Retry(context.Context, int64) error { b.asked <- "retry"; return nil }
func (b *box) Discard(context.Context, int64) error {
	b.asked <- "discard"
	return errors.New("refused")
}
func (b *box) Resolve(_ context.Context, _ int64, mine bool) error {
	b.asked <- map[bool]string{true: "mine", false: "theirs"}[mine]
	return nil
}

func TestEachStateHasItsWordsAndButtons(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	b := &box{asked: make(chan string, 4)}
	p := New(h, b)
	h.Window().SetContent(p.Object())
	h.Window().Resize(fyne.NewSize(1024, 640))
	p.Opened()
	h.Until("nothing is pending", func() bool { return uitest.Shows(p.Object(), "Everything has been sent") })

	for _, c := range []struct {
		name    string
		item    mirror.OutboxItem
		shows   []string
		buttons map[string]string // label: what it asks for
	}{
		{"offline", mirror.OutboxItem{ID: 1, Kind: "mail.reply", Subject: "Offer", State: mirror.PendingQueued, Reason: "offline"},
			[]string{"Reply · Offer", "waits for the network"}, map[string]string{"Try again now": "retry"}},
		{"refused, without a subject", mirror.OutboxItem{ID: 2, Kind: "event.edit", State: mirror.PendingFailed, Reason: "refused"},
			[]string{"Change meeting · (no subject)", "the mailbox refused it"}, map[string]string{"Try again now": "retry", "Drop this change": "discard"}},
		{"conflict", mirror.OutboxItem{ID: 3, Kind: "event.edit", Subject: "Review", State: mirror.PendingConflict},
			[]string{"changed elsewhere"}, map[string]string{"Keep mine": "mine", "Keep theirs": "theirs"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.item.Since = time.Now()
			b.items = []mirror.OutboxItem{c.item}
			h.Changes().Announce(store.Outbox)
			for _, words := range c.shows {
				h.Until(words, func() bool { return uitest.Shows(p.Object(), words) })
			}
			for label, want := range c.buttons {
				if !uitest.Press(p.Object(), label) {
					t.Fatalf("no button %q", label)
				}
				if got := <-b.asked; got != want {
					t.Fatalf("%q asks for %s", label, got)
				}
			}
		})
	}
	h.Until("the refused discard is told", func() bool { return len(h.Failures) == 1 })
}

func TestClosedPanelReadsNothing(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	b := &box{err: errors.New("disk")}
	p := New(h, b)
	h.Changes().Announce(store.Outbox)
	h.Settle()
	if len(h.Failures) != 0 {
		t.Fatal("a closed panel read the outbox")
	}
	p.Opened()
	h.Until("the failure", func() bool { return len(h.Failures) == 1 })
}
