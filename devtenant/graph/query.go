package graph

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPage and maxPage are Outlook's page sizes (facts, "Paging").
const (
	defaultPage = 10
	maxPage     = 1000
)

// paging is $top, $skip and $count of a list.
type paging struct {
	top, skip int
	count     bool
}

func (c *call) paging() (paging, error) {
	p := paging{top: defaultPage}
	if c.prefer.pageSize > 0 {
		p.top = c.prefer.pageSize
	}
	if s := c.query.Get("$top"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxPage {
			return p, badRequest("ErrorInvalidUrlQuery", "Invalid page size specified: '"+s+"'. Must be between 1 and 1000 inclusive.")
		}
		p.top = n
	}
	if s := c.query.Get("$skip"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return p, badRequest("ErrorInvalidUrlQuery", "The value of $skip is not valid.")
		}
		p.skip = n
	}
	if s := c.query.Get("$count"); s != "" {
		count, err := strconv.ParseBool(s)
		if err != nil {
			return p, badRequest("ErrorInvalidUrlQuery", "The value of $count is not valid.")
		}
		p.count = count
	}
	return p, nil
}

// nextLink is the request with $skip moved on, or "" when nothing is left of total.
func (c *call) nextLink(p paging, total int) string {
	if p.skip+p.top >= total {
		return ""
	}
	query := url.Values{}
	for name, values := range c.query {
		query[name] = values
	}
	query.Set("$skip", strconv.Itoa(p.skip+p.top))
	query.Set("$top", strconv.Itoa(p.top))
	return c.link(query)
}

// cut is the page of a list.
func cut[T any](p paging, list []T) []T {
	from := min(p.skip, len(list))
	return list[from:min(from+p.top, len(list))]
}

// listing answers with a page. total is the number of items in the whole list.
func (c *call) listing(of string, p paging, total int, page []fields) error {
	out := fields{c.context(of)}
	if p.count {
		out = append(out, field{"@odata.count", total})
	}
	if page == nil {
		page = []fields{}
	}
	out = append(out, field{"value", page})
	if next := c.nextLink(p, total); next != "" {
		out = append(out, field{"@odata.nextLink", next})
	}
	return c.json(200, out)
}

// one answers with an item.
func (c *call) one(status int, of string, item fields) error {
	return c.json(status, append(fields{c.context(of)}, item...))
}

// order is one property of $orderby.
type order struct {
	path string
	desc bool
}

func parseOrder(s string, known func(path string) bool) ([]order, error) {
	var out []order
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 || !known(words[0]) {
			return nil, badRequest("BadRequest", "The $orderby expression '"+s+"' is not valid.")
		}
		o := order{path: words[0]}
		if len(words) == 2 {
			switch strings.ToLower(words[1]) {
			case "asc":
			case "desc":
				o.desc = true
			default:
				return nil, badRequest("BadRequest", "The $orderby expression '"+s+"' is not valid.")
			}
		}
		out = append(out, o)
	}
	return out, nil
}

// inefficient is the rule that every property of $orderby must be in $filter, before the others and in the same order
// (facts, "$filter + $orderby").
func inefficient(f *filter, by []order) bool {
	if f == nil {
		return false
	}
	for i, o := range by {
		if i >= len(f.paths) || !strings.EqualFold(f.paths[i], o.path) {
			return true
		}
	}
	return false
}

// sorted orders items as $orderby says; those that are equal keep their order.
func sorted[T any](list []T, by []order, get func(T) getter) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y T) int {
		gx, gy := get(x), get(y)
		for _, o := range by {
			a, _ := gx(o.path)
			b, _ := gy(o.path)
			n, ok := compareValues(a, b)
			if !ok {
				continue
			}
			if o.desc {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	return list
}

// expansion is one part of $expand: a navigation property and the options in its parentheses.
type expansion struct {
	name    string
	options url.Values
}

// expansions reads $expand: "attachments($select=id,name;$top=3),singleValueExtendedProperties($filter=id eq 'x')".
func (c *call) expansions(known ...string) ([]expansion, error) {
	s := c.query.Get("$expand")
	bad := badRequest("BadRequest", "The $expand expression '"+s+"' is not valid.")
	var out []expansion
	for _, part := range splitOutside(s, ',') {
		name, rest, nested := strings.Cut(part, "(")
		e := expansion{name: strings.TrimSpace(name), options: url.Values{}}
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, e.name) }) {
			return nil, bad
		}
		if nested {
			rest, ok := strings.CutSuffix(strings.TrimSpace(rest), ")")
			if !ok {
				return nil, bad
			}
			for _, option := range splitOutside(rest, ';') {
				key, value, ok := strings.Cut(option, "=")
				if !ok {
					return nil, bad
				}
				e.options.Set(strings.TrimSpace(key), value)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// splitOutside splits at sep where it is in neither parentheses nor quotes; empty parts are left out.
func splitOutside(s string, sep rune) []string {
	depth, quoted := 0, false
	return strings.FieldsFunc(s, func(r rune) bool {
		switch {
		case r == '\'':
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		}
		return r == sep && depth == 0 && !quoted
	})
}

// propFilter reads the $filter inside an expansion of extended properties: which ids are wanted.
func propFilter(e expansion) (func(id string) bool, error) {
	s := e.options.Get("$filter")
	if s == "" {
		return nil, badRequest("ErrorInvalidRequest", "Extended properties have to be named: $expand=singleValueExtendedProperties($filter=id eq '…').")
	}
	f, err := parseFilter(s, func(path string) bool { return strings.EqualFold(path, "id") })
	if err != nil {
		return nil, err
	}
	return func(id string) bool { return f.match(func(string) (any, bool) { return id, true }) }, nil
}
