package graph

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"supercrm/devtenant/mailbox"
)

// kql is a parsed $search: the part of Keyword Query Language that Outlook takes (documentation, "Keyword Query Language
// syntax reference" and "Use the $search query parameter").
type kql struct {
	match func(*searched) bool
	// candidates narrows with the index; ok is false where every message may match.
	candidates func(*mailbox.Box) (nums []uint64, ok bool)
}

// searched is a message with the words of its parts, made when they are asked for.
type searched struct {
	m     *message
	words map[string][]string
}

func (s *searched) of(part string) []string {
	if w, ok := s.words[part]; ok {
		return w
	}
	text := ""
	switch part {
	case "from":
		text = people(s.m.From)
	case "to":
		text = people(s.m.To...)
	case "cc":
		text = people(s.m.Cc...)
	case "bcc":
		text = people(s.m.Bcc...)
	case "recipients":
		text = people(slices.Concat(s.m.To, s.m.Cc, s.m.Bcc)...)
	case "participants":
		text = people(slices.Concat([]mailbox.Address{s.m.From}, s.m.To, s.m.Cc, s.m.Bcc)...)
	case "subject":
		text = s.m.Subject
	case "body":
		if body := s.m.Body(); body.HTML {
			text = mailbox.PlainText(body.Text)
		} else {
			text = body.Text
		}
	case "attachment":
		for _, a := range s.m.Attachments {
			text += a.Name + "\n"
		}
	case "category":
		text = strings.Join(s.m.Categories, "\n")
	default:
		text = s.m.SearchText()
	}
	w := mailbox.Words(text)
	s.words[part] = w
	return w
}

func people(list ...mailbox.Address) string {
	var s strings.Builder
	for _, a := range list {
		s.WriteString(a.Name + " " + a.Addr + "\n")
	}
	return s.String()
}

// hasPhrase says whether words occur one after the other; the last of them may be the start of a word, the others not.
func hasPhrase(text, words []string) bool {
	for at := range text {
		if at+len(words) > len(text) {
			return false
		}
		last := len(words) - 1
		if slices.Equal(text[at:at+last], words[:last]) && strings.HasPrefix(text[at+last], words[last]) {
			return true
		}
	}
	return false
}

var errSearch = badRequest("ErrorInvalidUrlQuery", "The $search query is not valid: parentheses or quotes are not balanced, or a property has a value that it can't have.")

// parseSearch reads a $search. now is for today, yesterday and the like.
func parseSearch(s string, now time.Time) (*kql, error) {
	if len(s) > maxFilter {
		return nil, badRequest("ErrorInvalidUrlQuery", "The $search query is too long.")
	}
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' { // the whole clause is quoted, quotes within escaped
		s = strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	}
	p := &kqlParser{now: now}
	if err := p.split(s); err != nil {
		return nil, err
	}
	if len(p.tokens) == 0 {
		return nil, errSearch
	}
	q, err := p.or(0)
	if err == nil && p.at < len(p.tokens) {
		err = errSearch
	}
	return q, err
}

type kqlToken struct {
	text   string
	phrase bool
}

type kqlParser struct {
	tokens []kqlToken
	at     int
	now    time.Time
}

func (p *kqlParser) split(s string) error {
	for i := 0; i < len(s); {
		switch ch := s[i]; {
		case ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r':
			i++
		case ch == '(' || ch == ')':
			p.tokens = append(p.tokens, kqlToken{text: string(ch)})
			i++
		case ch == '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				return errSearch
			}
			p.tokens = append(p.tokens, kqlToken{text: s[i+1 : i+1+end], phrase: true})
			i += end + 2
		default:
			end := i
			for end < len(s) && strings.IndexByte(" \t\n\r()\"", s[end]) < 0 {
				end++
			}
			p.tokens = append(p.tokens, kqlToken{text: s[i:end]})
			i = end
		}
	}
	return nil
}

func (p *kqlParser) peek(word string) bool {
	return p.at < len(p.tokens) && !p.tokens[p.at].phrase && p.tokens[p.at].text == word
}

func (p *kqlParser) or(depth int) (*kql, error) {
	left, err := p.and(depth)
	for err == nil && p.peek("OR") {
		p.at++
		var right *kql
		if right, err = p.and(depth); err == nil {
			left = either(left, right)
		}
	}
	return left, err
}

func (p *kqlParser) and(depth int) (*kql, error) {
	left, err := p.term(depth)
	for err == nil && p.at < len(p.tokens) && !p.peek("OR") && !p.peek(")") {
		if p.peek("AND") {
			p.at++
		}
		var right *kql
		if right, err = p.term(depth); err == nil {
			left = both(left, right)
		}
	}
	return left, err
}

func either(x, y *kql) *kql {
	return &kql{
		match: func(s *searched) bool { return x.match(s) || y.match(s) },
		candidates: func(b *mailbox.Box) ([]uint64, bool) {
			l, ok := x.candidates(b)
			r, ok2 := y.candidates(b)
			all := slices.Concat(l, r)
			slices.Sort(all)
			return slices.Compact(all), ok && ok2
		},
	}
}

func both(x, y *kql) *kql {
	return &kql{
		match: func(s *searched) bool { return x.match(s) && y.match(s) },
		candidates: func(b *mailbox.Box) ([]uint64, bool) {
			l, ok := x.candidates(b)
			r, ok2 := y.candidates(b)
			if !ok {
				return r, ok2
			}
			if !ok2 {
				return l, true
			}
			return slices.DeleteFunc(l, func(n uint64) bool { _, found := slices.BinarySearch(r, n); return !found }), true
		},
	}
}

// anything are the candidates of what the index does not know.
func anything(*mailbox.Box) ([]uint64, bool) { return nil, false }

func (p *kqlParser) term(depth int) (*kql, error) {
	if depth > maxDepth || p.at >= len(p.tokens) {
		return nil, errSearch
	}
	t := p.tokens[p.at]
	p.at++
	switch {
	case t.phrase:
		return words("", t.text), nil
	case t.text == "(":
		inner, err := p.or(depth + 1)
		if err == nil && !p.peek(")") {
			err = errSearch
		}
		p.at++
		return inner, err
	case t.text == ")" || t.text == "AND" || t.text == "OR":
		return nil, errSearch
	case t.text == "NOT":
		inner, err := p.term(depth + 1)
		return not(inner), err
	case len(t.text) > 1 && t.text[0] == '-':
		p.tokens[p.at-1].text = t.text[1:]
		p.at--
		inner, err := p.term(depth + 1)
		return not(inner), err
	}
	end := strings.IndexAny(t.text, ":<>=")
	if end <= 0 {
		return words("", t.text), nil
	}
	name, rest := strings.ToLower(t.text[:end]), t.text[end:]
	value := strings.TrimLeft(rest, ":<>=")
	op := rest[:len(rest)-len(value)]
	if value == "" && p.at < len(p.tokens) && p.tokens[p.at].text != "(" && p.tokens[p.at].text != ")" { // subject:"two words"
		value = p.tokens[p.at].text
		p.at++
	}
	return p.property(name, strings.TrimLeft(op, ":"), value, t.text)
}

func not(of *kql) *kql {
	return &kql{match: func(s *searched) bool { return !of.match(s) }, candidates: anything}
}

// words looks for a word, or words one after the other, in a part of the message, "" for all of it.
func words(part, text string) *kql {
	list := mailbox.Words(text)
	if len(list) == 0 {
		return &kql{match: func(*searched) bool { return true }, candidates: anything}
	}
	q := &kql{match: func(s *searched) bool { return hasPhrase(s.of(part), list) }, candidates: anything}
	if part != "category" {
		longest := slices.MaxFunc(list, func(x, y string) int { return len(x) - len(y) })
		q.candidates = func(b *mailbox.Box) ([]uint64, bool) { return b.WithPrefix(longest), true }
	}
	return q
}

// property reads name:value; what is no property that we know is looked for as words.
func (p *kqlParser) property(name, op, value, whole string) (*kql, error) {
	truth := func(have func(*message) bool) (*kql, error) {
		var want bool
		switch strings.ToLower(value) {
		case "true", "yes", "1":
			want = true
		case "false", "no", "0":
		default:
			return nil, errSearch
		}
		return &kql{match: func(s *searched) bool { return have(s.m) == want }, candidates: anything}, nil
	}
	switch name {
	case "from", "to", "cc", "bcc", "recipients", "participants", "subject", "body", "attachment", "category":
		if value == "" {
			return nil, errSearch
		}
		return words(name, value), nil
	case "hasattachments", "hasattachment":
		return truth(func(m *message) bool { return m.HasFiles() })
	case "isread":
		return truth(func(m *message) bool { return m.Read() })
	case "importance":
		return &kql{match: func(s *searched) bool { return strings.EqualFold(s.m.Importance, value) }, candidates: anything}, nil
	case "received", "sent":
		from, to, err := p.dates(op, value)
		if err != nil {
			return nil, err
		}
		return &kql{match: func(s *searched) bool {
			at := s.m.Received
			if name == "sent" {
				at = s.m.Sent
			}
			return !at.Before(from) && at.Before(to)
		}, candidates: anything}, nil
	case "size":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, errSearch
		}
		return &kql{match: func(s *searched) bool { return compareSize(sizeOf(s.m), op, n) }, candidates: anything}, nil
	}
	return words("", whole), nil
}

func sizeOf(m *message) int64 {
	n := len(m.Body().Text) + len(m.Subject)
	for _, a := range m.Attachments {
		n += len(a.Bytes)
	}
	return int64(n)
}

func compareSize(have int64, op string, want int64) bool {
	switch op {
	case ">":
		return have > want
	case ">=":
		return have >= want
	case "<":
		return have < want
	case "<=":
		return have <= want
	}
	return have == want
}

var (
	farPast   = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// dates gives the half-open span that a date restriction means. A date is a whole day, a time a second; both in UTC.
func (p *kqlParser) dates(op, value string) (from, to time.Time, err error) {
	if first, last, ok := strings.Cut(value, ".."); ok {
		if from, _, err = p.date(first); err == nil {
			_, to, err = p.date(last)
		}
		return from, to, err
	}
	if from, to, err = p.date(value); err != nil {
		return from, to, err
	}
	switch op {
	case ">=":
		return from, farFuture, nil
	case ">":
		return to, farFuture, nil
	case "<=":
		return farPast, to, nil
	case "<":
		return farPast, from, nil
	}
	return from, to, nil
}

func (p *kqlParser) date(s string) (from, to time.Time, err error) {
	y, m, d := p.now.UTC().Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	switch strings.ToLower(s) {
	case "today":
		return today, today.AddDate(0, 0, 1), nil
	case "yesterday":
		return today.AddDate(0, 0, -1), today, nil
	case "this week", "thisweek":
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		return monday, monday.AddDate(0, 0, 7), nil
	}
	for _, layout := range []string{time.DateOnly, "1/2/2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, t.AddDate(0, 0, 1), nil
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), t.UTC().Add(time.Second), nil
		}
	}
	return from, to, errSearch
}
