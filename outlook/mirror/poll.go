package mirror

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"supercrm/outlook"
)

const (
	// pollPage bounds the pages inside a batch; more is read by requests of their own.
	pollPage = 20
	// probeSize is how many changed messages a probe lists.
	probeSize = 50
	// wholeEvery is how often everything is looked at all the same: a day's polls may each have missed something.
	wholeEvery = 24 * time.Hour
	// refusedFor is how long a refused batch or probe is not tried again.
	refusedFor = time.Hour
)

// poll is what the sync worker keeps between polls.
type poll struct {
	wholeAt time.Time // when that was last
	ready   bool      // everything was read once, so polls are enough
	next    int       // where the rotation goes on
	noProbe time.Time
	since   time.Time       // the newest change of a message that a probe told of, by the service's clock
	told    map[string]bool // what was told of that moment: ids and etags
}

// pollPart is one thing that a poll asks about.
type pollPart struct {
	scope scope
	rank  pollRank
	// part asks in the batch. nil: what is followed cannot be asked about by a link now, and sync is called.
	part *outlook.Part
	// outcome is called when the part was answered: whether there is nothing new, and the link to go on from then. What it
	// has to pass on to sync it gives to the runner's answers.
	outcome func() (quiet bool, link string)
	// sync reads what is followed to the end, starting with the answer if there is one.
	sync func(context.Context) error
	// covers is the beginning of the names of scopes that sync reads as well; "" for none.
	covers string
}

// pollRank says how often something is asked about.
type pollRank int

const (
	always   pollRank = iota
	rotating          // in the room that is left, each in its turn
)

// pollSources are who has something to ask in a poll. Whoever follows something new adds to them; a source gives its parts
// in the order in which they are wanted.
var pollSources = []func(*runner, context.Context) ([]*pollPart, error){
	(*runner).pollFolders, (*runner).pollCalendars, (*runner).pollMessages, (*runner).pollSeldom,
}

// deltaPart is a part for a scope with a delta link.
func deltaPart[T any](r *runner, op string, s scope, rank pollRank, sync func(context.Context) error) *pollPart {
	p := &pollPart{scope: s, rank: rank, sync: sync}
	if !s.complete || s.round > 0 || s.link == "" {
		p.rank = always
		return p // a round is under way
	}
	page := new(outlook.Page[T])
	p.part = outlook.LinkPart(op, s.link, pollPage, page)
	p.outcome = func() (bool, string) {
		switch err := p.part.Err; {
		case err == nil && len(page.Items) == 0 && page.Last() && page.Delta != "":
			return true, page.Delta
		case err == nil:
			giveAnswer(&r.answers, s.link, *page, nil)
		case outlook.IsResync(err) || outlook.IsNotFound(err):
			giveAnswer(&r.answers, s.link, outlook.Page[T]{}, err)
		}
		return false, "" // anything else is asked once more, by a request of its own
	}
	return p
}

// answers holds pages that a batch has read, for whoever follows the links.
type answers struct {
	mu sync.Mutex
	by map[string]any // link → answer[T]
}

type answer[T any] struct {
	page outlook.Page[T]
	err  error
}

func giveAnswer[T any](a *answers, link string, page outlook.Page[T], err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[string]any{}
	}
	a.by[link] = answer[T]{page, err}
}

// takeAnswer gives an answer once.
func takeAnswer[T any](a *answers, link string) (outlook.Page[T], error, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	got, ok := a.by[link].(answer[T])
	if ok {
		delete(a.by, link)
	}
	return got.page, got.err, ok
}

func (a *answers) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.by = nil
}

// pollRound asks whether anything is new, in one request where the service takes a batch: the folder list with its
// counts, which messages of the whole mailbox have changed, the inbox, what is on the screen, the calendars, and some of
// the other folders in turn. Then it reads what has changed. A probe or a count only says where to look: what is deleted
// is what a folder's own delta says is gone and the service then denies.
func (r *runner) pollRound(ctx context.Context) (err error) {
	defer func() { r.setSyncing(false, problemOf(err)) }()
	defer r.answers.clear()
	r.late.begin(r.m.now())
	ctx = outlook.WithPriority(ctx, outlook.InView)
	parts, err := r.choose(ctx)
	if err != nil {
		return err
	}
	probe := r.newProbe()
	asked, err := r.ask(ctx, parts, probe)
	if err != nil {
		return err
	}
	if asked {
		r.learn(nil)
	}
	var quiet []quietScope
	var changed []*pollPart
	for _, p := range parts {
		still, link := false, ""
		if asked && p.part != nil {
			still, link = p.outcome()
		}
		switch {
		case !still:
			changed = append(changed, p)
		case p.scope.name != "" && link != p.scope.link:
			quiet = append(quiet, quietScope{p.scope, link})
		}
	}
	read, failed := r.readChanged(ctx, changed)
	if hopeless(failed) {
		return failed
	}
	also, err := r.followProbe(ctx, probe)
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	quiet = slices.DeleteFunc(quiet, func(s quietScope) bool { // what was read meanwhile has a link of its own
		return read[s.name] || also[s.name] || slices.ContainsFunc(changed, func(p *pollPart) bool { return p.covers != "" && strings.HasPrefix(s.name, p.covers) })
	})
	return r.endRound(quiet)
}

// readChanged reads what has changed, the folder list first, and tells which scopes were read.
func (r *runner) readChanged(ctx context.Context, changed []*pollPart) (map[string]bool, error) {
	read := map[string]bool{}
	var failed firstError
	for _, p := range changed {
		if p.scope.name != "folders" {
			continue
		}
		told, err := r.pollFolderList(ctx, p)
		if hopeless(err) {
			return read, err
		}
		failed.note(err)
		for _, f := range told {
			read["messages:"+f.graph] = true
		}
		read[p.scope.name] = true
	}
	covered := func(p *pollPart) bool {
		return read[p.scope.name] && p.scope.name != "" || slices.ContainsFunc(changed, func(o *pollPart) bool {
			return o != p && o.covers != "" && strings.HasPrefix(p.scope.name, o.covers)
		})
	}
	work := newJobs(ctx)
	for _, p := range changed {
		if !covered(p) {
			work.run(p.sync)
		}
	}
	err := work.wait()
	for _, p := range changed {
		read[p.scope.name] = true
	}
	if err == nil || !hopeless(err) && failed.err != nil {
		err = failed.err
	}
	return read, err
}

// choose takes what is always asked about, and from where the last poll stopped as much of the rest as has room.
func (r *runner) choose(ctx context.Context) ([]*pollPart, error) {
	var chosen, rest []*pollPart
	room := outlook.MaxParts - 1 // the probe
	for _, source := range pollSources {
		all, err := source(r, ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			switch {
			case p.part == nil:
				chosen = append(chosen, p)
			case p.rank == always && room > 0:
				chosen = append(chosen, p)
				room--
			default:
				rest = append(rest, p)
			}
		}
	}
	if len(rest) == 0 {
		return chosen, nil
	}
	r.poll.next %= len(rest)
	n := min(room, len(rest))
	for i := range n {
		chosen = append(chosen, rest[(r.poll.next+i)%len(rest)])
	}
	r.poll.next += n
	return chosen, nil
}

// ask makes the batch. asked is false when there can be none now: then everything is read by requests of its own.
func (r *runner) ask(ctx context.Context, parts []*pollPart, probe *probe) (asked bool, err error) {
	if r.batchRefused() {
		return false, nil
	}
	var batch []*outlook.Part
	for _, p := range parts {
		if p.part != nil {
			batch = append(batch, p.part)
		}
	}
	if probe != nil {
		batch = append(batch, probe.part)
	}
	err = r.client.Batch(ctx, batch)
	if outlook.IsBatchRefused(err) {
		r.refuseBatches(err)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("poll: %w", err)
	}
	if probe != nil {
		probe.answered = true
	}
	return true, nil
}

func (r *runner) batchRefused() bool { return millis(r.m.now()) < r.noBatch.Load() }

func (r *runner) refuseBatches(err error) {
	r.m.log.Warn("the service takes no batch, asking one by one", "error", err)
	r.noBatch.Store(millis(r.m.now().Add(refusedFor)))
}

// prefetch reads the first pages of many folders' rounds in batches, so that a start with hundreds of folders in which
// little is new takes few requests. What it does not get is read later, by requests of its own.
func (r *runner) prefetch(ctx context.Context, folders []folderRef) {
	if len(folders) < 2*atOnce || r.batchRefused() {
		return
	}
	var parts []*pollPart
	for _, f := range folders {
		s, err := r.scope(ctx, "messages:"+f.graph)
		if err != nil {
			return
		}
		if p := deltaPart[outlook.Message](r, "read messages", s, always, nil); p.part != nil {
			parts = append(parts, p)
		}
	}
	for len(parts) > 0 && ctx.Err() == nil {
		n := min(len(parts), outlook.MaxParts)
		if asked, err := r.ask(ctx, parts[:n], nil); !asked || err != nil {
			return
		}
		for _, p := range parts[:n] {
			if quiet, link := p.outcome(); quiet {
				giveAnswer(&r.answers, p.scope.link, outlook.Page[outlook.Message]{Delta: link}, nil)
			}
		}
		parts = parts[n:]
	}
}
