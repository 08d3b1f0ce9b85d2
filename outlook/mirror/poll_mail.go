package mirror

import (
	"context"
	"fmt"
	"time"

	"supercrm/outlook"
)

// pollFolders asks for the folder list and its counts.
func (r *runner) pollFolders(ctx context.Context) ([]*pollPart, error) {
	s, err := r.scope(ctx, "folders")
	if err != nil {
		return nil, err
	}
	return []*pollPart{deltaPart[outlook.Folder](r, "read folders", s, always, nil)}, nil
}

// pollMessages asks for the messages of the inbox and of what is on the screen, and of the other folders in turn.
func (r *runner) pollMessages(ctx context.Context) ([]*pollPart, error) {
	folders, err := r.folderRefs(ctx)
	if err != nil {
		return nil, err
	}
	scopes, err := r.scopesLike(ctx, "messages:")
	if err != nil {
		return nil, err
	}
	var parts []*pollPart
	for _, f := range folders {
		rank := rotating
		if f.wellKnown == "inbox" || r.inView(f.id) {
			rank = always
		}
		name := "messages:" + f.graph
		s, ok := scopes[name]
		if !ok {
			s = scope{name: name}
		}
		parts = append(parts, deltaPart[outlook.Message](r, "read messages", s, rank, func(ctx context.Context) error { return r.syncMessages(ctx, f) }))
	}
	return parts, nil
}

// scopesLike reads the scopes whose names begin with prefix, which holds no % or _.
func (r *runner) scopesLike(ctx context.Context, prefix string) (map[string]scope, error) {
	list, err := collect(ctx, r.m, "read sync state", func(row scanner) (s scope, err error) {
		err = row.Scan(&s.name, &s.link, &s.complete, &s.from, &s.to, &s.synced, &s.round)
		return s, err
	}, `SELECT scope, link, complete, window_from, window_to, synced_at, round FROM sync_state WHERE account_id=? AND scope LIKE ?||'%'`, r.account, prefix)
	out := make(map[string]scope, len(list))
	for _, s := range list {
		out[s.name] = s
	}
	return out, err
}

// pollFolderList reads the folder list's changes, then the messages of each folder that was told of or counts otherwise
// than before, and gives those folders.
func (r *runner) pollFolderList(ctx context.Context, p *pollPart) ([]folderRef, error) {
	before, err := r.folderTotals(ctx)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	page, err, ok := takeAnswer[outlook.Folder](&r.answers, p.scope.link)
	if ok {
		giveAnswer(&r.answers, p.scope.link, page, err)
	}
	for _, f := range page.Items {
		told[f.ID] = true
		if _, known := before[f.ID]; !known {
			r.forgetNames() // it may be the archive, which comes to be when it is first used
		}
	}
	folders, err := r.syncFolders(ctx)
	if err != nil {
		return nil, err
	}
	after, err := r.folderTotals(ctx)
	if err != nil {
		return nil, err
	}
	var read []folderRef
	work := newJobs(ctx)
	for _, f := range folders {
		if total, known := before[f.graph]; told[f.graph] || !known || total != after[f.graph] {
			read = append(read, f)
			work.run(func(ctx context.Context) error { return r.syncMessages(ctx, f) })
		}
	}
	return read, work.wait()
}

// folderTotals gives the server's counts by graph id.
func (r *runner) folderTotals(ctx context.Context) (map[string]int, error) {
	type row struct {
		graph string
		total int
	}
	list, err := collect(ctx, r.m, "list folders", func(s scanner) (f row, err error) {
		err = s.Scan(&f.graph, &f.total)
		return f, err
	}, `SELECT graph_id, total FROM mail_folder WHERE account_id=?`, r.account)
	out := make(map[string]int, len(list))
	for _, f := range list {
		out[f.graph] = f.total
	}
	return out, err
}

func (r *runner) forgetNames() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = nil
}

// probe asks which messages of the whole mailbox have changed.
type probe struct {
	part     *outlook.Part
	page     outlook.Page[outlook.Stamp]
	answered bool
}

// newProbe is nil when no probe can be made.
func (r *runner) newProbe() *probe {
	if r.m.now().Before(r.poll.noProbe) || r.poll.since.IsZero() {
		return nil
	}
	p := &probe{}
	p.part = outlook.StampsPart(r.poll.since, probeSize, &p.page)
	return p
}

// beginProbe notes the newest change of a message before everything is read, so that later probes tell of all that the
// reading may have missed.
func (r *runner) beginProbe(ctx context.Context) {
	if !r.poll.since.IsZero() || r.m.now().Before(r.poll.noProbe) {
		return
	}
	page, err := r.client.Stamps(ctx, time.Unix(0, 0), 1)
	if err != nil {
		r.probeFailed(err)
		return
	}
	r.poll.since = time.Unix(1, 0) // an empty mailbox
	r.poll.told = map[string]bool{}
	if len(page.Items) > 0 {
		r.poll.since = page.Items[0].Modified
	}
}

func (r *runner) probeFailed(err error) {
	if outlook.IsRefused(err) || outlook.IsNotFound(err) {
		r.poll.noProbe = r.m.now().Add(refusedFor)
	}
	r.m.log.Info("no probe for changed messages", "error", err)
}

// followProbe reads the folders in which a probe has found what the mirror does not have, and tells which scopes were read.
func (r *runner) followProbe(ctx context.Context, p *probe) (map[string]bool, error) {
	if p == nil {
		r.beginProbe(ctx)
		return nil, nil
	}
	if !p.answered { // no batch: a request of its own
		p.page, p.part.Err = r.client.Stamps(ctx, r.poll.since, probeSize)
	}
	if err := p.part.Err; err != nil {
		if hopeless(err) {
			return nil, err
		}
		r.probeFailed(err)
		return nil, nil
	}
	folders, err := r.folderRefs(ctx)
	if err != nil {
		return nil, err
	}
	stale := map[string]bool{}
	newest := r.poll.since
	for _, it := range p.page.Items {
		if it.Modified.After(newest) {
			newest = it.Modified
		}
		if r.poll.told[it.ID+" "+it.ETag] {
			continue
		}
		current, err := r.has(ctx, it)
		if err != nil {
			return nil, err
		}
		if !current {
			stale[it.FolderID] = true
		}
	}
	read := map[string]bool{}
	work := newJobs(ctx)
	for _, f := range folders {
		if stale[f.graph] {
			read["messages:"+f.graph] = true
			work.run(func(ctx context.Context) error { return r.syncMessages(ctx, f) })
		}
	}
	if err := work.wait(); err != nil {
		return nil, err
	}
	told := map[string]bool{}
	if !p.page.Last() { // more has changed than a probe lists: everything is read, and with it what changed up to now
		r.whole.Store(true)
		r.wakeSync()
		r.poll.since, r.poll.told = newest.Add(time.Second), told
		return read, nil
	}
	for _, it := range p.page.Items {
		if it.Modified.Equal(newest) {
			told[it.ID+" "+it.ETag] = true
		}
	}
	r.poll.since, r.poll.told = newest, told
	return read, nil
}

// has says whether the mirror has a message as a probe tells of it.
func (r *runner) has(ctx context.Context, it outlook.Stamp) (bool, error) {
	var n int
	err := r.m.db.Reader().QueryRowContext(ctx, `SELECT count(*) FROM message m JOIN mail_folder f ON f.id=m.folder_id
		WHERE m.account_id=? AND m.graph_id=? AND m.graph_id<>'' AND m.change_key=? AND f.graph_id=?`, r.account, it.ID, it.ETag, it.FolderID).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read message: %w", err)
	}
	return n > 0, nil
}
