package who

import (
	"fyne.io/fyne/v2"

	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// crowdSeen is how many people are listed before a click asks for all: a row is a dozen objects, and an invitation to the
// whole company must not make the panel slow.
const crowdSeen = 60

// crowdView lists several people, those in the CRM first.
func (p *Panel) crowdView() fyne.CanvasObject {
	return p.crowdRows(crowdSeen)
}

func (p *Panel) crowdRows(most int) fyne.CanvasObject {
	members := p.crowd.members
	title := kit.NewText(page.N("{{.N}} person", "{{.N}} people", len(members)), kit.SizeHeading, kit.ColorText).Bold()
	known, outside := p.crowd.outside()
	sub := page.T("All from your organization")
	if outside > 0 {
		sub = page.T("{{.Known}} of {{.All}} are in your CRM", map[string]any{"Known": known, "All": outside})
	}
	head := kit.Stack(2, title, kit.NewLine(sub, kit.SizeSmall, kit.ColorMuted))
	rows := kit.Stack(0)
	last := -1
	for i, m := range members {
		if i == most {
			more := kit.NewGhost(page.T("Show all {{.N}}", map[string]any{"N": len(members)}), "chevron-down", func() {
				p.show(p.crowdRows(len(members)))
			})
			rows.Add(kit.Inset(more, kit.S2, 0, 0, 0))
			break
		}
		if g := min(m.group(), 2); g != last {
			rows.Add(kit.Inset(kit.NewSection(groupName(g)), kit.S3, kit.S2, kit.S1, kit.S2))
			last = g
		}
		rows.Add(p.crowdRow(m))
	}
	return kit.Stack(0, kit.Inset(head, kit.S4, kit.S4, 0, kit.S4), kit.Inset(rows, 0, kit.S2, kit.S4, kit.S2))
}

func groupName(g int) string {
	switch g {
	case 0:
		return page.T("In your CRM")
	case 1:
		return page.T("Not in your CRM yet")
	}
	return page.T("Your organization")
}

func (p *Panel) crowdRow(m member) fyne.CanvasObject {
	sub := m.Party.Addr
	switch {
	case m.Self:
		sub = page.T("You")
	case m.Person != nil:
		if s := join(m.Person.Role, m.Person.CompanyName); s != "" {
			sub = s
		}
	case m.Company != nil:
		sub = join(m.Company.Name, m.Party.Addr)
	}
	return kit.NewItemTwo(kit.NewAvatar(m.name(), 28), m.name(), sub, "", func() { p.look(m.Party.Addr) })
}

// join puts a dot between the parts that there are.
func join(parts ...string) string {
	out := ""
	for _, s := range parts {
		if s == "" {
			continue
		}
		if out != "" {
			out += " · "
		}
		out += s
	}
	return out
}
