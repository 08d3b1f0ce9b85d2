package mail

import (
	"time"

	"fyne.io/fyne/v2"

	"supercrm/internal/search"
	"supercrm/ui/asked"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// searchNote stands under the search entry: what of the query was not understood, how far back the search reaches, and the
// way to what is not on this computer.
type searchNote struct {
	problems *fyne.Container
	since    *kit.Paragraph
	server   *kit.Button
	object   *fyne.Container
}

func newSearchNote(onServer func()) *searchNote {
	n := &searchNote{problems: kit.Stack(kit.S1), since: kit.NewParagraph("", kit.SizeSmall, kit.ColorMuted)}
	n.server = kit.NewLink(page.T("Search on the server"), "globe", onServer)
	// The link's icon stands below the words: its ground reaches to the left of them.
	n.object = kit.Stack(kit.S1, n.problems, n.since, kit.Inset(kit.Row(0, n.server, kit.Spring()), 0, 0, 0, -6))
	n.object.Hide()
	return n
}

// show says of a query what there is to say.
func (n *searchNote) show(q search.Query, since time.Time) {
	n.problems.Objects = nil
	for _, p := range q.Problems {
		icon := kit.Stack(0, kit.NewIcon("info", kit.ColorMuted, 16), kit.Spring())
		n.problems.Add(kit.Columns(kit.S2, icon, kit.Grow(kit.NewParagraph(asked.Problem(p), kit.SizeSmall, kit.ColorText))))
	}
	n.problems.Hidden = len(q.Problems) == 0
	n.since.SetText(asked.Since(since))
	n.since.Hidden = since.IsZero() || q.Empty()
	n.server.Hidden = q.KQL() == ""
	n.object.Show()
	n.object.Refresh()
}

func (n *searchNote) hide() { n.object.Hide() }
