package seed

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Remove takes away what Fill has made in a mailbox, for good and not into Deleted Items, and nothing else. Folders and
// calendars stay where something else is in them; categories stay, since they bear no mark. After an error, or when ctx
// ends, it can be called again. With dry it only counts.
func (s *Seeder) Remove(ctx context.Context, who Person, dry bool) (Count, error) {
	c := s.client(who)
	var gone Count
	if err := c.access(ctx); err != nil {
		return gone, err
	}
	have, err := c.inventory(ctx)
	if err != nil {
		return gone, err
	}
	all := slices.Clone(have.twice)
	for _, i := range have.items {
		all = append(all, i)
	}
	for _, kind := range []struct {
		what, at string
		n        *int
	}{{"mail", "/messages", &gone.Mail}, {"contacts", "/contacts", &gone.Contacts}, {"events", "/events", &gone.Events}} {
		var ids []string
		for _, i := range all {
			if i.at == kind.at {
				ids = append(ids, i.ID)
			}
		}
		*kind.n, err = c.removeAll(ctx, kind.what, kind.at, ids, dry)
		if err != nil {
			return gone, doing("remove the "+kind.what, err)
		}
	}
	for _, kind := range []struct {
		at    string
		n     *int
		empty func(context.Context, item) (bool, error)
	}{{"/mailFolders", &gone.Folders, c.emptyFolder}, {"/calendars", &gone.Calendars, c.emptyCalendar}} {
		containers := slices.DeleteFunc(slices.Clone(all), func(i item) bool { return i.at != kind.at })
		// What is deeper has the longer path in its key, and goes first.
		slices.SortFunc(containers, func(x, y item) int { return strings.Count(y.key(), "/") - strings.Count(x.key(), "/") })
		for _, i := range containers {
			if dry {
				*kind.n++
				continue
			}
			ok, err := kind.empty(ctx, i)
			if err == nil && ok {
				err = c.permanentDelete(ctx, kind.at, i.ID)
			}
			if err != nil {
				return gone, doing("remove "+i.DisplayName+i.Name, err)
			}
			if ok {
				*kind.n++
			}
		}
	}
	return gone, nil
}

func (c *client) removeAll(ctx context.Context, what, at string, ids []string, dry bool) (int, error) {
	c.progress(what, 0, len(ids))
	if dry {
		return len(ids), nil
	}
	done := make(chan struct{}, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, id := range ids {
		g.Go(func() error {
			if err := c.permanentDelete(ctx, at, id); err != nil {
				return err
			}
			done <- struct{}{}
			c.progress(what, len(done), len(ids))
			return nil
		})
	}
	err := g.Wait()
	return len(done), err
}

// permanentDelete is no error for what is gone: an answer may have been lost.
func (c *client) permanentDelete(ctx context.Context, at, id string) error {
	err := c.post(ctx, at+"/"+pathEscape(id)+"/permanentDelete", nil, nil)
	if refused := (*Error)(nil); errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return nil
	}
	return err
}

func (c *client) emptyFolder(ctx context.Context, i item) (bool, error) {
	var now item
	err := c.get(ctx, "/mailFolders/"+pathEscape(i.ID), query("$select", "id,childFolderCount,totalItemCount"), &now)
	return now.Total == 0 && now.ChildFolders == 0, err
}

func (c *client) emptyCalendar(ctx context.Context, i item) (bool, error) {
	n := 0
	err := list(ctx, c, "/calendars/"+pathEscape(i.ID)+"/events", query("$select", "id", "$top", "1"), func(item) { n++ })
	return n == 0, err
}
