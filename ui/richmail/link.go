package richmail

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// SafeLink returns the address that a link may open, or "": only http and https with a host, and mailto, are.
func SafeLink(raw string) string {
	raw = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return -1 // browsers drop these too, which is how "java\nscript:" gets by simple filters
		}
		return r
	}, strings.TrimSpace(raw))
	if raw == "" || len(raw) > 8192 {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
		if u.Opaque == "" {
			return ""
		}
	default:
		return ""
	}
	return u.String()
}

// Target is where a link really leads, for people: the host in ASCII, so that look-alike letters show, and the address
// behind a wrapper of Microsoft's link protection.
func Target(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	if u.Scheme == "mailto" {
		addr, err := url.PathUnescape(u.Opaque)
		if err != nil {
			return u.Opaque
		}
		return addr
	}
	u = unwrap(u)
	if host, err := idna.ToASCII(u.Hostname()); err == nil && host != u.Hostname() {
		if port := u.Port(); port != "" {
			host += ":" + port
		}
		u.Host = host
	}
	u.User = nil
	return u.String()
}

func unwrap(u *url.URL) *url.URL {
	if strings.HasSuffix(strings.ToLower(u.Hostname()), ".safelinks.protection.outlook.com") {
		if inner, err := url.Parse(u.Query().Get("url")); err == nil && inner.Host != "" {
			return inner
		}
	}
	return u
}

var hostLike = regexp.MustCompile(`(?i)^(?:https?://)?(?:[^\s/@]*@)?((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,24})(?:[:/?#]\S*)?$`)

// Deceptive tells whether a link's text looks like the address of another site than the one it leads to. Shown is the
// site that the text names, real the one behind it.
func Deceptive(text, link string) (shown, real string, yes bool) {
	u, err := url.Parse(link)
	if err != nil || u.Scheme == "mailto" {
		return "", "", false
	}
	u = unwrap(u)
	real = strings.ToLower(u.Hostname())
	if ascii, err := idna.ToASCII(real); err == nil {
		real = ascii
	}
	if u.User != nil && strings.Contains(u.User.Username(), ".") {
		return u.User.Username(), real, true // https://bank.example@elsewhere
	}
	m := hostLike.FindStringSubmatch(strings.Trim(strings.TrimSpace(text), ".,;:!()[]<>\"'"))
	if m == nil {
		return "", "", false
	}
	shown = strings.ToLower(m[1])
	ascii, err := idna.ToASCII(shown)
	if err != nil {
		ascii = shown
	}
	suffix, known := publicsuffix.PublicSuffix(ascii)
	if !known && !strings.Contains(suffix, ".") && !strings.Contains(text, "://") && !strings.HasPrefix(shown, "www.") {
		return "", "", false // "report.pdf" is a file, not a site
	}
	if site(ascii) == site(real) {
		return "", "", false
	}
	return shown, real, true
}

// site is the part of a host that one owner holds: "example.co.uk" of "www.example.co.uk".
func site(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

var bare = regexp.MustCompile(`(?i)\b(?:https?://[^\s<>"']+|www\.[a-z0-9-]+\.[^\s<>"']+|[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24})`)

// linkify finds addresses in text that is not a link yet.
func linkify(spans []Span) []Span {
	var out []Span
	for _, s := range spans {
		if s.Link != "" || !strings.ContainsAny(s.Text, "@:.") {
			out = append(out, s)
			continue
		}
		at := 0
		for _, m := range bare.FindAllStringIndex(s.Text, 64) {
			word := strings.TrimRight(s.Text[m[0]:m[1]], ".,;:!?*_")
			if strings.HasSuffix(word, ")") && !strings.Contains(word, "(") {
				word = strings.TrimRight(word, ")")
			}
			raw := word
			switch {
			case strings.Contains(word, "://"):
			case strings.HasPrefix(strings.ToLower(word), "www."):
				raw = "https://" + word
			default:
				raw = "mailto:" + word
			}
			link := SafeLink(raw)
			if link == "" {
				continue
			}
			if m[0] > at {
				out = append(out, Span{s.Text[at:m[0]], s.Style, ""})
			}
			out = append(out, Span{word, s.Style, link})
			at = m[0] + len(word)
		}
		if at < len(s.Text) {
			out = append(out, Span{s.Text[at:], s.Style, ""})
		}
	}
	return out
}
