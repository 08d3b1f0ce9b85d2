package mailbox

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Record is a small thing of a mailbox that nothing else depends on, kept as the JSON it was given: a category, a rule,
// an online meeting and the like. Whoever speaks for the mailbox checks the fields.
type Record struct {
	ID     string
	Fields map[string]json.RawMessage
}

// Records lists the records of a kind, in the order they were made. Do not change the slice.
func (b *Box) Records(kind string) []*Record { return b.records[kind] }

// Record finds one by id; nil when there is none.
func (b *Box) Record(kind, id string) *Record {
	at := slices.IndexFunc(b.records[kind], func(r *Record) bool { return r.ID == id })
	if at < 0 {
		return nil
	}
	return b.records[kind][at]
}

// AddRecord makes a record; its id is made up when id is "".
func (b *Box) AddRecord(kind, id string, fields map[string]json.RawMessage) *Record {
	if id == "" {
		id = b.hash64("", kind+strconv.FormatUint(b.number(), 10))
	}
	r := &Record{ID: id, Fields: fields}
	b.records[kind] = append(b.records[kind], r)
	b.tick()
	return r
}

// RemoveRecord takes a record away.
func (b *Box) RemoveRecord(kind string, r *Record) {
	b.records[kind] = slices.DeleteFunc(slices.Clone(b.records[kind]), func(x *Record) bool { return x == r })
	b.tick()
}

// HadRecords says whether there ever were records of a kind.
func (b *Box) HadRecords(kind string) bool { _, ok := b.records[kind]; return ok }

// CategoryRecords is the kind of the records that are the mailbox's categories.
const CategoryRecords = "outlook/masterCategories"

// StandardCategories makes those that a mailbox has from the beginning, unless it ever had any.
func (b *Box) StandardCategories() {
	if b.HadRecords(CategoryRecords) {
		return
	}
	for i, name := range []string{"Red", "Orange", "Yellow", "Green", "Blue", "Purple"} {
		b.AddCategory(name+" category", "preset"+strconv.Itoa([]int{0, 1, 3, 4, 7, 8}[i]))
	}
}

// AddCategory makes a category; color is a Graph categoryColor.
func (b *Box) AddCategory(name, color string) {
	b.AddRecord(CategoryRecords, "", map[string]json.RawMessage{"displayName": json.RawMessage(strconv.Quote(name)), "color": json.RawMessage(strconv.Quote(color))})
}
