package mirror

import (
	"fmt"
	"testing"

	"supercrm/internal/store"
)

// A full disk stops the mirror and loses nothing: it says so, and goes on where it was once there is room.
func TestAFullDiskIsSaidAndGoneOnFrom(t *testing.T) {
	r := newRig(t)
	r.furnish(300)
	r.start()
	limit := func(pages string) {
		must(t, r.db.Write(t.Context(), "limit", func(tx *store.Tx) error { _, err := tx.Exec("PRAGMA max_page_count=" + pages); return err }))
	}
	limit("120")
	r.until("the status says so", func() bool {
		st, err := r.m.Status(t.Context())
		must(t, err)
		return len(st) == 1 && st[0].Problem == "diskfull"
	})
	before := r.count("message")
	limit("1000000")
	r.synced()
	r.same()
	r.indexed()
	if after := r.count("message"); after <= before || after < 300 {
		t.Errorf("%d messages, then %d", before, after)
	}
}

func (r *rig) count(table string) (n int) {
	r.t.Helper()
	must(r.t, r.db.Reader().QueryRow(fmt.Sprintf(`SELECT count(*) FROM %s`, table)).Scan(&n))
	return n
}
