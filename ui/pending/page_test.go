package pending

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/uitest"
)

// box is an outbox that the test fills; what was asked of it is noted. It is used by one goroutine at a time, the next
// one after Until.
type box struct {
	items   []mirror.OutboxItem
	err     error
	refused error // what trying again gives
	asked   chan string
}

func (b *box) Outbox(context.Context) ([]mirror.OutboxItem, error) {
	return slices.Clone(b.items), b.err
}
func (b *box) Retry(_ context.Context, id int64) error {
	b.asked <- fmt.Sprint("retry ", id)
	return b.refused
}
func (b *box) Discard(context.Context, int64) error {
	b.asked <- "discard"
	return errors.New("refused")
}
func (b *box) ResolveFields(_ context.Context, id int64, mine map[string]bool) error {
	var kept []string
	for name, keep := range mine {
		if keep {
			kept = append(kept, name)
		}
	}
	slices.Sort(kept)
	b.asked <- fmt.Sprintf("resolve %d of %d fields: %s", id, len(mine), strings.Join(kept, " "))
	return nil
}

var since = time.Now().Add(-7 * time.Minute)

func conflictItem() mirror.OutboxItem {
	return mirror.OutboxItem{ID: 3, Kind: "event.edit", ItemKind: "event", ItemID: 30, Subject: "Vela Maritime: negotiation", State: mirror.PendingConflict, Reason: "conflict", Since: since,
		Conflict: &mirror.Conflict{Mailed: []mirror.Address{{Name: "Anna Berg", Addr: "anna@northwind.example"}, {Addr: "ben@northwind.example"}}, Fields: []mirror.ConflictField{
			{Name: "subject", Mine: "Vela Maritime: negotiation", Theirs: "Vela Maritime: negotiation (final round)", Was: "Vela: negotiation", Both: true},
			{Name: "start", Mine: "2026-11-19T13:00:00Z", Theirs: "2026-11-19T15:30:00Z", Was: "2026-11-19T12:00:00Z", Both: true},
			{Name: "end", Mine: "2026-11-19T14:00:00Z", Theirs: "2026-11-19T16:30:00Z", Was: "2026-11-19T13:00:00Z", Both: true},
			{Name: "location", Mine: "Hamburg", Theirs: "", Was: "", Both: false},
			{Name: "body", Mine: "Please bring the signed offer and the drawings of the second deck. We go through every position.", Theirs: "Agenda follows.", Was: "", Both: true},
		}}}
}

func openPage(t *testing.T, size fyne.Size, items ...mirror.OutboxItem) (*uitest.Host, *box, *Page) {
	t.Helper()
	h := uitest.New(t, size)
	b := &box{asked: make(chan string, 4), items: items}
	p := New(h, b)
	h.Show(p)
	h.Until("the outbox is read", func() bool { return p.known })
	return h, b, p
}

func TestEachStateHasItsWordsAndButtons(t *testing.T) {
	h, b, p := openPage(t, fyne.NewSize(1024, 560))
	if !uitest.Shows(p.Object(), "Everything has been sent") {
		t.Fatal("an empty outbox says nothing")
	}
	edited := ""
	p.OnEdit = func(it mirror.OutboxItem) { edited = it.Kind }
	for _, c := range []struct {
		name    string
		item    mirror.OutboxItem
		shows   []string
		buttons map[string]string // label: what it asks for
		no      []string
	}{
		{"offline", mirror.OutboxItem{ID: 1, Kind: "mail.reply", Subject: "Offer", State: mirror.PendingQueued, Reason: "offline", Answer: &mirror.Reply{To: []mirror.Address{{Addr: "a@b.example"}}, Text: "As promised."}},
			[]string{"Reply", "Offer", "waits for the network", "a@b.example", "As promised."}, map[string]string{"Try again now": "retry 1"}, nil},
		{"refused, without a subject", mirror.OutboxItem{ID: 2, Kind: "event.edit", ItemKind: "event", ItemID: 9, State: mirror.PendingFailed, Reason: "refused", Fields: []string{"time", "location"}},
			[]string{"Change meeting", "(no subject)", "the mailbox refused it", "time, place"}, map[string]string{"Try again now": "retry 2", "Discard": "discard", "Edit": ""}, nil},
		{"a file is missing", mirror.OutboxItem{ID: 4, Kind: "mail.send", Subject: "Plan", State: mirror.PendingFailed, Reason: "files", Mail: &mirror.NewMail{}},
			[]string{"New mail", "attach the file again"}, map[string]string{"Edit": ""}, nil},
		{"uploading", mirror.OutboxItem{ID: 5, Kind: "mail.send", Subject: "Plan", Mail: &mirror.NewMail{}, Files: []mirror.File{{Name: "plan.pdf", Size: 40_000_000, Sent: 12_000_000}, {Name: "note.txt", Size: 1000, Sent: 1000, Uploaded: true}}},
			[]string{"sending files: 12 MB of 40 MB", "plan.pdf", "12 MB of 40 MB", "note.txt"}, nil, nil},
		{"a series", mirror.OutboxItem{ID: 9, Kind: "event.edit", ItemKind: "event", ItemID: 9, Series: true, Subject: "Stand-up", State: mirror.PendingQueued, Reason: "offline", Fields: []string{"location"}},
			[]string{"Change series", "Stand-up", "place"}, map[string]string{"Edit": ""}, nil},
		{"under way", mirror.OutboxItem{ID: 7, Kind: "mail.send", Subject: "Under way", State: mirror.PendingQueued, Begun: true, Mail: &mirror.NewMail{}},
			[]string{"Under way", "On its way"}, nil, []string{"Try again now", "Send now"}},
		{"held", mirror.OutboxItem{ID: 8, Kind: "mail.send", Subject: "Plan", State: mirror.PendingQueued, Mail: &mirror.NewMail{}, Next: since.Add(time.Hour)},
			[]string{"Waits a moment", "Is sent at"}, map[string]string{"Send now": "retry 8", "Edit": ""}, []string{"Try again now"}},
		{"in doubt", mirror.OutboxItem{ID: 6, Kind: "mail.send", Subject: "Plan", State: mirror.PendingFailed, Reason: "server", MayHaveLeft: true, Mail: &mirror.NewMail{}},
			[]string{"not certain whether it was sent", "Look among the sent mail"}, map[string]string{"Try again now": "retry 6"}, []string{"Edit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.item.Since = since
			b.items = []mirror.OutboxItem{c.item}
			h.Changes().Announce(store.Outbox)
			for _, words := range c.shows {
				h.Until(words, func() bool { return uitest.Shows(p.Object(), words) })
			}
			for label, want := range c.buttons {
				edited = ""
				if !uitest.Press(p.Object(), label) {
					t.Fatalf("no button %q", label)
				}
				if want == "" {
					if edited != c.item.Kind {
						t.Fatalf("%q opens %q", label, edited)
					}
					continue
				}
				if got := <-b.asked; got != want {
					t.Fatalf("%q asks for %s", label, got)
				}
			}
			for _, label := range c.no {
				if uitest.Press(p.Object(), label) {
					t.Fatalf("%q is offered", label)
				}
			}
		})
	}
	h.Until("the refused discard is told", func() bool { return len(h.Failures) == 1 })
}

// The text of mail is nowhere else: its last copy does not go by one click.
func TestDiscardingWhatWasWrittenAsksFirst(t *testing.T) {
	mail := mirror.OutboxItem{ID: 2, Kind: "mail.send", Subject: "Plan", State: mirror.PendingFailed, Reason: "refused", Mail: &mirror.NewMail{Text: "As promised."}, Since: since}
	h, b, p := openPage(t, fyne.NewSize(1024, 560), mail)
	if !uitest.Press(p.Object(), "Discard") {
		t.Fatal("no button")
	}
	select {
	case got := <-b.asked:
		t.Fatal("it asks for nothing but", got)
	case <-time.After(100 * time.Millisecond):
	}
	if len(h.Asked) != 1 || !strings.Contains(h.Asked[0], "“Plan”") {
		t.Fatal(h.Asked)
	}
	h.Yes()
	if got := <-b.asked; got != "discard" {
		t.Fatal(got)
	}
}

func (p *Page) version(field, whose string) *version {
	var out *version
	heads := kit.NewSection(FieldName(field)).Text()
	for _, o := range p.right.Objects {
		stack, ok := o.(*fyne.Container)
		if !ok {
			continue
		}
		for _, r := range stack.Objects {
			row, ok := r.(*fyne.Container)
			if !ok || len(row.Objects) != 2 || len(uitest.Texts(row)) == 0 || uitest.Texts(row)[0] != heads {
				continue
			}
			for _, v := range row.Objects[1].(*fyne.Container).Objects {
				if v.(*version).Whose == whose {
					out = v.(*version)
				}
			}
		}
	}
	return out
}

// What waits for a decision cannot be tried again, and mail that can still be called back must not leave with the rest.
func TestTryingAllAgainPushesOnlyWhatIsStuck(t *testing.T) {
	held := mirror.OutboxItem{ID: 8, Kind: "mail.send", Subject: "Plan", State: mirror.PendingQueued, Mail: &mirror.NewMail{}, Since: since, Next: time.Now().Add(time.Hour)}
	h, b, p := openPage(t, fyne.NewSize(1024, 560), conflictItem(), held)
	if !p.retry.Hidden {
		t.Error("nothing can be tried again, and it is offered")
	}
	b.items = append(b.items, mirror.OutboxItem{ID: 1, Kind: "mail.read", ItemKind: "message", ItemID: 4, State: mirror.PendingQueued, Reason: "offline", Since: since},
		mirror.OutboxItem{ID: 2, Kind: "event.edit", ItemKind: "event", ItemID: 9, State: mirror.PendingFailed, Reason: "refused", Since: since})
	h.Changes().Announce(store.Outbox)
	h.Until("trying again is offered", func() bool { return !p.retry.Hidden })
	b.refused = mirror.ErrBadInput{Field: "state", Why: "conflict"} // the first one's refusal does not hold up the second
	if !uitest.Press(p.Header(), "Try all again") {
		t.Fatal("no button for all")
	}
	asked := []string{<-b.asked, <-b.asked}
	if slices.Sort(asked); !slices.Equal(asked, []string{"retry 1", "retry 2"}) {
		t.Errorf("it asks for %q", asked)
	}
	select {
	case more := <-b.asked:
		t.Errorf("it also asks for %s", more)
	case <-time.After(100 * time.Millisecond):
	}
}

func TestConflictIsChosenFieldByField(t *testing.T) {
	h, b, p := openPage(t, fyne.NewSize(1200, 760), conflictItem())
	if uitest.Press(p.Object(), "Save") || uitest.Press(p.Object(), "Save and e-mail") {
		t.Fatal("it can be saved before it is decided")
	}
	if !uitest.Shows(p.Object(), "3 fields are still to be decided") || !p.version("location", "Mine").On || p.version("subject", "Mine").On {
		t.Fatal(uitest.Texts(p.Object()))
	}
	test.Tap(p.version("subject", "Theirs"))
	test.Tap(p.version("time", "Mine"))
	test.Tap(p.version("body", "Theirs"))
	if !uitest.Shows(p.Object(), "Anna Berg, ben@northwind.example will be e-mailed.") {
		t.Fatal(uitest.Texts(p.Object()))
	}
	test.Tap(p.version("location", "Theirs"))
	test.Tap(p.version("time", "Theirs"))
	if !uitest.Shows(p.Object(), "Nobody is e-mailed") {
		t.Fatal(uitest.Texts(p.Object()))
	}
	test.Tap(p.version("time", "Mine"))
	h.Changes().Announce(store.Outbox) // a reading in between keeps the choice
	h.Settle()
	if !uitest.Press(p.Object(), "Save and e-mail") {
		t.Fatal(uitest.Texts(p.Object()))
	}
	if got := <-b.asked; got != "resolve 3 of 4 fields: time" {
		// subject, time, location, body
		t.Fatal(got)
	}
}

func TestChoosingKeepsTheKeyboard(t *testing.T) {
	h, b, p := openPage(t, fyne.NewSize(1200, 760), conflictItem())
	c := h.Window().Canvas()
	c.Focus(p.version("subject", "Theirs"))
	c.Focused().TypedRune(' ')
	if v := p.version("subject", "Theirs"); !v.On || c.Focused() != fyne.Focusable(v) {
		t.Fatalf("%T has the keyboard after a choice", c.Focused())
	}
	was := p.version("subject", "Theirs")
	h.Changes().Announce(store.Outbox)
	h.Settle()
	if p.version("subject", "Theirs") != was {
		t.Error("a commit without news builds the detail anew")
	}
	changed := conflictItem()
	changed.Conflict.Fields[0].Theirs += ", again"
	b.items = []mirror.OutboxItem{changed}
	h.Changes().Announce(store.Outbox)
	h.Until("the news", func() bool { return uitest.Shows(p.Object(), "final round), again") })
	if c.Focused() != fyne.Focusable(p.version("subject", "Theirs")) {
		t.Errorf("%T has the keyboard after a commit", c.Focused())
	}
	failed := mirror.OutboxItem{ID: 3, Kind: "mail.send", Subject: "Plan", State: mirror.PendingFailed, Reason: "refused", Mail: &mirror.NewMail{}, Since: since}
	b.items = []mirror.OutboxItem{failed}
	h.Changes().Announce(store.Outbox)
	h.Until("another state", func() bool { return uitest.Shows(p.Object(), "This needs you") })
	if c.Focused() != fyne.Focusable(p.list) {
		t.Errorf("%T has the keyboard when what had it is gone", c.Focused())
	}
}

func TestLongValuesAreCutAroundTheFirstDifference(t *testing.T) {
	same := strings.Repeat("the same words ", 100)
	for _, c := range []struct{ name, mine, theirs, wantMine, wantTheirs string }{
		{"short", "a", "b", "a", "b"},
		{"late", same + "Hamburg", same + "Bremen", "… same words ", ""},
		{"early", "x" + same, "y" + same, "xthe same", "ythe same"},
		{"one is the beginning of the other", same, same + "and more", "… same words", ""},
		{"one is empty", same, "", "the same", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			mine, theirs := excerpts(c.mine, c.theirs)
			if mine == theirs || !strings.HasPrefix(mine, c.wantMine) || !strings.HasPrefix(theirs, c.wantTheirs) || len([]rune(mine)) > longestValue+3 {
				t.Fatalf("%q\n%q", mine, theirs)
			}
		})
	}
	long := conflictItem()
	long.Conflict.Fields[4].Mine, long.Conflict.Fields[4].Theirs = same+"Hamburg", same+"Bremen"
	_, _, p := openPage(t, fyne.NewSize(1200, 760), long)
	if !uitest.Shows(p.Object(), "Hamburg") || !uitest.Shows(p.Object(), "Bremen") {
		t.Fatal("the difference is not on the page")
	}
}

func TestPageReadsOnlyInView(t *testing.T) {
	h := uitest.New(t, fyne.NewSize(1024, 640))
	b := &box{err: errors.New("disk")}
	p := New(h, b)
	h.Changes().Announce(store.Outbox)
	h.Settle()
	if len(h.Failures) != 0 {
		t.Fatal("a page out of view read the outbox")
	}
	p.Shown()
	h.Until("the failure", func() bool { return len(h.Failures) == 1 })
}

// longConflict is one with descriptions that differ late.
func longConflict() mirror.OutboxItem {
	it := conflictItem()
	same := strings.Repeat("We go through every position of the offer. ", 20)
	it.Conflict.Fields[4].Mine, it.Conflict.Fields[4].Theirs = same+"Lunch is at noon.", same+"There is no lunch."
	return it
}

// Pictures for whoever wants to look: SUPERCRM_SHOTS names a folder.
func TestPictures(t *testing.T) {
	dir := os.Getenv("SUPERCRM_SHOTS")
	if dir == "" {
		t.Skip("SUPERCRM_SHOTS is not set")
	}
	items := []mirror.OutboxItem{
		{ID: 1, Kind: "mail.reply", ItemKind: "message", ItemID: 4, Subject: "Re: Offer for the new line, delivery in week 49 and the terms we spoke of", Reason: "offline", Attempts: 3, Since: since, Answer: &mirror.Reply{To: []mirror.Address{{Name: "Anna Berg", Addr: "anna@northwind.example"}}}},
		longConflict(),
		{ID: 5, Kind: "mail.send", Subject: "Drawings of the second deck", Since: since, Mail: &mirror.NewMail{To: []mirror.Address{{Name: "Ben Okafor", Addr: "ben@northwind.example"}}}, Files: []mirror.File{{Name: "deck-2-drawings.pdf", Size: 40_000_000, Sent: 12_000_000}, {Name: "note.txt", Size: 1000, Sent: 1000, Uploaded: true}}},
		{ID: 7, Kind: "event.edit", ItemKind: "event", ItemID: 9, Subject: "Quarterly review", State: mirror.PendingFailed, Reason: "refused", Since: since, Fields: []string{"time", "location"}, Attempts: 1},
	}
	for name, mode := range map[string]kit.Mode{"light": kit.ModeLight, "dark": kit.ModeDark} {
		for _, size := range []fyne.Size{fyne.NewSize(1212, 720), fyne.NewSize(956, 560)} {
			for _, id := range []int64{3, 5, 7} {
				_, _, p := openPage(t, size, items...)
				fyne.CurrentApp().Settings().SetTheme(kit.NewTheme(mode))
				p.Open(id)
				f, err := os.Create(filepath.Join(dir, fmt.Sprintf("outbox-%d-%s-%.0f.png", id, name, size.Width)))
				if err != nil {
					t.Fatal(err)
				}
				err = errors.Join(png.Encode(f, p.host.Window().Canvas().Capture()), f.Close())
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
