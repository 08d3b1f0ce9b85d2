package crm

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"supercrm/internal/store"
)

// CRM is the records in one open file. It is safe for concurrent use. Reads see the last commit and end early with the
// context's error; writes queue behind the file's one writer. Every write announces the ids of the people
// (store.People) and companies (store.Company) that look different after it: a person that joins or leaves a company
// changes that company too, since Company.People counts it; a company's new name reaches its people's CompanyName
// without a change of kind store.People.
type CRM struct {
	db    *store.DB
	now   func() time.Time
	index *peopleIndex
}

// New works on db, which must outlive it. now gives the time for Created and Updated.
func New(db *store.DB, now func() time.Time) *CRM {
	return &CRM{db: db, now: now, index: newPeopleIndex(db)}
}

// querier is what reading needs of a pool, a transaction or a writing transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// snapshot runs fn on one state of the file, so that the several queries of a read agree with each other.
func (c *CRM) snapshot(ctx context.Context, what string, fn func(querier) error) error {
	return snapshot(ctx, c.db, what, fn)
}

func snapshot(ctx context.Context, db *store.DB, what string, fn func(querier) error) error {
	tx, err := db.Reader().BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: begin: %w", what, err)
	}
	defer tx.Rollback() // nothing was written
	if err := fn(tx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// jsonList packs values for "IN (SELECT value FROM json_each(?))": one statement, whatever their number, and no limit on
// parameters to meet.
func jsonList[T int64 | string](values []T) (string, error) {
	if values == nil {
		values = []T{}
	}
	b, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("pack a list of keys: %w", err)
	}
	return string(b), nil
}

// unixMilli and fromMilli are the schema's time: milliseconds, UTC.
func unixMilli(t time.Time) int64  { return t.UnixMilli() }
func fromMilli(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
func (c *CRM) stamp() time.Time    { return fromMilli(unixMilli(c.now())) }
func idOrNull(id int64) any        { return sql.Null[int64]{V: id, Valid: id != 0} }
func changedPeople(tx *store.Tx, ids ...int64) {
	if len(ids) > 0 { // none would announce all of them
		tx.Changed(store.People, ids...)
	}
}

func changedCompanies(tx *store.Tx, ids ...int64) {
	for _, id := range ids {
		if id != 0 {
			tx.Changed(store.Company, id)
		}
	}
}

// table is one of the two tables whose ids are never given twice. SQLite would give the highest id again after its row
// was deleted, and then a delete could not be undone under the same id; so the highest deleted id is kept as a setting.
type table struct{ next, counter string }

var (
	personTable = table{
		next: `SELECT max(coalesce((SELECT max(id) FROM person),0),
			coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name=?),0)) + 1`,
		counter: "crm.person.highest",
	}
	companyTable = table{
		next: `SELECT max(coalesce((SELECT max(id) FROM company),0),
			coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name=?),0)) + 1`,
		counter: "crm.company.highest",
	}
)

func (t table) newID(ctx context.Context, tx *store.Tx) (int64, error) {
	var id int64
	if err := tx.QueryRowContext(ctx, t.next, t.counter).Scan(&id); err != nil {
		return 0, fmt.Errorf("choose an id: %w", err)
	}
	return id, nil
}

func (t table) retire(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value
		WHERE CAST(setting.value AS INTEGER) < CAST(excluded.value AS INTEGER)`, t.counter, strconv.FormatInt(id, 10))
	if err != nil {
		return fmt.Errorf("retire an id: %w", err)
	}
	return nil
}
