package crm

import (
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// RFC 5321 section 4.5.3.1: 64 octets before the "@", and a path of 256 octets, its angle brackets included.
const (
	maxLocal   = 64
	maxAddress = 254
)

// NormalizeAddress makes an address of what was typed or pasted, `Anna <anna@nordwind.example>` too. addr is how it is
// shown, key is what it is matched by (lower-case, as the mirror's addr_lc columns). ok is false for anything that mail
// cannot be sent to: a quoted local part, an address literal and a domain without a dot are refused as well, since in a
// customer's record they are slips.
func NormalizeAddress(typed string) (addr, key string, ok bool) {
	typed = strings.TrimSpace(typed)
	if len(typed) > 4*maxAddress {
		return "", "", false
	}
	parsed, err := mail.ParseAddress(typed)
	if err != nil {
		return "", "", false
	}
	addr = parsed.Address
	local, domain, found := cutAddress(addr)
	if !found || len(addr) > maxAddress || len(local) > maxLocal || strings.ContainsAny(local, "@\" \t,;<>()") {
		return "", "", false
	}
	if d, good := domainKey(domain); !good || !strings.Contains(d, ".") {
		return "", "", false
	}
	// What needed quotes came out of the parser without them, and would not be read back.
	again, err := mail.ParseAddress(addr)
	if err != nil || again.Address != addr {
		return "", "", false
	}
	return addr, addressKey(addr), true
}

// addressKey is what addresses are compared by. It takes anything: what is no address finds nobody.
func addressKey(addr string) string { return strings.ToLower(strings.TrimSpace(addr)) }

func cutAddress(addr string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || at == len(addr)-1 {
		return "", "", false
	}
	return addr[:at], addr[at+1:], true
}

// withoutTag is the key of the mailbox behind a tagged address (anna+quotes@… is anna@…, RFC 5233 calls it the detail),
// or "" where there is no tag.
func withoutTag(key string) string {
	local, domain, ok := cutAddress(key)
	if !ok {
		return ""
	}
	plus := strings.IndexByte(local, '+')
	if plus < 1 {
		return ""
	}
	return local[:plus] + "@" + domain
}

// domainKey is a mail domain as it is stored and compared: lower-case, without a last dot, in Unicode where it is
// international (xn--… in mail and ü… in the record are the same).
func domainKey(domain string) (string, bool) {
	domain = strings.TrimSuffix(domain, ".")
	if domain == "" || len(domain) > 253 {
		return "", false
	}
	encoded, err := idna.Lookup.ToASCII(domain)
	if err != nil || len(encoded) > 253 {
		return "", false
	}
	for label := range strings.SplitSeq(encoded, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
	}
	shown, err := idna.Lookup.ToUnicode(encoded)
	if err != nil {
		return "", false
	}
	return shown, true
}
