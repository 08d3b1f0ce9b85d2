package mail

import (
	"context"
	"maps"
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

// asideDraft is a draft that no message and no button leads to: one that stands beside another, or an answer whose message is
// gone.
type asideDraft struct {
	key    string
	orphan bool
	draft
}

// names lists the names of all drafts. Where the store cannot be read it knows those of this run: the rest of the page does not
// wait for that, and whoever keeps a draft is told.
func (k *keeper) names(ctx context.Context) []string {
	var keys []string
	if k.store != nil {
		keys, _ = k.store.Names(ctx, DraftPrefix)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for key := range k.drafts { // what has not been written yet
		if strings.HasPrefix(key, DraftPrefix) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// asideDrafts lists the drafts that nothing leads to, in the order of their names.
func (p *Page) asideDrafts(ctx context.Context) []asideDraft {
	var out []asideDraft
	answers := map[int64]string{}
	for _, key := range p.keeper.names(ctx) {
		if message, err := strconv.ParseInt(strings.TrimPrefix(key, DraftPrefix), 10, 64); err == nil {
			answers[message] = key
		}
		if !strings.HasPrefix(key, asidePrefix) {
			continue
		}
		if d, ok := p.keeper.load(ctx, key); ok {
			out = append(out, asideDraft{key: key, draft: d})
		}
	}
	if len(answers) == 0 {
		return out
	}
	rows, err := p.data.MessageRows(ctx, slices.Sorted(maps.Keys(answers)))
	if err != nil {
		return out // they are kept, and offered the next time
	}
	for _, row := range rows {
		delete(answers, row.ID)
	}
	for _, message := range slices.Sorted(maps.Keys(answers)) {
		if d, ok := p.keeper.load(ctx, answers[message]); ok {
			out = append(out, asideDraft{key: answers[message], orphan: true, draft: d})
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
	why := page.T("You took it back before it was sent. Go on writing, or discard it.")
	if a.orphan {
		why = page.T("The message that it answers was deleted. Go on writing, or discard it.")
	}
	return kit.NewBanner(kit.Neutral, page.T("“{{.Subject}}” is not finished", map[string]any{"Subject": shortened(name)}), why, wrapped(write, away))
}

// openAside goes on with a draft that nothing leads to; its message may be gone by now.
func (p *Page) openAside(a asideDraft) {
	p.host.Go("open a draft", func(ctx context.Context) {
		message := a.Message
		alone := a.orphan && a.Kind != freshMail || message != 0 && p.isGone(ctx, message)
		p.host.Do(func() {
			if alone {
				a.draft, message = a.alone(""), 0
			}
			p.reopen(message, a.key, a.draft)
		})
	})
}

// orphan makes a new mail of the answer that is being written, whose message has just gone: it stays where it is written, with
// the cursor in its place.
func (p *Page) orphan(w *composer, subject, from string) {
	row, column, focused := w.text.CursorRow, w.text.CursorColumn, p.host.Window().Canvas().Focused()
	d := w.draft().alone(subject)
	d.From = from
	w.closed = true // what it keeps from here on is the new mail's
	p.keeper.save(w.key, &d)
	p.reopen(0, w.key, d)
	again := p.writing
	for old, entry := range map[*kit.Entry]*kit.Entry{w.to.entry: again.to.entry, w.cc.entry: again.cc.entry} {
		if focused == old {
			p.host.Window().Canvas().Focus(entry)
		}
	}
	again.text.CursorRow, again.text.CursorColumn = row, column
	again.text.Refresh()
	p.host.Toast(page.T("The message that this answers was deleted. It is a new mail now, with your text."), nil)
}

func (p *Page) forgetAside(a asideDraft) {
	p.keeper.save(a.key, nil)
	p.edit(page.T("discard the draft"), func(ctx context.Context) error { return p.data.Detach(ctx, a.Files...) }, p.load)
}
