package calendar

import (
	"net/mail"
	"strings"

	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// partiesOf lists who an event is with: the organizer, then the attendees; not the person themselves, no rooms, nobody
// twice.
func partiesOf(e *mirror.Event, me mirror.Account) []page.Party {
	var out []page.Party
	seen := map[string]bool{"": true}
	add := func(a mirror.Address) {
		if key := strings.ToLower(a.Addr); !seen[key] && !me.Is(a.Addr) {
			seen[key] = true
			out = append(out, page.Party{Name: a.Name, Addr: a.Addr})
		}
	}
	if !e.IsOrganizer {
		add(e.Organizer)
	}
	for _, a := range e.Attendees {
		if a.Kind != "resource" {
			add(a.Address)
		}
	}
	return out
}

// mailed lists who the service writes to when the person changes an event that they organise.
func mailed(e *mirror.Event, me mirror.Account) []mirror.Address {
	var out []mirror.Address
	for _, p := range partiesOf(e, me) {
		out = append(out, mirror.Address(p))
	}
	return out
}

// nameOf is what somebody is called.
func nameOf(a mirror.Address) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Addr
}

// names lists up to three people by name and counts the rest: "Anna, Ben and 3 others".
func names(list []mirror.Address) string {
	const most = 3
	n := len(list)
	switch {
	case n == 0:
		return ""
	case n == 1:
		return nameOf(list[0])
	case n <= most:
		var all []string
		for _, a := range list[:n-1] {
			all = append(all, nameOf(a))
		}
		return page.T("{{.First}} and {{.Last}}", map[string]any{"First": strings.Join(all, ", "), "Last": nameOf(list[n-1])})
	}
	var some []string
	for _, a := range list[:most-1] {
		some = append(some, nameOf(a))
	}
	return page.T("{{.Some}} and {{.N}} others", map[string]any{"Some": strings.Join(some, ", "), "N": n - most + 1})
}

// willBeMailed is the sentence that every question about a change carries.
func willBeMailed(list []mirror.Address) string {
	return page.T("{{.Names}} will be e-mailed.", map[string]any{"Names": names(list)})
}

// splitAddresses parts what was typed at commas, semicolons and line ends that are not within quotes or brackets.
func splitAddresses(text string) []string {
	var out []string
	quoted, angle, start := false, false, 0
	flush := func(end int) {
		if s := strings.TrimSpace(text[start:end]); s != "" {
			out = append(out, s)
		}
	}
	for i, r := range text {
		switch {
		case r == '"' && (i == 0 || text[i-1] != '\\'):
			quoted = !quoted
		case r == '\n' || r == '\r':
			quoted, angle = false, false
			flush(i)
			start = i + 1
		case quoted:
		case r == '<':
			angle = true
		case r == '>':
			angle = false
		case (r == ',' || r == ';') && !angle:
			flush(i)
			start = i + 1
		}
	}
	flush(len(text))
	return out
}

// parseAddresses reads what was typed as attendees: addresses, or names with an address in brackets, with commas,
// semicolons or line ends between. Known people lend their names to bare addresses. Nobody is listed twice. bad is the
// first part that is no address, or "".
func parseAddresses(text string, known []mirror.Address) (list []mirror.Address, bad string) {
	seen := map[string]bool{}
	for _, part := range splitAddresses(text) {
		a, err := mail.ParseAddress(part)
		if err != nil {
			// A name with a comma or another sign that would need quotes: what stands in the brackets counts.
			if i := strings.LastIndexByte(part, '<'); i > 0 && strings.HasSuffix(part, ">") {
				if a, err = mail.ParseAddress(part[i:]); err == nil {
					a.Name = strings.Trim(strings.TrimSpace(part[:i]), `"`)
				}
			}
		}
		if err != nil || !strings.Contains(domainOf(a.Address), ".") {
			return nil, part
		}
		key := strings.ToLower(a.Address)
		if seen[key] {
			continue
		}
		seen[key] = true
		got := mirror.Address{Name: a.Name, Addr: a.Address}
		for _, k := range known {
			if got.Name == "" && strings.EqualFold(k.Addr, got.Addr) {
				got.Name = k.Name
			}
		}
		list = append(list, got)
	}
	return list, ""
}

func domainOf(addr string) string { return addr[strings.LastIndexByte(addr, '@')+1:] }

// writeAddresses is the form that parseAddresses reads.
func writeAddresses(list []mirror.Address) string {
	all := make([]string, len(list))
	for i, a := range list {
		all[i] = writeAddress(a)
	}
	return strings.Join(all, ", ")
}

func writeAddress(a mirror.Address) string {
	name := strings.Join(strings.Fields(a.Name), " ")
	switch {
	case name == "", strings.EqualFold(name, a.Addr), strings.ContainsAny(name, "\"<>\\"):
		return a.Addr
	case strings.ContainsAny(name, ",;:@()[]."):
		return `"` + name + `" <` + a.Addr + ">"
	}
	return name + " <" + a.Addr + ">"
}

// sameAddresses tells whether two lists hold the same people, in whatever order and case.
func sameAddresses(a, b []mirror.Address) bool {
	if len(a) != len(b) {
		return false
	}
	in := map[string]bool{}
	for _, x := range a {
		in[strings.ToLower(x.Addr)] = true
	}
	for _, x := range b {
		if !in[strings.ToLower(x.Addr)] {
			return false
		}
	}
	return true
}

// addressesOf are an event's attendees without their answers, the person themselves left out.
func addressesOf(e *mirror.Event, me mirror.Account) []mirror.Address {
	var out []mirror.Address
	for _, a := range e.Attendees {
		if !me.Is(a.Addr) {
			out = append(out, a.Address)
		}
	}
	return out
}
