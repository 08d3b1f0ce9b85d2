package crm

import (
	_ "embed" // for the list below
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

//go:embed freemail.txt
var freeMailText string

// freeMail is the public mail services: an address there says nothing about who somebody works for.
var freeMail = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(freeMailText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out[line] = true
		}
	}
	return out
})

// companyDomains are the domains that a company might be recorded under when mail comes from domain, the nearest first:
// of mail.nordwind.example also nordwind.example. It stops above what registries hand out (co.uk is nobody's), and leaves
// out public mail services.
func companyDomains(domain string) []string {
	key, ok := domainKey(domain)
	if !ok {
		return nil
	}
	top, err := publicsuffix.EffectiveTLDPlusOne(key)
	if err != nil {
		return nil // it is itself such a registry domain
	}
	var out []string
	for {
		if freeMail()[key] {
			return nil // also of mail.gmail.com
		}
		out = append(out, key)
		if key == top {
			break
		}
		_, key, _ = strings.Cut(key, ".")
	}
	return out
}

// cleanDomain makes a company's mail domain of what was typed, a web or mail address too.
func cleanDomain(typed string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(typed))
	if s == "" {
		return "", nil
	}
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	key, ok := domainKey(strings.TrimPrefix(s, "www."))
	if !ok {
		return "", ErrInvalid{Field: FieldDomain, Why: WhyNotDomain}
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(key); err != nil {
		return "", ErrInvalid{Field: FieldDomain, Why: WhyNotDomain}
	}
	if len(companyDomains(key)) == 0 {
		return "", ErrInvalid{Field: FieldDomain, Why: WhyFreeMail}
	}
	return key, nil
}
