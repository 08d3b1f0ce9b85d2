package seed

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"supercrm/devtenant/demo"
	"supercrm/devtenant/mailbox"
	"supercrm/devtenant/recurrence"
	"supercrm/devtenant/zones"
)

// plan is everything that a mailbox gets, as Graph's resources.
type plan struct {
	run        run
	loc        *time.Location // of the calendar
	categories []category
	folders    []folderStep // parents first
	mail       []mailStep
	contacts   []itemStep
	calendars  []calendarStep
	events     []eventStep
}

type category struct {
	DisplayName string `json:"displayName"`
	Color       string `json:"color"`
}

type folderStep struct{ key, path, parent, name string }

type mailStep struct {
	key, folder string // folder: a path of ours, or a well-known name
	body        map[string]any
}

type itemStep struct {
	key  string
	body map[string]any
}

type calendarStep struct{ key, name, color string }

type eventStep struct {
	itemStep
	calendar string // "" for the default one
	changed  []exception
}

// exception is an occurrence of a series that differs; body nil: it was cancelled.
type exception struct {
	day  recurrence.Day
	body map[string]any
}

// makePlan fills a mailbox in memory and copies what is in it. It is the same for the same person and run.
func makePlan(who Person, r run, zone string) (*plan, error) {
	zone = cmp.Or(zone, demo.Zone)
	loc, err := zones.Load(zone)
	if err != nil {
		return nil, fmt.Errorf("make the demo data: %w", err)
	}
	owner := who.owner()
	reg := mailbox.NewRegistry(func() time.Time { return r.base })
	people := []demo.User{{ObjectID: owner.ObjectID, UPN: owner.UPN, Name: owner.Name, JobTitle: owner.JobTitle}}
	if err := demo.Fill(reg, people, demo.Options{Now: r.base, Messages: r.messages, Zone: zone, NoLinks: true}); err != nil {
		return nil, fmt.Errorf("make the demo data: %w", err)
	}
	p := &plan{run: r, loc: loc}
	for _, c := range demo.Categories() {
		p.categories = append(p.categories, category{c.Name, c.Color})
	}
	err = reg.All()[0].Do(func(b *mailbox.Box) error {
		p.copyFolders(b.Root(), "")
		for i, m := range b.Messages(nil) {
			p.mail = append(p.mail, p.message(i, m))
		}
		for i, c := range b.Contacts(b.ContactFolders()[0]) {
			p.contacts = append(p.contacts, p.contact(i, c))
		}
		for _, k := range b.Calendars() {
			if !k.Default {
				p.calendars = append(p.calendars, calendarStep{r.key("calendar " + k.Name), k.Name, k.Color})
			}
			for _, e := range b.Events(k) {
				p.events = append(p.events, p.event(owner, e))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("make the demo data: %w", err)
	}
	return p, nil
}

func (p *plan) copyFolders(of *mailbox.Folder, path string) {
	for _, f := range of.Children() {
		if f.WellKnown != "" {
			continue
		}
		at := strings.TrimPrefix(path+"/"+f.Name, "/")
		p.folders = append(p.folders, folderStep{p.run.key("folder " + at), at, path, f.Name})
		p.copyFolders(f, at)
	}
}

func folderPath(f *mailbox.Folder) string {
	if f.WellKnown != "" {
		return f.WellKnown
	}
	if f.Parent.WellKnown == "msgfolderroot" {
		return f.Name
	}
	return folderPath(f.Parent) + "/" + f.Name
}

func address(a mailbox.Address) map[string]any {
	return map[string]any{"emailAddress": map[string]any{"name": a.Name, "address": a.Addr}}
}

func addresses(list []mailbox.Address) []map[string]any {
	out := []map[string]any{}
	for _, a := range list {
		out = append(out, address(a))
	}
	return out
}

func body(b mailbox.Body) map[string]any {
	kind := "text"
	if b.HTML {
		kind = "html"
	}
	return map[string]any{"contentType": kind, "content": b.Text}
}

// clock is a dateTimeTimeZone.
func clock(t time.Time, zone string) map[string]any {
	return map[string]any{"dateTime": t.Format(graphTime), "timeZone": zone}
}

// The MAPI properties by which Exchange takes a new message for one that was delivered: they can be set when it is made
// and not later. A message so made is no draft, though Graph makes drafts otherwise.
func delivered(m *mailbox.Message) []prop {
	flags := "0"
	if m.Read() {
		flags = "1" // MSGFLAG_READ
	}
	topic := strings.TrimPrefix(m.Subject, "RE: ")
	out := []prop{
		{"Integer 0x0E07", flags},                                     // PidTagMessageFlags
		{"SystemTime 0x0E06", m.Received.Format(time.RFC3339)},        // PidTagMessageDeliveryTime
		{"SystemTime 0x0039", m.Sent.Format(time.RFC3339)},            // PidTagClientSubmitTime
		{"String 0x0070", topic},                                      // PidTagConversationTopic
		{"Binary 0x0071", base64.StdEncoding.EncodeToString(m.Index)}, // PidTagConversationIndex
		{"Boolean 0x3016", "true"},                                    // PidTagConversationIndexTracking: the index decides
	}
	if m.InReplyTo != "" {
		out = append(out, prop{"String 0x1042", m.InReplyTo}) // PidTagInReplyToId
	}
	return out
}

func (p *plan) message(i int, m *mailbox.Message) mailStep {
	step := mailStep{key: p.run.key(fmt.Sprintf("mail %d", i)), folder: folderPath(m.Folder())}
	props := marks(p.run, step.key)
	out := map[string]any{"subject": m.Subject, "body": body(m.Body()), "toRecipients": addresses(m.To), "categories": list0(m.Categories), "importance": m.Importance}
	if len(m.Cc) > 0 {
		out["ccRecipients"] = addresses(m.Cc)
	}
	if m.Flag.Status != "notFlagged" {
		flag := map[string]any{"flagStatus": m.Flag.Status}
		for name, at := range map[string]time.Time{"startDateTime": m.Flag.Start, "dueDateTime": m.Flag.Due, "completedDateTime": m.Flag.Complete} {
			if !at.IsZero() && (name == "completedDateTime" || !m.Flag.Due.IsZero()) {
				flag[name] = clock(at.UTC(), "UTC")
			}
		}
		out["flag"] = flag
	}
	if !m.Draft {
		props = append(props, delivered(m)...)
		out["from"], out["sender"], out["internetMessageId"], out["isRead"] = address(m.From), address(m.Sender), m.InternetID, m.Read()
		if m.Other {
			out["inferenceClassification"] = "other"
		}
	}
	var files []map[string]any
	for _, a := range m.Attachments {
		file := map[string]any{"@odata.type": "#microsoft.graph.fileAttachment", "name": a.Name, "contentType": a.Type, "contentBytes": base64.StdEncoding.EncodeToString(a.Bytes)}
		if a.Inline {
			file["isInline"], file["contentId"] = true, a.ContentID
		}
		files = append(files, file)
	}
	if files != nil {
		out["attachments"] = files
	}
	out[propsName] = props
	step.body = out
	return step
}

func list0(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func (p *plan) contact(i int, c *mailbox.Contact) itemStep {
	key := p.run.key(fmt.Sprintf("contact %d", i))
	emails := []map[string]any{}
	for _, a := range c.Emails {
		emails = append(emails, map[string]any{"name": a.Name, "address": a.Addr})
	}
	out := map[string]any{"givenName": c.GivenName, "surname": c.Surname, "displayName": c.DisplayName, "companyName": c.Company, "jobTitle": c.JobTitle,
		"emailAddresses": emails, "businessPhones": list0(c.Business), "personalNotes": c.Notes, propsName: marks(p.run, key)}
	if c.Mobile != "" {
		out["mobilePhone"] = c.Mobile
	}
	if c.City != "" {
		out["businessAddress"] = map[string]any{"city": c.City}
	}
	return itemStep{key, out}
}

func (p *plan) event(owner mailbox.Owner, e *mailbox.Event) eventStep {
	step := eventStep{itemStep: itemStep{key: p.run.key(fmt.Sprintf("event %d", len(p.events)))}}
	if k := e.Calendar(); !k.Default {
		step.calendar = k.Name
	}
	step.body = p.eventBody(owner, e)
	step.body["transactionId"] = transaction(owner.ObjectID, step.key)
	step.body[propsName] = marks(p.run, step.key)
	if e.Rule != nil {
		step.body["recurrence"] = p.recurrence(e)
		step.body["isReminderOn"] = e.ReminderOn
	}
	for _, x := range e.Exceptions() {
		step.changed = append(step.changed, exception{x.Day(), p.eventBody(owner, x)})
	}
	for _, day := range e.DeletedDays() {
		step.changed = append(step.changed, exception{day: day})
	}
	return step
}

// eventBody has no attendees and no online meeting: Graph would mail invitations and make a meeting in Teams. The
// reminders of what is over are off, or Outlook would show them all at once.
func (p *plan) eventBody(owner mailbox.Owner, e *mailbox.Event) map[string]any {
	out := map[string]any{"subject": e.Subject, "body": body(withPeople(owner, e)), "isAllDay": e.AllDay, "showAs": e.ShowAs, "sensitivity": e.Sensitivity,
		"importance": e.Importance, "categories": list0(e.Categories), "location": map[string]any{"displayName": e.Location},
		"isReminderOn": e.ReminderOn && e.Start.After(p.run.base), "reminderMinutesBeforeStart": e.ReminderMinutes}
	start, end := e.Start.In(p.loc), e.End.In(p.loc)
	if e.AllDay { // only the dates count
		start, end = e.Start.UTC(), e.End.UTC()
	}
	out["start"], out["end"] = clock(start, e.StartZone), clock(end, e.StartZone)
	return out
}

// withPeople says in the event's text who takes part.
func withPeople(owner mailbox.Owner, e *mailbox.Event) mailbox.Body {
	var names []string
	add := func(a mailbox.Address) {
		if name := fmt.Sprintf("%s <%s>", a.Name, a.Addr); a.Addr != "" && !strings.EqualFold(a.Addr, owner.UPN) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if !e.IsOrganizer {
		add(e.Organizer)
	}
	for _, a := range e.Attendees {
		add(a.Address)
	}
	if len(names) == 0 {
		return e.Body
	}
	line := "With: " + strings.Join(names, ", ")
	text := e.Body.Text
	if !e.Body.HTML {
		return mailbox.Body{Text: text + "\r\n" + line}
	}
	line = "<div>" + html.EscapeString(line) + "</div>"
	if at := strings.LastIndex(text, "</body>"); at >= 0 {
		return mailbox.Body{HTML: true, Text: text[:at] + line + text[at:]}
	}
	return mailbox.Body{HTML: true, Text: text + line}
}

func (p *plan) recurrence(e *mailbox.Event) map[string]any {
	r := e.Rule
	pattern := map[string]any{"type": r.Type, "interval": r.Interval, "firstDayOfWeek": strings.ToLower(r.FirstDay.String())}
	var days []string
	for _, d := range r.Days {
		days = append(days, strings.ToLower(d.String()))
	}
	if days != nil {
		pattern["daysOfWeek"] = days
	}
	if r.Index != "" {
		pattern["index"] = r.Index
	}
	if r.DayOfMonth > 0 {
		pattern["dayOfMonth"] = r.DayOfMonth
	}
	if r.Month > 0 {
		pattern["month"] = r.Month
	}
	rng := map[string]any{"type": r.Range, "startDate": recurrence.DayOf(e.Start.In(p.loc)).String(), "recurrenceTimeZone": e.RecurringZone}
	switch r.Range {
	case recurrence.EndDate:
		rng["endDate"] = r.End.String()
	case recurrence.Numbered:
		rng["numberOfOccurrences"] = r.Count
	}
	return map[string]any{"pattern": pattern, "range": rng}
}

// transaction is an id by which Graph knows that an event was asked for before; it has the form of a GUID.
func transaction(mailbox, key string) string {
	sum := sha256.Sum256([]byte("supercrm demo\x00" + mailbox + "\x00" + key))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
