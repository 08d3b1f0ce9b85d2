package mail

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// composeKind says what a composer writes.
type composeKind string

const (
	replyOne   composeKind = "reply"
	replyAll   composeKind = "replyAll"
	forwarding composeKind = "forward"
	freshMail  composeKind = "new"
)

// draft is what has been typed and not sent. Thread is the conversation it answers.
type draft struct {
	Kind    composeKind `json:"kind"`
	To      string      `json:"to"`
	Cc      string      `json:"cc"`
	Subject string      `json:"subject,omitempty"`
	Text    string      `json:"text"`
	Thread  string      `json:"thread,omitempty"`
	Message int64       `json:"message,omitempty"` // that it answers, of a draft whose name does not tell
	From    string      `json:"from,omitempty"`    // the address of the account chosen for a new mail
	Files   []int64     `json:"files,omitempty"`   // as Data.Attach gave them
}

// Kept text is under names that begin so: an answer's draft with the row of the message after it, a copy of queued mail
// with the row of the outbox.
const (
	DraftPrefix  = mirror.DraftSetting
	QueuedPrefix = mirror.QueuedSetting
)

// replyKey names the draft of an answer to a message.
func replyKey(message int64) string { return DraftPrefix + strconv.FormatInt(message, 10) }

// freshKey names the draft of a new mail; those begun to an address have one each.
func freshKey(addr string) string { return DraftPrefix + "new." + addr }

// keeper holds drafts in memory and carries them to the store in the order in which they were typed: a late save can
// never bring back what was discarded. It may be used from any goroutine.
type keeper struct {
	store  Drafts
	mu     sync.Mutex
	drafts map[string]*draft // nil: known to be gone
	todo   []string
	busy   sync.Mutex // held while one draft is written
	wake   chan struct{}
}

// newKeeper starts the keeper; it ends with the program. store may be nil: then drafts last until the program ends.
func newKeeper(host page.Host, store Drafts) *keeper {
	k := &keeper{store: store, drafts: map[string]*draft{}, wake: make(chan struct{}, 1)}
	if store != nil {
		host.Go("keep drafts", func(ctx context.Context) { k.run(ctx, host) })
	}
	return k
}

func (k *keeper) run(ctx context.Context, host page.Host) {
	for {
		select {
		case <-ctx.Done():
			// What was typed last is written even though the program ends.
			_ = k.flush(context.WithoutCancel(ctx))
			return
		case <-k.wake:
		}
		if err := k.flush(ctx); err != nil && ctx.Err() == nil {
			host.Do(func() { host.Fail(page.T("keep the draft"), err) })
		}
	}
}

func (k *keeper) flush(ctx context.Context) error {
	for {
		if more, err := k.flushOne(ctx); err != nil || !more {
			return err
		}
	}
}

func (k *keeper) flushOne(ctx context.Context) (more bool, err error) {
	k.busy.Lock()
	defer k.busy.Unlock()
	k.mu.Lock()
	if len(k.todo) == 0 {
		k.mu.Unlock()
		return false, nil
	}
	key := k.todo[0]
	k.todo = k.todo[1:]
	d := k.drafts[key]
	var text []byte
	if d != nil {
		text, err = json.Marshal(d)
	}
	k.mu.Unlock()
	switch {
	case err != nil:
	case d == nil:
		err = k.store.Delete(ctx, key)
	default:
		err = k.store.Save(ctx, key, string(text))
	}
	if err != nil {
		k.again(key)
	}
	return err == nil, err
}

// again puts a key back that could not be written, for the next time: the program's end may have cut it off.
func (k *keeper) again(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Contains(k.todo, key) {
		k.todo = slices.Insert(k.todo, 0, key)
	}
}

// rest has nothing more written for a key until the next save: somebody else is about to remove it from the store. It
// waits for a write that is under way.
func (k *keeper) rest(key string) {
	k.drop(key)
	k.busy.Lock()
	defer k.busy.Unlock()
	k.drop(key) // the write has failed and would be tried again
}

func (k *keeper) drop(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.todo = slices.DeleteFunc(k.todo, func(t string) bool { return t == key })
}

// save keeps a draft; nil forgets it.
func (k *keeper) save(key string, d *draft) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d != nil {
		held := *d
		d = &held
	}
	k.drafts[key] = d
	if k.store == nil {
		return
	}
	for _, t := range k.todo {
		if t == key {
			return
		}
	}
	k.todo = append(k.todo, key)
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// load gives the draft of a key, from memory or else from the store. One that cannot be read counts as none.
func (k *keeper) load(ctx context.Context, key string) (draft, bool) {
	if d, known := k.held(key); known || k.store == nil {
		if d == nil {
			return draft{}, false
		}
		return *d, true
	}
	text, err := k.store.Load(ctx, key)
	var d draft
	if err != nil || text == "" || json.Unmarshal([]byte(text), &d) != nil {
		return draft{}, false
	}
	return d, true
}

func (k *keeper) held(key string) (*draft, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, known := k.drafts[key]
	return d, known
}
