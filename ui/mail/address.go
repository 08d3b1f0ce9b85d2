package mail

import (
	netmail "net/mail"
	"strings"

	"supercrm/outlook/mirror"
)

// parseAddresses reads what was typed into an address field: addresses parted by comma, semicolon or line break, each bare
// or as Name <address>. bad lists what is none; the good ones are returned all the same, each once.
func parseAddresses(text string) (good []mirror.Address, bad []string) {
	seen := map[string]bool{}
	for _, piece := range splitAddresses(text) {
		a, ok := parseAddress(piece)
		if !ok {
			bad = append(bad, piece)
			continue
		}
		if key := strings.ToLower(a.Addr); !seen[key] {
			seen[key] = true
			good = append(good, a)
		}
	}
	return good, bad
}

// splitAddresses parts the text outside of quotation marks and angle brackets.
func splitAddresses(text string) []string {
	var out []string
	var quoted, angled bool
	start := 0
	cut := func(end int) {
		if s := strings.TrimSpace(text[start:end]); s != "" {
			out = append(out, s)
		}
		start = end + 1
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angled = true
		case c == '>':
			angled = false
		case c == ';' || c == '\n' || c == '\r' || c == ',' && !angled:
			angled = false
			cut(i)
		}
	}
	if start <= len(text) {
		cut(len(text))
	}
	return out
}

func parseAddress(s string) (mirror.Address, bool) {
	name, addr := "", s
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		name = strings.TrimSpace(strings.Trim(strings.TrimSpace(s[:open]), `"`))
		addr = strings.TrimSpace(s[open+1 : len(s)-1])
	}
	got, err := netmail.ParseAddress(addr)
	if err != nil || got.Address != addr || got.Name != "" || len(addr) > 320 || strings.ContainsAny(addr, " \t\"<>") {
		return mirror.Address{}, false
	}
	domain := addr[strings.LastIndexByte(addr, '@')+1:]
	if !strings.Contains(strings.Trim(domain, "."), ".") || strings.ContainsAny(name, "\r\n\x00") {
		return mirror.Address{}, false
	}
	return mirror.Address{Name: name, Addr: addr}, true
}

// writeAddresses is the inverse of parseAddresses.
func writeAddresses(list []mirror.Address) string {
	out := make([]string, 0, len(list))
	for _, a := range list {
		name := strings.TrimSpace(strings.Map(func(r rune) rune {
			if r < 0x20 || r == '"' || r == '<' || r == '>' {
				return -1
			}
			return r
		}, a.Name))
		switch {
		case a.Addr == "":
		case name == "" || strings.EqualFold(name, a.Addr):
			out = append(out, a.Addr)
		case strings.ContainsAny(name, ",;"):
			out = append(out, "\""+name+"\" <"+a.Addr+">")
		default:
			out = append(out, name+" <"+a.Addr+">")
		}
	}
	return strings.Join(out, ", ")
}

// recipients are whom an answer to a message goes to. own are the person's addresses, lower-case: they are left out,
// unless nobody else is left.
func recipients(m *mirror.Message, all bool, own map[string]bool) (to, cc []mirror.Address) {
	seen := map[string]bool{}
	add := func(list *[]mirror.Address, from []mirror.Address, mine bool) {
		for _, a := range from {
			key := strings.ToLower(a.Addr)
			if a.Addr == "" || seen[key] || own[key] && !mine {
				continue
			}
			seen[key] = true
			*list = append(*list, a)
		}
	}
	if own[strings.ToLower(m.From.Addr)] { // one's own message is answered to whom it went
		add(&to, m.To, false)
		if len(to) == 0 {
			add(&to, m.To, true)
		}
	} else {
		if len(m.ReplyTo) > 0 {
			add(&to, m.ReplyTo, false)
		}
		if len(to) == 0 {
			add(&to, []mirror.Address{m.From}, true)
		}
		if all {
			add(&to, m.To, false)
		}
	}
	if all {
		add(&cc, m.Cc, false)
	}
	return to, cc
}
