package who

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"supercrm/crm"
	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// texts are all words that the panel shows.
func (r *rig) texts() string {
	var out []string
	for _, o := range test.LaidOutObjects(r.panel.Object()) {
		switch o := o.(type) {
		case *kit.Text:
			if o.Visible() {
				out = append(out, o.Text())
			}
		case *kit.Paragraph:
			out = append(out, o.Text())
		case *kit.Button:
			out = append(out, o.Label)
		}
	}
	return strings.Join(out, "|")
}

func (r *rig) has(want ...string) {
	r.t.Helper()
	all := r.texts()
	for _, w := range want {
		if !strings.Contains(all, w) {
			r.t.Errorf("%q is not shown: %s", w, all)
		}
	}
}

func TestSomebodyKnown(t *testing.T) {
	r := newRig(t)
	r.has("Nobody selected")
	anna := r.person(crm.Person{Name: "Anna Lindqvist", Role: "Buyer", Emails: []string{"anna@n.example", "anna@home.example"}, Phone: "+49 40 1", Notes: "Likes tea."})
	r.AddMail("anna@home.example", "From home", noon.Add(-72*time.Hour)) // found by her other address
	r.AddMeeting("anna@n.example", "Lunch", noon.Add(24*time.Hour))
	r.show(page.Party{Name: "A. L.", Addr: "Anna@N.example"})
	r.has("Anna Lindqvist", "Buyer", "+49 40 1", "Likes tea.", "From home", "Last contact 3 days ago", "Mail received", "Lunch", "Next: ")
	if strings.Contains(r.texts(), "Add to CRM") {
		t.Error("offers to add somebody who is there")
	}
	r.AddMail("anna@n.example", "Just now", noon.Add(-time.Minute))
	head := r.panel.single.head.Objects[0]
	r.Until("the mail", func() bool { return strings.Contains(r.texts(), "Just now") })
	if r.panel.single.head.Objects[0] != head {
		t.Error("a mail redraws the head, which has not changed")
	}
	anna.Role = "Director"
	r.person(anna)
	r.Until("the new role", func() bool { return strings.Contains(r.texts(), "Director") })
	r.show()
	r.has("Nobody selected")
}

func TestAddSomebodyAndUndo(t *testing.T) {
	r := newRig(t)
	r.show(page.Party{Name: "Kim Nguyen", Addr: "kim@contoso-labs.example"})
	r.has("Not in your CRM", "Add to CRM", "No mail and no meeting")
	f := r.panel.single.form
	f.open()
	if f.name.Text() != "Kim Nguyen" || f.company.Text() != "Contoso Labs" {
		t.Fatalf("prefilled %q, %q", f.name.Text(), f.company.Text())
	}
	f.role.Entry.SetText("Engineer")
	r.AddMail("kim@contoso-labs.example", "Meanwhile", noon.Add(-time.Hour))
	r.Until("the mail", func() bool { return strings.Contains(r.texts(), "Meanwhile") })
	if r.panel.single.form != f || f.role.Text() != "Engineer" {
		t.Fatal("a mail took away what was typed")
	}
	f.name.Entry.SetText("")
	f.name.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.Until("refused", func() bool { return strings.Contains(r.texts(), "Name is needed") })
	f.name.Entry.SetText("Kim N.")
	f.name.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.Until("known", func() bool { return r.panel.single.member.Person != nil })
	r.has("Kim N.", "Engineer", "Contoso Labs")
	r.Undo()
	r.Until("unknown again", func() bool { return r.panel.single.member.Person == nil })
	if all, err := r.crm.Companies(t.Context(), ""); err != nil || len(all) != 0 {
		t.Fatalf("the company stays: %v %v", all, err)
	}
}

func TestCompanyIsKnownByItsDomain(t *testing.T) {
	r := newRig(t)
	co := crm.Company{Name: "Nordwind Logistics", Domain: "nordwind.example"}
	if err := r.crm.SaveCompany(t.Context(), &co); err != nil {
		t.Fatal(err)
	}
	r.show(page.Party{Addr: "new@mail.nordwind.example"})
	r.has("new@mail.nordwind.example", "Nordwind Logistics")
	f := r.panel.single.form
	f.name.SetText("New One")
	f.submit()
	r.Until("known", func() bool { return r.panel.single.member.Person != nil })
	if p := r.panel.single.member.Person; p.CompanyID != co.ID {
		t.Fatalf("in company %d, want %d", p.CompanyID, co.ID)
	}
}

// One's own mailbox may have an address of another domain than what one signs in as: colleagues are in either.
func TestOnesOwnAddressesAndColleagues(t *testing.T) {
	r := newRig(t)
	r.Exec(`UPDATE account SET address='m.torres@harborline-sales.example'`)
	r.show(page.Party{Addr: "M.Torres@harborline-sales.example"}, page.Party{Addr: "jonas@harborline.example"}, page.Party{Addr: "ina@harborline-sales.example"}, page.Party{Addr: "anna@n.example"})
	var got []int
	for _, m := range r.panel.crowd.members {
		got = append(got, m.group())
	}
	if fmt.Sprint(got) != "[1 2 2 3]" {
		t.Errorf("in the groups %v: %+v", got, r.panel.crowd.members)
	}
}

func TestSeveralPeople(t *testing.T) {
	r := newRig(t)
	r.person(crm.Person{Name: "Anna", Emails: []string{"anna@n.example"}})
	parties := []page.Party{{Name: "Maya", Addr: "MAYA@harborline.example"}, {Name: "Jonas", Addr: "jonas@harborline.example"}, {Name: "Twice", Addr: "ANNA@n.example"}}
	for i := range 100 {
		parties = append(parties, page.Party{Addr: fmt.Sprintf("guest%d@x.example", i)})
	}
	parties = append(parties, page.Party{Name: "Anna", Addr: "anna@n.example"}, page.Party{Name: "Room"})
	r.show(parties...)
	r.has("103 people", "1 of 101 are in your CRM", "Show all 103")
	order := []string{"anna@n.example", "guest0@x.example", "jonas@harborline.example", "maya@harborline.example"}
	var got []string
	for _, i := range []int{0, 1, 101, 102} {
		got = append(got, strings.ToLower(r.panel.crowd.members[i].Party.Addr))
	}
	if strings.Join(got, " ") != strings.Join(order, " ") {
		t.Fatalf("in the order %v", got)
	}
	r.panel.look("guest3@x.example")
	r.Until("one of them", func() bool { return r.panel.single != nil })
	r.has("Back to 103 people", "guest3@x.example")
	r.panel.look("")
	r.Until("all again", func() bool { return r.panel.single == nil })
	r.has("103 people")
	r.panel.look("maya@harborline.example")
	r.show(page.Party{Addr: "maya@harborline.example"})
	r.has("You")
	if strings.Contains(r.texts(), "Add to CRM") {
		t.Error("offers to add oneself")
	}
}

// slow answers for one address only when it is let go.
type slow struct {
	Records
	addr string
	gate chan struct{}
	err  error
}

func (s *slow) Match(ctx context.Context, addrs []string) ([]crm.Match, error) {
	if s.err != nil {
		return nil, s.err
	}
	if addrs[0] == s.addr {
		select {
		case <-s.gate:
		case <-time.After(5 * time.Second):
		}
		ctx = context.WithoutCancel(ctx)
	}
	return s.Records.Match(ctx, addrs)
}

func TestLateAnswerIsNotShown(t *testing.T) {
	r := newRig(t)
	s := &slow{Records: r.crm, addr: "first@x.example", gate: make(chan struct{})}
	r.use(s, r.panel.timeline)
	r.panel.Show(page.Party{Addr: "first@x.example"})
	r.show(page.Party{Addr: "second@x.example"})
	close(s.gate)
	r.Settle()
	r.has("second@x.example")
	if strings.Contains(r.texts(), "first@") {
		t.Fatal("the late answer is shown")
	}
}

func TestFailureIsSaidAndTriedAgain(t *testing.T) {
	r := newRig(t)
	s := &slow{Records: r.crm, err: errors.New("disk on fire")}
	r.use(s, r.panel.timeline)
	r.show(page.Party{Addr: "anna@n.example"})
	r.has("Could not look up who this is", "explained", "Try again")
	s.err = nil
	r.panel.load(false)
	r.Until("shown", func() bool { return strings.Contains(r.texts(), "anna@n.example") })
}

func TestAgo(t *testing.T) {
	for days, want := range map[int]string{0: "today", 1: "yesterday", 3: "3 days ago", 13: "13 days ago", 20: "2 weeks ago", 90: "3 months ago",
		800: "2 years ago", -1: "today"} {
		if got := ago(noon.AddDate(0, 0, -days), noon); got != want {
			t.Errorf("%d days: %q, want %q", days, got, want)
		}
	}
}

func TestEventOfWholeDays(t *testing.T) {
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	now := time.Date(2026, 3, 4, 0, 30, 0, 0, time.Local)
	if ToCome(mirror.Touch{Kind: "event", At: day, AllDay: true}, now) {
		t.Error("what has begun today by the clock here is to come")
	}
	if !ToCome(mirror.Touch{Kind: "event", At: day.AddDate(0, 0, 1), AllDay: true}, now) {
		t.Error("tomorrow is not to come")
	}
}
