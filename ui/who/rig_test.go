package who

import (
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"go.uber.org/goleak"

	"supercrm/crm"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
	"supercrm/ui/uitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// rig is a panel on real records and a real mirror.
type rig struct {
	*uitest.Host
	t     testing.TB
	crm   *crm.CRM
	panel *Panel
}

func newRig(t testing.TB) *rig {
	t.Helper()
	h := uitest.New(t, fyne.NewSize(280, 700))
	m := mirror.New(mirror.Options{DB: h.DB(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }, Zone: "UTC"})
	t.Cleanup(m.Close)
	r := &rig{Host: h, t: t, crm: crm.New(h.DB(), func() time.Time { return noon })}
	r.use(r.crm, m)
	r.Mailbox()
	return r
}

// use makes the panel work on these.
func (r *rig) use(records Records, timeline Timeline) {
	r.panel = New(r.Host, records, timeline)
	r.panel.now = func() time.Time { return noon }
	r.Window().SetContent(r.panel.Object())
	r.Window().Resize(fyne.NewSize(280, 700))
}

// show shows parties and waits.
func (r *rig) show(parties ...page.Party) {
	r.panel.Show(parties...)
	r.Settle()
}

func (r *rig) person(p crm.Person) crm.Person {
	r.t.Helper()
	if err := r.crm.SavePerson(r.t.Context(), &p); err != nil {
		r.t.Fatal(err)
	}
	return p
}
