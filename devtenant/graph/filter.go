package graph

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// getter gives the value of a property path of an item: string, bool, float64, time.Time, nil, or []getter for a
// collection. ok is false for a path that cannot be filtered by.
type getter func(path string) (value any, ok bool)

// filter is a parsed $filter. paths are the properties in it, in order: $orderby is checked against them.
type filter struct {
	match func(getter) bool
	paths []string
}

const (
	maxFilter = 4000 // characters
	maxDepth  = 20
)

// parseFilter reads the part of OData's $filter that Outlook takes (OData 4.01, URL conventions, 5.1.1): comparisons,
// and, or, not, parentheses, in, contains,
// startswith, endswith, any. known says which paths there are.
func parseFilter(s string, known func(path string) bool) (*filter, error) {
	if len(s) > maxFilter {
		return nil, badRequest("ErrorInvalidUrlQueryFilter", "The filter clause is too long.")
	}
	p := &filterParser{known: known}
	if err := p.split(s); err != nil {
		return nil, err
	}
	match, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, p.bad()
	}
	return &filter{match: match, paths: p.paths}, nil
}

type token struct {
	text   string
	quoted bool // a string literal
}

type filterParser struct {
	tokens []token
	at     int
	known  func(string) bool
	paths  []string
	item   string // the variable of the any() that is being read
}

func (p *filterParser) bad() error {
	at := "the end"
	if p.at < len(p.tokens) {
		at = "'" + p.tokens[p.at].text + "'"
	}
	return badRequest("BadRequest", "Invalid filter clause: syntax error at "+at+".")
}

func (p *filterParser) split(s string) error {
	for i := 0; i < len(s); {
		switch ch := s[i]; {
		case ch == ' ' || ch == '\t':
			i++
		case strings.IndexByte("(),", ch) >= 0:
			p.tokens = append(p.tokens, token{text: string(ch)})
			i++
		case ch == '\'':
			var text strings.Builder
			for i++; ; i++ {
				if i >= len(s) {
					return badRequest("BadRequest", "Invalid filter clause: there is an unterminated string literal.")
				}
				if s[i] == '\'' {
					if i+1 >= len(s) || s[i+1] != '\'' {
						break
					}
					i++
				}
				text.WriteByte(s[i])
			}
			i++
			p.tokens = append(p.tokens, token{text: text.String(), quoted: true})
		default:
			end := i
			for end < len(s) && strings.IndexByte(" \t(),'", s[end]) < 0 {
				end++
			}
			word := s[i:end]
			// "ep:" and "ep:ep/id" both occur; a time holds colons, too, but begins with a digit.
			if v, rest, ok := strings.Cut(word, ":"); ok && (word[0] < '0' || word[0] > '9') {
				p.tokens = append(p.tokens, token{text: v}, token{text: ":"})
				word = rest
			}
			if word != "" {
				p.tokens = append(p.tokens, token{text: word})
			}
			i = end
		}
	}
	return nil
}

func (p *filterParser) peek(text string) bool {
	return p.at < len(p.tokens) && !p.tokens[p.at].quoted && strings.EqualFold(p.tokens[p.at].text, text)
}

func (p *filterParser) take(text string) bool {
	if p.peek(text) {
		p.at++
		return true
	}
	return false
}

func (p *filterParser) or(depth int) (func(getter) bool, error) {
	left, err := p.and(depth)
	for err == nil && p.take("or") {
		var right func(getter) bool
		if right, err = p.and(depth); err == nil {
			l := left
			left = func(g getter) bool { return l(g) || right(g) }
		}
	}
	return left, err
}

func (p *filterParser) and(depth int) (func(getter) bool, error) {
	left, err := p.term(depth)
	for err == nil && p.take("and") {
		var right func(getter) bool
		if right, err = p.term(depth); err == nil {
			l := left
			left = func(g getter) bool { return l(g) && right(g) }
		}
	}
	return left, err
}

func (p *filterParser) term(depth int) (func(getter) bool, error) {
	if depth > maxDepth {
		return nil, badRequest("ErrorInvalidUrlQueryFilter", "The filter clause is nested too deeply.")
	}
	if p.take("not") {
		inner, err := p.term(depth + 1)
		return func(g getter) bool { return !inner(g) }, err
	}
	if p.take("(") {
		inner, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = p.bad()
		}
		return inner, err
	}
	if p.at+1 < len(p.tokens) && !p.tokens[p.at].quoted && !p.tokens[p.at+1].quoted && p.tokens[p.at+1].text == "(" {
		return p.call(depth)
	}
	return p.comparison()
}

func (p *filterParser) path() (string, error) {
	if p.at >= len(p.tokens) || p.tokens[p.at].quoted {
		return "", p.bad()
	}
	path := p.tokens[p.at].text
	if p.item != "" {
		if path != p.item && !strings.HasPrefix(path, p.item+"/") {
			return "", p.bad()
		}
	} else {
		if !p.known(path) {
			return "", badRequest("BadRequest", "Could not find a property named '"+path+"', or it can't be filtered by.")
		}
		p.paths = append(p.paths, path)
	}
	p.at++
	return path, nil
}

func (p *filterParser) literal() (any, error) {
	if p.at >= len(p.tokens) {
		return nil, p.bad()
	}
	t := p.tokens[p.at]
	p.at++
	if t.quoted {
		return t.text, nil
	}
	switch strings.ToLower(t.text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if at, err := time.Parse(time.RFC3339, t.text); err == nil {
		return at, nil
	}
	if at, err := time.Parse(time.DateOnly, t.text); err == nil {
		return at, nil
	}
	if n, err := strconv.ParseFloat(t.text, 64); err == nil {
		return n, nil
	}
	p.at--
	return nil, p.bad()
}

func (p *filterParser) comparison() (func(getter) bool, error) {
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if p.at >= len(p.tokens) {
		return nil, p.bad()
	}
	op := strings.ToLower(p.tokens[p.at].text)
	if op == "in" {
		p.at++
		return p.list(path)
	}
	switch op {
	case "eq", "ne", "gt", "ge", "lt", "le":
		p.at++
	default: // a boolean property may stand alone
		return func(g getter) bool { v, _ := g(path); b, _ := v.(bool); return b }, nil
	}
	want, err := p.literal()
	if err != nil {
		return nil, err
	}
	return func(g getter) bool {
		have, _ := g(path)
		n, comparable := compareValues(have, want)
		switch op {
		case "eq":
			return comparable && n == 0
		case "ne":
			return !comparable || n != 0
		case "gt":
			return comparable && n > 0
		case "ge":
			return comparable && n >= 0
		case "lt":
			return comparable && n < 0
		}
		return comparable && n <= 0
	}, nil
}

// list reads the values of "path in ('a','b')".
func (p *filterParser) list(path string) (func(getter) bool, error) {
	if !p.take("(") {
		return nil, p.bad()
	}
	var values []any
	for {
		v, err := p.literal()
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if p.take(")") {
			break
		}
		if !p.take(",") {
			return nil, p.bad()
		}
	}
	return func(g getter) bool {
		have, _ := g(path)
		return slices.ContainsFunc(values, func(v any) bool { n, ok := compareValues(have, v); return ok && n == 0 })
	}, nil
}

func compareValues(x, y any) (int, bool) {
	switch a := x.(type) {
	case nil:
		return 0, y == nil
	case string:
		if b, ok := y.(string); ok {
			return strings.Compare(strings.ToLower(a), strings.ToLower(b)), true
		}
	case bool:
		if b, ok := y.(bool); ok {
			if a == b {
				return 0, true
			}
			return 1, true
		}
	case float64:
		if b, ok := y.(float64); ok {
			return cmp.Compare(a, b), true
		}
	case time.Time:
		switch b := y.(type) {
		case time.Time:
			return a.Compare(b), true
		case string: // Outlook's clients also write times in quotes
			for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.9999999", "2006-01-02T15:04", time.DateOnly} {
				if at, err := time.Parse(layout, b); err == nil {
					return a.Compare(at), true
				}
			}
		}
	}
	return 0, false
}

// call reads contains(path,'…'), startswith(path,'…') and collection/any(v:…).
func (p *filterParser) call(depth int) (func(getter) bool, error) {
	name := strings.ToLower(p.tokens[p.at].text)
	if name == "contains" || name == "startswith" || name == "endswith" {
		p.at += 2
		path, err := p.path()
		if err != nil {
			return nil, err
		}
		if !p.take(",") {
			return nil, p.bad()
		}
		want, err := p.literal()
		text, ok := want.(string)
		if err != nil || !ok || !p.take(")") {
			return nil, p.bad()
		}
		text = strings.ToLower(text)
		return func(g getter) bool {
			v, _ := g(path)
			s, _ := v.(string)
			s = strings.ToLower(s)
			switch name {
			case "contains":
				return strings.Contains(s, text)
			case "endswith":
				return strings.HasSuffix(s, text)
			}
			return strings.HasPrefix(s, text)
		}, nil
	}
	path, any := strings.CutSuffix(p.tokens[p.at].text, "/any")
	if !any {
		path, any = strings.CutSuffix(path, "/Any")
	}
	if !any || p.item != "" {
		return nil, p.bad()
	}
	if !p.known(path) {
		return nil, badRequest("BadRequest", "Could not find a property named '"+path+"'.")
	}
	p.paths = append(p.paths, path)
	p.at += 2
	if p.at+1 >= len(p.tokens) || p.tokens[p.at].quoted || p.tokens[p.at+1].text != ":" {
		return nil, p.bad()
	}
	p.item = p.tokens[p.at].text
	p.at += 2
	inner, err := p.or(depth + 1)
	if err == nil && !p.take(")") {
		err = p.bad()
	}
	p.item = ""
	return func(g getter) bool {
		v, _ := g(path)
		list, _ := v.([]getter)
		for _, item := range list {
			if inner(item) {
				return true
			}
		}
		return false
	}, err
}
