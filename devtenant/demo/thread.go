package demo

import (
	"fmt"
	"hash/fnv"
	"html"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"supercrm/assets"
	"supercrm/devtenant/mailbox"
)

// person is somebody who writes.
type person struct {
	name, addr, role, company, phone string
}

func (p person) address() mailbox.Address { return mailbox.Address{Name: p.name, Addr: p.addr} }

func (p person) first() string {
	name := strings.TrimPrefix(p.name, "Dr. ")
	first, _, _ := strings.Cut(name, " ")
	return first
}

func (p person) last() string { return p.name[strings.LastIndexByte(p.name, ' ')+1:] }

// plain says whether somebody's program writes plain text: one in six does.
func (p person) plain() bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.addr)) // a hash does not fail
	return p.company != "Harborline Sales" && h.Sum32()%6 == 0
}

// staff are the people of the organization, as one mailbox sees them: me, a colleague and the administrator.
type staff struct {
	me, colleague, admin person
}

// thread is a script with its blanks filled: the values come from the seed, so that a body can be written whenever it is
// read and a large mailbox does not hold its texts.
type thread struct {
	script  *script
	company *assets.DemoCompany
	staff   *staff
	seed    uint64
	start   time.Time // in the mailbox's zone
}

var products = []struct {
	name string
	unit int // cents
}{
	{"Harbor One sit-stand desks", 48900}, {"Quay meeting tables", 129000}, {"Pier task chairs", 31250}, {"Beacon ceiling lights", 18490},
	{"Dockside lockers", 22600}, {"Silence phone booths", 389000}, {"acoustic panels", 9480}, {"Ferry lounge chairs", 64500}, {"Lighthouse screens", 27900},
}

func (t *thread) speaker(who string) person {
	switch who {
	case "me":
		return t.staff.me
	case "jonas":
		return t.staff.colleague
	case "admin":
		return t.staff.admin
	}
	p := t.company.People[min(int(who[0]-'A'), len(t.company.People)-1)]
	return person{name: p.Name, addr: p.Email, role: p.Role, company: t.company.Name, phone: p.Phone}
}

// addressee of a turn: who spoke last besides the speaker, else the one the conversation is with.
func (t *thread) addressee(turn int) person {
	who := t.script.turns[turn].who
	if who != "me" && !(t.script.internal && t.script.turns[0].who == "me") {
		return t.staff.me
	}
	for i := turn - 1; i >= 0; i-- {
		if w := t.script.turns[i].who; w != who {
			return t.speaker(w)
		}
	}
	for _, other := range t.script.turns {
		if other.who != who {
			return t.speaker(other.who)
		}
	}
	if t.script.internal {
		return t.staff.colleague
	}
	return t.speaker("A")
}

// blanks gives what stands in the placeholders of a conversation's texts. first is who is meant by {first}.
func (t *thread) blanks(first person) blanks {
	rng := rand.New(rand.NewPCG(t.seed, 7))
	p := products[rng.IntN(len(products))]
	qty := 4 + rng.IntN(60)
	day := t.start.AddDate(0, 0, 3+rng.IntN(6))
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	week := t.start.AddDate(0, 0, 28+rng.IntN(21))
	if t.script.internal {
		first = t.speaker("A")
	}
	return blanks{t: t, first: first, product: p.name, qty: qty, unit: p.unit, day: day, week: week,
		quote: 100 + rng.IntN(900), order: 40000 + rng.IntN(9999), invoice: 20000 + rng.IntN(9999)}
}

type blanks struct {
	t                     *thread
	first                 person
	product               string
	qty, unit             int
	day, week             time.Time
	quote, order, invoice int
}

// Replace fills the placeholders of a text. Made for each mail of a large mailbox, it makes only what the text asks for.
func (k blanks) Replace(text string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		value, known := "", false
		if ok {
			value, known = k.value(name)
		}
		if !known {
			out.WriteByte('{')
			text = rest
			continue
		}
		out.WriteString(value)
		text = after
	}
}

func (k blanks) value(name string) (string, bool) {
	switch name {
	case "me":
		return k.t.staff.me.first(), true
	case "meLast":
		return k.t.staff.me.last(), true
	case "colleague":
		return k.t.staff.colleague.first(), true
	case "admin":
		return k.t.staff.admin.first(), true
	case "first":
		return k.first.first(), true
	case "second":
		return k.t.speaker("B").first(), true
	case "company":
		return k.t.company.Name, true
	case "city":
		return k.t.company.City, true
	case "product":
		return k.product, true
	case "qty":
		return strconv.Itoa(k.qty), true
	case "unit":
		return money(k.unit), true
	case "total":
		return money(k.unit * k.qty), true
	case "week":
		_, week := k.week.ISOWeek()
		return strconv.Itoa(week), true
	case "day":
		return k.day.Format("Monday, 2 January"), true
	case "quote":
		return fmt.Sprintf("Q-%d-%04d", k.t.start.Year(), k.quote), true
	case "order":
		return fmt.Sprintf("HL-%05d", k.order), true
	case "invoice":
		return fmt.Sprintf("INV-%05d", k.invoice), true
	}
	return "", false
}

// money writes cents as 1,234.00.
func money(cents int) string {
	whole := strconv.Itoa(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s.%02d", whole, cents%100)
}

var closings = []string{"Kind regards", "Best regards", "Many thanks", "Regards"}

func (t *thread) signature(p person, turn int, withLogo bool) string {
	closing := closings[(int(t.seed%97)+turn)%len(closings)]
	s := `<div ` + elementStyle + `><br></div><div ` + elementStyle + `>` + closing + `</div><div ` + elementStyle + `><br></div>` +
		`<div id="Signature"><p style="margin: 0; font-family: Aptos, Calibri, sans-serif; font-size: 11pt;"><b>` + html.EscapeString(p.name) + `</b><br>` +
		`<span style="color: rgb(89, 89, 89); font-size: 10pt;">` + html.EscapeString(p.role+" | "+p.company) + `<br>` + html.EscapeString(p.phone) + `</span></p>`
	if withLogo {
		s += `<p style="margin: 6px 0 0 0;"><img src="cid:` + logoID + `" alt="` + html.EscapeString(p.company) + `" width="120" height="32"></p>`
	}
	return s + `</div>`
}

// bodySize is about how long body's text will be: the text, its markup and signature, and what is quoted.
func (t *thread) bodySize(turn int, before *mailbox.Message) int {
	n := len(t.script.turns[turn].text) + 1100
	if before != nil {
		n += before.TextSize + 700
	}
	return n
}

// top writes a turn's mail without what it quotes.
func (t *thread) top(turn int) mailbox.Body {
	script := t.script.turns[turn]
	p := t.speaker(script.who)
	text := t.blanks(t.addressee(turn)).Replace(script.text)
	if p.plain() {
		return mailbox.Body{Text: toPlain(text) + "\r\n\r\n" + closings[(int(t.seed%97)+turn)%len(closings)] + "\r\n\r\n-- \r\n" + p.name + "\r\n" + p.role + ", " + p.company + "\r\n" + p.phone + "\r\n"}
	}
	return mailbox.Body{HTML: true, Text: toHTML(text) + t.signature(p, turn, script.logo)}
}

// beginning writes how a turn's mail begins: its own text and what Outlook puts above a quoted original.
func (t *thread) beginning(turn int, before *mailbox.Message, b *mailbox.Box) mailbox.Body {
	out := t.top(turn)
	if before != nil && out.HTML {
		out.Text += mailbox.QuoteHead(before, b)
	}
	return out
}

// body writes a turn's mail, with the mail before it quoted below.
func (t *thread) body(turn int, before *mailbox.Message, b *mailbox.Box) mailbox.Body {
	out := t.top(turn)
	switch {
	case before != nil && out.HTML:
		out.Text += mailbox.QuoteHTML(before, b)
	case before != nil:
		old := before.Body()
		if old.HTML {
			old.Text = mailbox.PlainText(old.Text)
		}
		out.Text += "\r\n" + before.From.Name + " wrote:\r\n> " + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(old.Text), "\r\n", "\n"), "\n", "\r\n> ") + "\r\n"
	}
	if out.HTML {
		out.Text = htmlDocument(out.Text)
	}
	return out
}
