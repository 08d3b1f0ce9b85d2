package people

import (
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"go.uber.org/goleak"

	"supercrm/crm"
	"supercrm/outlook/mirror"
	"supercrm/ui/uitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// rig is a page on real records and a real mirror.
type rig struct {
	*uitest.Host
	t    testing.TB
	crm  *crm.CRM
	page *Page
}

func newRig(t testing.TB) *rig {
	t.Helper()
	h := uitest.New(t, fyne.NewSize(940, 700))
	m := mirror.New(mirror.Options{DB: h.DB(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }, Zone: "UTC"})
	t.Cleanup(m.Close)
	r := &rig{Host: h, t: t, crm: crm.New(h.DB(), func() time.Time { return noon })}
	r.page = New(h, r.crm, m)
	r.page.now = func() time.Time { return noon }
	return r
}

// show brings the page into view and waits for the list.
func (r *rig) show() *rig {
	r.t.Helper()
	r.Show(r.page)
	r.Settle()
	return r
}

func (r *rig) person(p crm.Person) crm.Person {
	r.t.Helper()
	if err := r.crm.SavePerson(r.t.Context(), &p); err != nil {
		r.t.Fatal(err)
	}
	return p
}

func (r *rig) company(co crm.Company) crm.Company {
	r.t.Helper()
	if err := r.crm.SaveCompany(r.t.Context(), &co); err != nil {
		r.t.Fatal(err)
	}
	return co
}
