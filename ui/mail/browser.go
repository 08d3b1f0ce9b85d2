package mail

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"supercrm/ui/page"
	"supercrm/ui/richmail"
)

// follow opens a link of a mail: a mail address in the composer, anything else in the browser.
func (p *Page) follow(link string) {
	u, err := url.Parse(richmail.SafeLink(link))
	if err != nil || u.Scheme == "" {
		return
	}
	if u.Scheme == "mailto" {
		if good, _ := parseAddresses(richmail.Target(link)); len(good) > 0 {
			p.Compose(good[0].Name, good[0].Addr)
		}
		return
	}
	if err := p.openURL(u); err != nil {
		p.host.Fail(page.T("open the link"), err)
	}
}

// openInBrowser shows a mail with its pictures in the person's browser, as a cleaned copy in a file only they can read.
func (p *Page) openInBrowser(subject, body string) {
	p.host.Go("write mail for the browser", func(context.Context) {
		name, err := p.pages.write(subject, body)
		p.host.Do(func() {
			if err == nil {
				err = p.openURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(name)})
			}
			if err != nil {
				p.host.Fail(page.T("open the message in the browser"), err)
			}
		})
	})
}

// files are the copies of mails that were opened in a browser. They are removed when the program ends.
type files struct {
	mu    sync.Mutex
	dir   string
	ended bool
}

func newFiles(host page.Host) *files {
	f := &files{}
	host.Go("remove mails opened in the browser", func(ctx context.Context) {
		<-ctx.Done()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.ended = true
		if f.dir != "" {
			_ = os.RemoveAll(f.dir) // it is in the system's temporary folder, which is emptied anyhow
		}
	})
	return f
}

// write makes a file, mode 0600 in a folder of mode 0700, and returns its path.
func (f *files) write(subject, body string) (string, error) {
	text, err := richmail.BrowserPage(subject, body)
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return "", context.Canceled
	}
	if f.dir == "" {
		if f.dir, err = os.MkdirTemp("", "supercrm-mail-"); err != nil {
			return "", fmt.Errorf("make a folder for the browser: %w", err)
		}
	}
	file, err := os.CreateTemp(f.dir, "mail-*.html") // CreateTemp gives mode 0600
	if err != nil {
		return "", fmt.Errorf("make a file for the browser: %w", err)
	}
	_, err = file.Write(text)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return "", fmt.Errorf("write a file for the browser: %w", err)
	}
	return file.Name(), nil
}
