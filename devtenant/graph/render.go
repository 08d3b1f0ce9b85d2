package graph

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/zones"
)

// field is one property; fields is an object that keeps its order.
type field struct {
	name  string
	value any
}

type fields []field

// MarshalJSON writes the object.
func (f fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		if err := writeJSON(&b, p.value); err != nil {
			return nil, err
		}
		if b.Bytes()[b.Len()-1] == '\n' {
			b.Truncate(b.Len() - 1)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// writeJSON writes objects without a detour through reflection, and HTML as it is.
func writeJSON(b *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		if v {
			b.WriteString("true")
		} else {
			b.WriteString("false")
		}
	case fields:
		b.WriteByte('{')
		for i, p := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('"')
			b.WriteString(p.name) // property names need no escapes
			b.WriteString(`":`)
			if err := writeJSON(b, p.value); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case []fields:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // Encode ends with a newline
	}
	return nil
}

// property is one that items of type T have. hidden ones are given only when they are selected.
type property[T any] struct {
	name   string
	get    func(c *call, item T) any
	hidden bool
}

// selection is a $select; nil selects what is given without one.
type selection []string

func (s selection) has(name string) bool {
	return slices.ContainsFunc(s, func(n string) bool { return strings.EqualFold(n, name) })
}

// selected reads $select and refuses what T does not have.
func selected[T any](query string, of []property[T]) (selection, error) {
	if query == "" {
		return nil, nil
	}
	var out selection
	for name := range strings.SplitSeq(query, ",") {
		name = strings.TrimSpace(name)
		if cast, rest, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(cast, "microsoft.graph.") {
			name = rest
		}
		if !slices.ContainsFunc(of, func(p property[T]) bool { return strings.EqualFold(p.name, name) }) && name != "*" {
			return nil, badRequest("RequestBroker--ParseUri", "Could not find a property named '"+name+"'.")
		}
		if name == "*" {
			return nil, nil
		}
		out = append(out, name)
	}
	return out, nil
}

// render writes what is selected of an item, after what every item has.
func render[T any](c *call, head fields, of []property[T], item T, sel selection) fields {
	out := append(make(fields, 0, len(head)+len(of)), head...)
	for _, p := range of {
		if sel == nil && !p.hidden || sel.has(p.name) {
			out = append(out, field{p.name, p.get(c, item)})
		}
	}
	return out
}

func dateTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// never is how Graph writes a time that has not come.
const never = "0001-01-01T00:00:00Z"

func address(a mailbox.Address) fields {
	name := a.Name
	if name == "" {
		name = a.Addr
	}
	return fields{{"name", name}, {"address", a.Addr}}
}

func recipient(a mailbox.Address) any {
	if a == (mailbox.Address{}) {
		return nil
	}
	return fields{{"emailAddress", address(a)}}
}

func recipients(list []mailbox.Address) []fields {
	out := make([]fields, 0, len(list))
	for _, a := range list {
		out = append(out, fields{{"emailAddress", address(a)}})
	}
	return out
}

// texts is a list that is never null.
func texts(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func none(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// itemBody writes a body in the format that the client prefers; without a preference as it is.
func (c *call) itemBody(b mailbox.Body) fields {
	switch {
	case b.HTML && c.prefer.text:
		return fields{{"contentType", "text"}, {"content", mailbox.PlainText(b.Text)}}
	case b.HTML:
		return fields{{"contentType", "html"}, {"content", b.Text}}
	case c.prefer.html:
		return fields{{"contentType", "html"}, {"content", "<html><body><div class=\"PlainText\">" + mailbox.PlainToHTML(b.Text) + "</div></body></html>"}}
	}
	return fields{{"contentType", "text"}, {"content", b.Text}}
}

// zoned writes an instant in the zone that the client prefers, UTC without a preference. An all-day event's dates are
// the same in every zone.
func (c *call) zoned(t time.Time, allDay bool) fields {
	name, loc := "UTC", time.UTC
	if c.prefer.zone != "" {
		name = c.prefer.zone
		if found, err := zones.Load(name); err == nil && !allDay {
			loc = found
		}
	}
	return fields{{"dateTime", t.In(loc).Format("2006-01-02T15:04:05.0000000")}, {"timeZone", name}}
}

// zoneOf finds a mailbox's zone; UTC for a name that nobody knows.
func zoneOf(name string) *time.Location {
	loc, err := zones.Load(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// props writes extended properties; the ones in want, or all when want is nil.
func props(of map[string]string, want func(id string) bool) []fields {
	out := []fields{}
	for id, value := range of {
		if want == nil || want(id) {
			out = append(out, fields{{"id", id}, {"value", value}})
		}
	}
	slices.SortFunc(out, func(x, y fields) int { return strings.Compare(x[0].value.(string), y[0].value.(string)) })
	return out
}
