package mail

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// asidePrefix begins the names of drafts that stand beside another one: what was taken back while something else was being
// written in its place. The row of the outbox follows.
const asidePrefix = DraftPrefix + "new." + QueuedPrefix

// asideKey names such a draft. Rows of the outbox are used again, so that a name may be taken: n tells them apart.
func asideKey(outboxID int64, n int) string {
	key := asidePrefix + strconv.FormatInt(outboxID, 10)
	if n > 0 {
		key += "." + strconv.Itoa(n)
	}
	return key
}

// freeKey is the draft that mail becomes which is taken back: its own, or one beside it where another text is there. sending is
// the draft of a mail that is being queued, "" for none.
func (p *Page) freeKey(ctx context.Context, t taken, sending string) string {
	key := t.key
	for n := 0; ; n++ {
		if _, kept := p.keeper.load(ctx, key); !kept && key != sending {
			return key
		}
		key = asideKey(t.outbox, n)
	}
}

// asideDraft is a draft that stands beside another one.
type asideDraft struct {
	key string
	draft
}

// aside lists the drafts that stand beside others, in the order of their names. Where the store cannot be read it knows those
// of this run: the rest of the page does not wait for that, and whoever keeps a draft is told.
func (k *keeper) aside(ctx context.Context) []asideDraft {
	var keys []string
	if k.store != nil {
		keys, _ = k.store.Names(ctx, asidePrefix)
	}
	k.mu.Lock()
	for key := range k.drafts { // what has not been written yet
		if strings.HasPrefix(key, asidePrefix) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	k.mu.Unlock()
	slices.Sort(keys)
	var out []asideDraft
	for _, key := range keys {
		if d, ok := k.load(ctx, key); ok {
			out = append(out, asideDraft{key, d})
		}
	}
	return out
}

// asideBanner is the way back to a draft that stands beside another one: no message and no button leads to it.
func (p *Page) asideBanner(a asideDraft) fyne.CanvasObject {
	name := strings.TrimSpace(a.Subject)
	if name == "" {
		name, _, _ = strings.Cut(strings.TrimSpace(a.Text), "\n")
	}
	if name == "" {
		name = a.To
	}
	write := kit.NewButton(page.T("Go on writing"), "edit", func() { p.openAside(a) })
	away := kit.NewGhost(page.T("Discard"), "", func() {
		p.host.Ask(discardText(name), page.T("Discard"), func() { p.forgetAside(a) })
	})
	return kit.NewBanner(kit.Neutral, page.T("“{{.Subject}}” is not finished", map[string]any{"Subject": shortened(name)}),
		page.T("You took it back before it was sent. Go on writing, or discard it."), wrapped(write, away))
}

// openAside goes on with a draft that stands beside another one; its message may be gone by now.
func (p *Page) openAside(a asideDraft) {
	p.host.Go("open a draft", func(ctx context.Context) {
		message := a.Message
		alone := message != 0 && p.isGone(ctx, message)
		p.host.Do(func() {
			if alone {
				a.draft, message = a.alone(""), 0
			}
			p.reopen(message, a.key, a.draft)
		})
	})
}

func (p *Page) forgetAside(a asideDraft) {
	p.keeper.save(a.key, nil)
	p.edit(page.T("discard the draft"), func(ctx context.Context) error { return p.data.Detach(ctx, a.Files...) }, p.load)
}
