package ui

import (
	"context"
	"strings"

	"supercrm/ui/page"
)

// suggest offers people for a field of addresses: those of the CRM first, then Outlook's contacts, each address once.
func (a *App) suggest(ctx context.Context, text string) ([]page.Party, error) {
	const most = 6
	found, err := a.d.Records.Find(ctx, text, most)
	if err != nil {
		return nil, err
	}
	var out []page.Party
	seen := map[string]bool{}
	add := func(name, addr string) {
		if key := strings.ToLower(addr); addr != "" && !seen[key] && len(out) < most {
			seen[key] = true
			out = append(out, page.Party{Name: name, Addr: addr})
		}
	}
	for _, p := range found {
		if len(p.Emails) > 0 {
			add(p.Name, p.Emails[0])
		}
	}
	contacts, err := a.d.Mailbox.FindContacts(ctx, text, most)
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		for _, e := range c.Emails {
			add(c.Name, e.Addr)
		}
	}
	return out, nil
}
