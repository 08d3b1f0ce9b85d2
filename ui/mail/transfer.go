package mail

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// transfer is a file on its way: how much of it has come, and the way to stop it.
type transfer struct {
	done   atomic.Int64 // bytes
	total  int64        // bytes, as the service said
	cancel context.CancelFunc
}

// showEvery is how often a chip is drawn anew while its file comes.
const showEvery = 150 * time.Millisecond

// counting passes bytes on, and tells now and then that there are more.
type counting struct {
	w    io.Writer
	t    *transfer
	last time.Time
	told func()
}

// Write implements io.Writer.
func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.t.done.Add(int64(n))
	if time.Since(c.last) >= showEvery {
		c.last = time.Now()
		c.told()
	}
	return n, err
}

// progress is what a chip says of a transfer: nothing has come yet, or how much of how much.
func (t *transfer) progress() string {
	done := t.done.Load()
	if done == 0 {
		return page.T("saving…")
	}
	return page.T("{{.Done}} of {{.Total}}", map[string]any{"Done": fileSize(done), "Total": fileSize(max(done, t.total))})
}

// save fetches a file into the downloads folder. Pressed again, it is stopped.
func (c *chips) save(f mirror.Attachment) {
	if t := c.busy[f.GraphID]; t != nil {
		t.cancel()
		return
	}
	p, of := c.p, c.of
	ctx, cancel := context.WithCancel(p.host.Context())
	t := &transfer{total: f.Size, cancel: cancel}
	c.busy[f.GraphID] = t
	c.build()
	p.host.Go("save attachment", func(context.Context) {
		defer cancel()
		path, err := saveFile(ctx, p.downloads, f.Name, func(ctx context.Context, w *limitedFile) error {
			return p.data.FetchAttachment(ctx, of, f.GraphID, &counting{w: w, t: t, told: func() {
				p.host.Do(func() {
					if c.of == of && c.busy[f.GraphID] == t {
						c.build()
					}
				})
			}})
		})
		stopped := ctx.Err() != nil
		p.host.Do(func() {
			if c.of == of && c.busy[f.GraphID] == t {
				delete(c.busy, f.GraphID)
				c.build()
			}
			switch {
			case err != nil && stopped:
				p.host.Toast(page.T("{{.Name}} was not saved", map[string]any{"Name": f.Name}), nil)
			case err != nil:
				p.host.Fail(page.T("save {{.Name}}", map[string]any{"Name": f.Name}), err)
			default:
				p.host.Toast(page.T("Saved as {{.Path}}", map[string]any{"Path": path}), nil)
				p.reader.refresh() // it may be kept now
			}
		})
	})
}
