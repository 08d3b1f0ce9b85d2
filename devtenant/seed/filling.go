package seed

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// filling is one mailbox being filled.
type filling struct {
	*client
	have *inventory
	plan *plan
	dry  bool
	out  *Result
	mu   sync.Mutex // of out
}

func (f *filling) all(ctx context.Context) error {
	for _, stage := range []func(context.Context) error{f.categories, f.folders, f.mail, f.contacts, f.calendars, f.events} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	return nil
}

// count adds one to a number of the result.
func (f *filling) count(of *int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*of++
}

// each carries out a stage's steps, as many at once as the service allows, and tells how far it is. make is not called
// for what is there.
func each[T any](ctx context.Context, f *filling, what string, all []T, key func(T) string, there, made *int, make func(context.Context, T) error) error {
	var todo []T
	for _, item := range all {
		if _, ok := f.have.items[key(item)]; ok {
			*there++
		} else {
			todo = append(todo, item)
		}
	}
	done := len(all) - len(todo)
	f.progress(what, done, len(all))
	if f.dry {
		*made += len(todo)
		return nil
	}
	g, until := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, item := range todo {
		if until.Err() != nil {
			break
		}
		g.Go(func() error {
			if err := make(until, item); err != nil {
				return err
			}
			f.count(made)
			f.count(&done)
			f.mu.Lock()
			n := done
			f.mu.Unlock()
			f.progress(what, n, len(all))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func (f *filling) categories(ctx context.Context) error {
	err := list(ctx, f.client, "/outlook/masterCategories", nil, func(c category) { // no marks: one of the same name will do
		f.have.items["category "+strings.ToLower(c.DisplayName)] = item{}
	})
	if err != nil {
		return doing("list the categories", err)
	}
	return each(ctx, f, "categories", f.plan.categories, func(c category) string { return "category " + strings.ToLower(c.DisplayName) },
		&f.out.There.Categories, &f.out.Made.Categories, func(ctx context.Context, c category) error {
			return doing("make category "+c.DisplayName, f.insist(ctx, func() error {
				err := f.post(ctx, "/outlook/masterCategories", c, nil)
				if isConflict(err) {
					return nil
				}
				return err
			}))
		})
}

// folders makes them one after the other, since one is in another.
func (f *filling) folders(ctx context.Context) error {
	for i, step := range f.plan.folders {
		f.progress("folders", i, len(f.plan.folders))
		if there, ok := f.have.items[step.key]; ok {
			f.have.folders[step.path] = there.ID
			f.out.There.Folders++
			continue
		}
		f.out.Made.Folders++
		if f.dry {
			continue
		}
		parent := "msgfolderroot"
		if step.parent != "" {
			parent = f.have.folders[step.parent]
		}
		id, err := f.folder(ctx, parent, step)
		if err != nil {
			return err
		}
		f.have.folders[step.path] = id
	}
	f.progress("folders", len(f.plan.folders), len(f.plan.folders))
	return nil
}

// folder makes a folder, or takes one of the same name that is there, without a mark: it is not ours to remove.
func (f *filling) folder(ctx context.Context, parent string, step folderStep) (string, error) {
	var made item
	at := "/mailFolders/" + pathEscape(parent) + "/childFolders"
	err := f.insist(ctx, func() error {
		err := f.post(ctx, at, map[string]any{"displayName": step.name, propsName: marks(f.plan.run, step.key)}, &made)
		if !isConflict(err) && !isDoubt(err) {
			return err
		}
		looked := list(ctx, f.client, at, query("$filter", "displayName eq '"+quoted(step.name)+"'", "$select", "id,displayName"), func(i item) { made = i })
		if looked != nil || made.ID != "" {
			return looked
		}
		return err
	})
	return made.ID, doing("make folder "+step.path, err)
}

func (f *filling) mail(ctx context.Context) error {
	return each(ctx, f, "mail", f.plan.mail, func(m mailStep) string { return m.key }, &f.out.There.Mail, &f.out.Made.Mail,
		func(ctx context.Context, m mailStep) error {
			folder := m.folder
			if id := f.have.folders[folder]; id != "" {
				folder = id
			}
			return doing("store a message", f.create(ctx, "/mailFolders/"+pathEscape(folder)+"/messages", "/messages", m.key, m.body))
		})
}

func (f *filling) contacts(ctx context.Context) error {
	return each(ctx, f, "contacts", f.plan.contacts, func(c itemStep) string { return c.key }, &f.out.There.Contacts, &f.out.Made.Contacts,
		func(ctx context.Context, c itemStep) error {
			return doing("store a contact", f.create(ctx, "/contacts", "/contacts", c.key, c.body))
		})
}

func (f *filling) calendars(ctx context.Context) error {
	for _, step := range f.plan.calendars {
		if there, ok := f.have.items[step.key]; ok {
			f.have.calendars[step.name] = there.ID
			f.out.There.Calendars++
			continue
		}
		if id := f.have.byName[strings.ToLower(step.name)]; id != "" { // somebody's own: it is used and not removed
			f.have.calendars[step.name] = id
			continue
		}
		f.out.Made.Calendars++
		if f.dry {
			continue
		}
		var made item
		err := f.insist(ctx, func() error {
			err := f.post(ctx, "/calendars", map[string]any{"name": step.name, "color": step.color, propsName: marks(f.plan.run, step.key)}, &made)
			if !isConflict(err) && !isDoubt(err) {
				return err
			}
			if looked := f.inventCalendars(ctx, f.have); looked != nil {
				return looked
			}
			if made.ID = f.have.byName[strings.ToLower(step.name)]; made.ID != "" {
				return nil
			}
			return err
		})
		if err != nil {
			return doing("make calendar "+step.name, err)
		}
		f.have.calendars[step.name] = made.ID
	}
	return nil
}

func (f *filling) events(ctx context.Context) error {
	err := each(ctx, f, "events", f.plan.events, func(e eventStep) string { return e.key }, &f.out.There.Events, &f.out.Made.Events,
		func(ctx context.Context, e eventStep) error {
			at := "/events"
			if e.calendar != "" {
				at = "/calendars/" + pathEscape(f.have.calendars[e.calendar]) + "/events"
			}
			return doing("store an event", f.create(ctx, at, at, e.key, e.body))
		})
	if err != nil || f.dry {
		return err
	}
	for _, e := range f.plan.events {
		for _, x := range e.changed {
			if err := f.occurrence(ctx, e, x); err != nil {
				return doing("change an occurrence", err)
			}
		}
	}
	return nil
}

// occurrence makes the exception of a series, or cancels it, unless that was done before.
func (f *filling) occurrence(ctx context.Context, e eventStep, x exception) error {
	id, err := f.find(ctx, "/events", e.key)
	if err != nil || id == "" {
		return err
	}
	day := x.day.UTC()
	var there []item
	err = list(ctx, f.client, "/events/"+pathEscape(id)+"/instances", query("startDateTime", day.AddDate(0, 0, -1).Format(graphTime), "endDateTime", day.AddDate(0, 0, 2).Format(graphTime),
		"$select", "id,type,start,originalStart"), func(i item) {
		if i.originalDay(f.plan.loc) == day.Format(time.DateOnly) {
			there = append(there, i)
		}
	})
	if err != nil || len(there) == 0 || there[0].Kind != "occurrence" {
		return err
	}
	at := "/events/" + pathEscape(there[0].ID)
	if x.body == nil {
		err := f.send(ctx, http.MethodDelete, at, nil, nil)
		if refused := (*Error)(nil); errors.As(err, &refused) && refused.Status == http.StatusNotFound {
			return nil // an earlier attempt cancelled it, and its answer was lost
		}
		return err
	}
	return f.send(ctx, http.MethodPatch, at, x.body, nil)
}
