package search

import (
	"strings"
	"time"
	"unicode"

	"supercrm/internal/plain"
)

// Query is what a text asks for. All of it must hold. The zero Query asks for nothing and finds nothing.
//
//	word          in subject, people or text; the last word also as a beginning, word* always
//	"some words"  next to each other
//	-word         not there; with an operator too: -in:archive, -has:attachment, -is:unread
//	from: to: subject:   a word or "words" of that field; in: a folder's name
//	has:attachment       is:unread is:read is:flagged
//	before: after:       a date (before excludes it, after includes it): 2026-03-01, 2026-03, 2026, today, yesterday, 7d 2w 6m 1y ago
//
// Operators are taken in any case. What looks like one and is none is a word like others.
type Query struct {
	Text          string // as typed
	terms         []term
	In, NotIn     []string // folder names, folded; any of them, and none of these
	After, Before time.Time
	// Unread, Flagged and Attachment are nil where nothing is said of them.
	Unread, Flagged, Attachment *bool
	// Problems are the values that could not be understood, such as a date; they are left out of what is looked for.
	Problems []Problem
}

// Problem is an operator whose value means nothing.
type Problem struct{ Operator, Value string }

type field int

const (
	anywhere field = iota
	subject
	from
	to
)

// columns are the index's, in words of its column filter (sqlite.org/fts5.html, section 3.6).
var columns = map[field]string{anywhere: "{title sender recipients text}", subject: "title", from: "sender", to: "recipients"}

type term struct {
	in     field
	words  string // one word or several in a row
	prefix bool   // the last of them may go on
	not    bool
	// asked is what the index is asked for, where that is less than words: see begin.
	asked string
	// endings are all that one with prefix stands for, where they were looked up (spellOut).
	endings []string
}

// maxTerms bounds what a pasted text can cost.
const maxTerms = 20

// Parse reads a query. now's zone decides where a day begins. It takes any text and never fails.
func Parse(text string, now time.Time) Query {
	q := Query{Text: text}
	p := parser{rest: strings.ReplaceAll(text, "\x00", " ")}
	last := 0 // how many terms there were before the last piece
	for len(q.terms) < maxTerms {
		t, ok := p.next()
		if !ok {
			break
		}
		last = len(q.terms)
		q.take(t, now)
	}
	// What is being typed is a beginning: the last word, unless something stands behind it, an operator too.
	if n := len(q.terms); n > last && p.open {
		q.terms[n-1].prefix = true
	}
	for i := range q.terms {
		q.terms[i].begin()
	}
	return q
}

// begin decides how a beginning is looked for: the last word of the index in it counts, "c" in anna@c. A short one stands in
// nearly every mail, and the index has none of them ready: it is left away as long as more is to come, and what stands before
// it is looked for. Where there is nothing before it, or what is found is to be left out, it is a whole word.
func (t *term) begin() {
	if !t.prefix {
		return
	}
	list := split(t.words)
	if last := list[len(list)-1]; selective(t.words[last.from:last.to]) {
		return
	}
	if len(list) > 1 && !t.not {
		t.asked = t.words[:list[len(list)-2].to]
	} else {
		t.prefix = false
	}
}

// selective says whether a beginning is long enough to be looked for. A character of Chinese, Japanese or Korean is a word by
// itself.
func selective(word string) bool {
	letters := []rune(word)
	return len(letters) >= ready || letters[len(letters)-1] >= 0x2e80
}

// piece is one operator and value as typed.
type piece struct {
	operator string // lower-case, without the colon; "" for a word
	value    string
	quoted   bool
	not      bool
}

type parser struct {
	rest string
	open bool // the text ends in the middle of the last piece
}

func (p *parser) next() (piece, bool) {
	p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
	if p.rest == "" {
		return piece{}, false
	}
	var t piece
	if len(p.rest) > 1 && p.rest[0] == '-' && p.rest[1] != '-' && !unicode.IsSpace(rune(p.rest[1])) {
		t.not, p.rest = true, p.rest[1:]
	}
	if i := strings.IndexByte(p.rest, ':'); i > 0 && operators[strings.ToLower(p.rest[:i])] {
		t.operator, p.rest = strings.ToLower(p.rest[:i]), p.rest[i+1:]
	}
	if strings.HasPrefix(p.rest, `"`) {
		var closed bool
		t.value, p.rest, closed = strings.Cut(p.rest[1:], `"`)
		t.quoted, p.open = true, !closed
		return t, true
	}
	end := strings.IndexFunc(p.rest, unicode.IsSpace)
	if end < 0 {
		end, p.open = len(p.rest), true
	} else {
		p.open = false
	}
	t.value, p.rest = p.rest[:end], p.rest[end:]
	return t, true
}

var operators = map[string]bool{"from": true, "to": true, "subject": true, "has": true, "is": true, "in": true, "before": true, "after": true}

func (q *Query) take(p piece, now time.Time) {
	if p.operator != "" && strings.TrimSpace(p.value) == "" {
		return // still being typed
	}
	switch p.operator {
	case "":
		q.add(anywhere, p)
	case "subject":
		q.add(subject, p)
	case "from":
		q.add(from, p)
	case "to":
		q.add(to, p)
	case "in":
		into := &q.In
		if p.not {
			into = &q.NotIn
		}
		*into = append(*into, plain.Fold(strings.TrimSpace(p.value)))
	case "has":
		if v := strings.ToLower(p.value); strings.HasPrefix("attachments", v) && len(v) >= 3 {
			q.Attachment = said(!p.not)
		} else {
			q.problem(p)
		}
	case "is":
		switch strings.ToLower(p.value) {
		case "unread":
			q.Unread = said(!p.not)
		case "read":
			q.Unread = said(p.not)
		case "flagged", "starred":
			q.Flagged = said(!p.not)
		default:
			q.problem(p)
		}
	case "before", "after":
		day, ok := date(p.value, now)
		// What is not before a day is after it: the one includes what the other does not.
		after := (p.operator == "after") != p.not
		switch {
		case !ok:
			q.problem(p)
		case after && (q.After.IsZero() || day.After(q.After)):
			q.After = day
		case !after && (q.Before.IsZero() || day.Before(q.Before)):
			q.Before = day
		}
	}
}

func said(is bool) *bool { return &is }

func (q *Query) problem(p piece) { q.Problems = append(q.Problems, Problem{p.operator, p.value}) }

func (q *Query) add(in field, p piece) {
	t := term{in: in, not: p.not, words: strings.TrimSpace(plain.Letters(p.value))}
	if !p.quoted && strings.HasSuffix(t.words, "*") {
		t.words, t.prefix = strings.TrimRight(t.words, "*"), true
	}
	if strings.ContainsFunc(t.words, tokenRune) {
		q.terms = append(q.terms, t)
	}
}

// tokenRune says what the index takes for part of a word (unicode61: letters, numbers, private use).
func tokenRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}

// Words are the words that may stand anywhere, as one text: what is left for those who look for a name without operators.
// It is "" where the query asks for more than that.
func (q Query) Words() string {
	if q.filters() {
		return ""
	}
	var out []string
	for _, t := range q.terms {
		if t.in != anywhere || t.not {
			return ""
		}
		out = append(out, t.words)
	}
	return strings.Join(out, " ")
}

// Empty says that nothing is asked for.
func (q Query) Empty() bool { return !q.asks() && !q.filters() }

// asks says whether a word is to be found. Words that must not be there alone are none: "everything but" has no end.
func (q Query) asks() bool {
	for _, t := range q.terms {
		if !t.not {
			return true
		}
	}
	return false
}

// filters says whether rows are chosen by something else than words.
func (q Query) filters() bool {
	return !q.After.IsZero() || !q.Before.IsZero() || q.mailOnly()
}

// mailOnly says whether something is asked that is known of mail alone.
func (q Query) mailOnly() bool {
	return len(q.In) > 0 || len(q.NotIn) > 0 || q.Unread != nil || q.Flagged != nil || q.Attachment != nil
}

// Means says whether the query can mean documents of a kind at all: from: and to: mean mail and meetings, a folder, an
// attachment and read state only mail.
func (q Query) Means(k Kind) bool {
	if k == Message {
		return true
	}
	if q.mailOnly() {
		return false
	}
	if k != Event {
		for _, t := range q.terms {
			if t.in != anywhere {
				return false
			}
		}
		return k.timed() || q.After.IsZero() && q.Before.IsZero()
	}
	return true
}

// Match is the query in the index's language; "" when it has no words that must be there. Every word is quoted, so nothing
// typed is syntax.
func (q Query) Match() string {
	yes, no := q.wanted()
	if len(yes) == 0 {
		return ""
	}
	out := strings.Join(yes, " AND ")
	if len(no) > 0 {
		out = "(" + out + ") NOT (" + strings.Join(no, " OR ") + ")"
	}
	return out
}

// unwanted finds in the index's language what must not be among the documents of a query that Match has no words for; ""
// where that is nothing. The index has no "everything but".
func (q Query) unwanted() string {
	if yes, no := q.wanted(); len(yes) == 0 {
		return strings.Join(no, " OR ")
	}
	return ""
}

// wanted are the words that must be there and those that must not, in the index's language.
func (q Query) wanted() (yes, no []string) {
	for _, t := range q.terms {
		s := columns[t.in] + " : "
		switch {
		case len(t.endings) > 0:
			all := make([]string, len(t.endings))
			for i, e := range t.endings {
				all[i] = quote(e)
			}
			s += "(" + strings.Join(all, " OR ") + ")"
		case t.asked != "":
			s += quote(t.asked)
		case t.prefix:
			s += quote(t.words) + " *"
		default:
			s += quote(t.words)
		}
		if t.not {
			no = append(no, s)
		} else {
			yes = append(yes, s)
		}
	}
	if q.Attachment != nil && *q.Attachment {
		yes = append(yes, withFile)
	}
	return yes, no
}

// withFile finds mail that has attachments: its tags column says so.
const withFile = `tags : "hasattachment"`

func quote(words string) string { return `"` + strings.ReplaceAll(words, `"`, `""`) + `"` }
