package crm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"supercrm/internal/store"
)

// PeopleQuery says whom to list. The zero value is everybody.
type PeopleQuery struct {
	Text      string // every word must occur in name, company, an address, city or role; case and accents do not count
	CompanyID int64  // 0: of any company or none
}

// People lists who matches, sorted by name (case and accents do not count), then id. The result is the caller's own.
func (c *CRM) People(ctx context.Context, q PeopleQuery) ([]Person, error) {
	rows, err := c.index.current(ctx)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	words := parseQuery(q.Text)
	var hits []int
	addresses := 0
	for i := range rows {
		r := &rows[i]
		if (q.CompanyID == 0 || r.person.CompanyID == q.CompanyID) && words.in(r.text) {
			hits = append(hits, i)
			addresses += len(r.person.Emails)
		}
	}
	out := make([]Person, len(hits))
	own := make([]string, 0, addresses) // one allocation for everybody's addresses
	for i, at := range hits {
		out[i] = rows[at].person
		from := len(own)
		own = append(own, out[i].Emails...)
		out[i].Emails = own[from:len(own):len(own)]
	}
	return out, nil
}

// peopleIndex keeps everybody in memory with the folded text to search in, since folding 10,000 people for each key
// pressed would be slow and SQLite cannot fold. It hears of commits through the hub and reads only what changed. It has
// no goroutine: whoever asks brings it up to date.
type peopleIndex struct {
	db   *store.DB
	sub  *store.Subscription // ends with the file
	lock chan struct{}       // guards what follows; a channel, so that waiting ends with the context
	rows []indexed           // sorted; never changed in place, so that readers need no lock
	good bool                // rows is complete, but for what sub holds
}

type indexed struct {
	person Person
	key    string // the folded name
	text   string // what is searched
}

// patchLimit is how many changed people are read one by one; for more, reading all is as quick.
const patchLimit = 500

func newPeopleIndex(db *store.DB) *peopleIndex {
	return &peopleIndex{db: db, sub: db.Hub().Subscribe(store.People, store.Company), lock: make(chan struct{}, 1)}
}

// current is everybody as of the last commit. The slice is shared: do not change it.
func (x *peopleIndex) current(ctx context.Context) ([]indexed, error) {
	select {
	case x.lock <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-x.lock }()
	changes := x.sub.Take() // before reading: what commits meanwhile is heard next time
	if x.good && len(changes) == 0 {
		return x.rows, nil
	}
	patched := x.good
	x.good = false // until it worked: the changes taken must not be lost
	err := snapshot(ctx, x.db, "index people", func(q querier) error {
		if patched {
			done, err := x.patch(ctx, q, changes)
			if err != nil || done {
				return err
			}
		}
		all, err := readAllPeople(ctx, q)
		if err != nil {
			return err
		}
		x.rows = sorted(make([]indexed, 0, len(all)), all)
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.good = true
	return x.rows, nil
}

// patch reads again whoever the changes concern: themselves changed, or their company, whose name they carry. It reports
// false where that is unknown or too many.
func (x *peopleIndex) patch(ctx context.Context, q querier, changes []store.Change) (bool, error) {
	stale := map[int64]bool{}
	var companies []int64
	for _, ch := range changes {
		switch {
		case ch.All:
			return false, nil
		case ch.Kind == store.Company:
			companies = append(companies, ch.IDs...)
		default:
			for _, id := range ch.IDs {
				stale[id] = true
			}
		}
	}
	if len(companies) > 0 {
		for i := range x.rows { // joining and leaving announces the person itself, so the members known are enough
			if slices.Contains(companies, x.rows[i].person.CompanyID) {
				stale[x.rows[i].person.ID] = true
			}
		}
	}
	if len(stale) > patchLimit {
		return false, nil
	}
	ids := make([]int64, 0, len(stale))
	for id := range stale {
		ids = append(ids, id)
	}
	fresh, err := readPeople(ctx, q, ids)
	if err != nil {
		return false, err
	}
	kept := make([]indexed, 0, len(x.rows)+len(fresh))
	for _, r := range x.rows {
		if !stale[r.person.ID] {
			kept = append(kept, r)
		}
	}
	x.rows = sorted(kept, fresh)
	return true, nil
}

// sorted adds people to rows and sorts them.
func sorted(rows []indexed, people []Person) []indexed {
	for _, p := range people {
		key := fold(p.Name)
		rows = append(rows, indexed{p, key, key + "\n" + fold(strings.Join(append([]string{p.CompanyName, p.City, p.Role}, p.Emails...), "\n"))})
	}
	slices.SortFunc(rows, func(a, b indexed) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.person.ID, b.person.ID))
	})
	return rows
}
