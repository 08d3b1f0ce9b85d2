package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"supercrm/assets"
	"supercrm/devtenant/mailbox"
)

// planned is a message with the place that it is meant for.
type planned struct {
	msg     *mailbox.Message
	folder  string // well-known name, or "customers/" and a name
	read    bool
	last    bool // nobody has answered it
	inbound bool
}

type mailMaker struct {
	b     *mailbox.Box
	rng   *rand.Rand
	now   time.Time // in the mailbox's zone
	staff staff
	plan  []planned
	deck  []int // scripts not used yet, so that neighbours differ
	id    int
}

// days is how far back the mail reaches.
const days = 60

// fresh are the ages of the newest conversations' last mails.
var fresh = []time.Duration{6 * time.Minute, 19 * time.Minute, 41 * time.Minute, 76 * time.Minute, 130 * time.Minute, 205 * time.Minute, 5 * time.Hour}

// fill plans n messages, puts them in order of time into the mailbox and marks some unread, flagged and sorted away.
func (k *mailMaker) fill(n int, folders bool) {
	k.letters(n)
	for i := 0; len(k.plan) < n-2; i++ {
		t := k.thread()
		if i < len(fresh) {
			k.freshThread(t, k.now.Add(-fresh[i]))
		} else {
			k.oldThread(t)
		}
	}
	if len(k.plan) > max(n-2, 0) { // whole conversations do not always come out even: the oldest mails give way
		slices.SortStableFunc(k.plan, func(x, y planned) int { return y.msg.Received.Compare(x.msg.Received) })
		k.plan = k.plan[:max(n-2, 0)]
	}
	slices.SortStableFunc(k.plan, func(x, y planned) int { return x.msg.Received.Compare(y.msg.Received) })
	k.unread(max(1, n*18/400))
	if folders {
		k.sortAway()
		k.age()
	}
	parents := map[string]*mailbox.Folder{}
	if folders {
		customers, err := k.b.NewFolder(k.b.Root(), "Customers")
		if err == nil { // a mailbox that is filled twice keeps its folder
			for _, name := range []string{"Nordwind", "Bluepeak"} {
				parents["customers/"+name], _ = k.b.NewFolder(customers, name)
			}
		}
	}
	for _, p := range k.plan {
		f := parents[p.folder]
		if f == nil {
			if f = k.b.WellKnown(p.folder); f == nil {
				f = k.b.WellKnown("archive")
			}
		}
		k.b.Add(f, p.msg, p.read)
	}
	k.drafts(min(2, n))
}

// longAgo are the ages, in months, of the few oldest mails: beyond what a client that keeps a year holds.
var longAgo = []int{13, 14, 17, 20, 26, 31}

// age makes the oldest mails of the plan much older and puts them into the archive.
func (k *mailMaker) age() {
	for i, months := range longAgo {
		if i >= len(k.plan)/20 {
			return
		}
		p := &k.plan[len(longAgo)-1-i]
		back := func(t time.Time) time.Time {
			if t.IsZero() { // sent when it was received
				return t
			}
			return t.AddDate(0, -months, 0)
		}
		p.msg.Received, p.msg.Sent = back(p.msg.Received), back(p.msg.Sent)
		p.folder, p.read = "archive", true
	}
}

// thread chooses a conversation; two customers have more of them than the others.
func (k *mailMaker) thread() *thread {
	companies := assets.DemoCustomers()
	at := k.rng.IntN(len(companies))
	switch k.rng.IntN(6) {
	case 0:
		at = 0 // Nordwind
	case 1:
		at = 3 // Bluepeak
	}
	if len(k.deck) == 0 {
		k.deck = k.rng.Perm(len(scripts()))
	}
	s := &scripts()[k.deck[0]]
	k.deck = k.deck[1:]
	return &thread{script: s, company: &companies[at%len(companies)], staff: &k.staff, seed: k.rng.Uint64()}
}

// oldThread runs a conversation forward from a day in the past; it is cut off where the present comes in between.
func (k *mailMaker) oldThread(t *thread) {
	at := k.office(k.now.Add(-time.Duration(k.rng.Int64N(int64(days*24-7))+6) * time.Hour))
	t.start = at
	var times []time.Time
	for range t.script.turns {
		if at.After(k.now.Add(-5 * time.Hour)) {
			break
		}
		times = append(times, at)
		at = k.office(at.Add(time.Duration(20+k.rng.IntN(26*60)) * time.Minute))
	}
	k.mails(t, times)
}

// freshThread runs a conversation backward from its last mail, which somebody else wrote.
func (k *mailMaker) freshThread(t *thread, last time.Time) {
	turns := len(t.script.turns)
	for turns > 1 && t.script.turns[turns-1].who == "me" {
		turns--
	}
	times := make([]time.Time, turns)
	for i := turns - 1; i >= 0; i-- {
		times[i] = last
		last = last.Add(-time.Duration(40+k.rng.IntN(20*60)) * time.Minute)
		if earlier := k.officeBefore(last); i > 0 {
			last = earlier
		}
	}
	t.start = times[0]
	k.mails(t, times)
}

// office moves a time into working hours: 08 to 18 on weekdays, with few exceptions.
func (k *mailMaker) office(t time.Time) time.Time {
	if k.rng.IntN(30) == 0 {
		return t
	}
	minute := time.Duration(k.rng.IntN(150)) * time.Minute
	y, m, d := t.Date()
	switch h := t.Hour(); {
	case h < 8:
		t = time.Date(y, m, d, 8, 0, t.Second(), 0, t.Location()).Add(minute)
	case h >= 18:
		t = time.Date(y, m, d+1, 8, 0, t.Second(), 0, t.Location()).Add(minute)
	}
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

func (k *mailMaker) officeBefore(t time.Time) time.Time {
	y, m, d := t.Date()
	if t.Hour() < 8 {
		t = time.Date(y, m, d-1, 14, k.rng.IntN(60), t.Second(), 0, t.Location())
	}
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, -1)
	}
	return t
}

// mails makes the messages of a conversation, one for each time.
func (k *mailMaker) mails(t *thread, times []time.Time) {
	if len(times) == 0 {
		return
	}
	subject := t.blanks(t.speaker("A")).Replace(t.script.subject)
	var before *mailbox.Message
	for i, at := range times {
		turn := t.script.turns[i]
		from := t.speaker(turn.who)
		m := k.message(from, at)
		m.Subject = subject
		if before != nil {
			m.Subject = "RE: " + subject
			m.InReplyTo = before.InternetID
		}
		m.To = []mailbox.Address{t.addressee(i).address()}
		if turn.cc != "" {
			m.Cc = []mailbox.Address{t.speaker(turn.cc).address()}
		}
		if t.script.category != "" && k.rng.IntN(3) > 0 {
			m.Categories = []string{t.script.category}
		}
		if t.script.urgent && i == 0 {
			m.Importance = "high"
		}
		earlier := before
		m.Text = func() mailbox.Body { return t.body(i, earlier, k.b) }
		m.Top = func() mailbox.Body { return t.beginning(i, earlier, k.b) }
		m.TextSize = t.bodySize(i, before)
		if len(turn.files) > 0 {
			blanks := t.blanks(from)
			for _, name := range turn.files {
				m.Attachments = append(m.Attachments, file(blanks.Replace(name)))
			}
		}
		if turn.logo && !from.plain() {
			m.Attachments = append(m.Attachments, inlineLogo())
		}
		inbound := from.addr != k.staff.me.addr
		p := planned{msg: m, folder: "sentitems", read: true, inbound: inbound, last: i == len(times)-1}
		if inbound {
			p.folder = "inbox"
			k.flag(m, i)
		}
		k.plan = append(k.plan, p)
		before = m
	}
}

func (k *mailMaker) message(from person, at time.Time) *mailbox.Message {
	k.id++
	_, host, _ := strings.Cut(from.addr, "@")
	return &mailbox.Message{
		From: from.address(), Received: at.UTC(), Modified: at.UTC().Truncate(time.Second),
		InternetID: fmt.Sprintf("<%08X%04X@%s>", k.rng.Uint32(), k.id, host),
	}
}

// flag marks a few mails for follow-up: some due, some done.
func (k *mailMaker) flag(m *mailbox.Message, turn int) {
	switch n := k.rng.IntN(100); {
	case n < 3:
		due := k.now.AddDate(0, 0, 1+k.rng.IntN(4))
		m.Flag = mailbox.Flag{Status: "flagged", Start: m.Received, Due: due.UTC().Truncate(24 * time.Hour)}
	case n < 5 && turn == 0:
		m.Flag = mailbox.Flag{Status: "flagged"}
	case n < 7:
		m.Flag = mailbox.Flag{Status: "complete", Complete: m.Received.Add(26 * time.Hour).Truncate(time.Hour)}
	}
}

// letters plans newsletters and junk.
func (k *mailMaker) letters(n int) {
	if n < 20 {
		return
	}
	news, junk, binned := n/16, 5, 6
	var good, bad []letter
	for _, l := range letters() {
		if l.junk {
			bad = append(bad, l)
		} else {
			good = append(good, l)
		}
	}
	add := func(l letter, folder string, at time.Time, read bool) {
		m := k.message(person{name: l.name, addr: l.addr}, at)
		m.Subject, m.Other, m.To = l.subject, true, []mailbox.Address{k.staff.me.address()}
		m.Text, m.TextSize = func() mailbox.Body { return mailbox.Body{HTML: true, Text: htmlDocument(toHTML(l.text))} }, len(l.text)+600
		k.plan = append(k.plan, planned{msg: m, folder: folder, read: read, last: folder == "inbox", inbound: true})
	}
	ago := func() time.Time {
		t := k.now.Add(-time.Duration(3+k.rng.IntN(days*24-4)) * time.Hour)
		y, m, d := t.Date()
		at := time.Date(y, m, d, 5+k.rng.IntN(4), k.rng.IntN(60), k.rng.IntN(60), 0, t.Location())
		if at.After(k.now) {
			at = at.AddDate(0, 0, -1)
		}
		return at
	}
	for i := range news {
		add(good[i%len(good)], "inbox", ago(), true)
	}
	for i := range junk {
		add(bad[i%len(bad)], "junkemail", k.now.Add(-time.Duration(9+i*61)*time.Hour), i > 1)
	}
	for i := range binned {
		add(good[(i+2)%len(good)], "deleteditems", ago(), true)
	}
}

// unread marks about n mails that nobody has answered: the newest ones mostly. Junk has two already.
func (k *mailMaker) unread(n int) {
	for _, p := range k.plan {
		if !p.read {
			n--
		}
	}
	newest := n * 2 / 3
	for i := len(k.plan) - 1; i >= 0 && n > 0; i-- {
		p := &k.plan[i]
		if !p.last || !p.inbound || p.folder != "inbox" {
			continue
		}
		if newest > 0 || k.rng.IntN(3) == 0 {
			p.read = false
			p.msg.Flag = mailbox.Flag{}
			newest--
			n--
		}
	}
}

// sortAway moves older read mail where a tidy person keeps it.
func (k *mailMaker) sortAway() {
	for i := range k.plan {
		p := &k.plan[i]
		age := k.now.Sub(p.msg.Received)
		if p.folder != "inbox" || !p.read || age < 5*24*time.Hour {
			continue
		}
		switch {
		case strings.HasSuffix(p.msg.From.Addr, "@nordwind-logistics.example"):
			p.folder = "customers/Nordwind"
		case strings.HasSuffix(p.msg.From.Addr, "@bluepeak.example"):
			p.folder = "customers/Bluepeak"
		case age > 24*24*time.Hour && k.rng.IntN(3) > 0:
			p.folder = "archive"
		}
	}
}

// drafts are mails begun and not sent.
func (k *mailMaker) drafts(n int) {
	companies := assets.DemoCustomers()
	texts := []struct{ subject, body string }{
		{"Idea for the new building", "Hello {first},\n\nafter our talk I have sketched how the ground floor could look. Roughly, there are three areas:\n\n* arriving and waiting\n* quiet work\n* "},
		{"Reference visit", "Hello {first},\n\nwould you be open to a visit by another customer of ours in the coming weeks? "},
	}
	for i := range n {
		c := companies[(i*4+1)%len(companies)]
		p := c.People[0]
		first := person{name: p.Name}.first()
		m := &mailbox.Message{
			Subject: texts[i].subject, Draft: true, From: k.staff.me.address(), To: []mailbox.Address{{Name: p.Name, Addr: p.Email}},
			Received: k.now.Add(-time.Duration(5+i*47) * time.Hour).UTC(),
		}
		m.SetBody(mailbox.Body{HTML: true, Text: htmlDocument(toHTML(strings.ReplaceAll(texts[i].body, "{first}", first)))})
		k.b.Add(k.b.WellKnown("drafts"), m, true)
	}
}
