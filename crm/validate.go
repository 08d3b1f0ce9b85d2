package crm

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest that a field may be, in characters, and the most addresses of a person.
const (
	MaxLine   = 200
	MaxNotes  = 20_000
	MaxEmails = 20
)

// line makes one line of what was typed: white space and control characters become single spaces, ends are trimmed.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// paragraphs keeps line breaks and tabs, and drops other control characters.
func paragraphs(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

type field struct {
	name string
	text *string
}

func cleanLines(fields ...field) error {
	for _, f := range fields {
		*f.text = line(*f.text)
		if utf8.RuneCountInString(*f.text) > MaxLine {
			return ErrInvalid{Field: f.name, Why: WhyTooLong}
		}
	}
	return nil
}

func cleanNotes(text *string) error {
	*text = paragraphs(*text)
	if utf8.RuneCountInString(*text) > MaxNotes {
		return ErrInvalid{Field: FieldNotes, Why: WhyTooLong}
	}
	return nil
}

// cleanPerson is p as it may be stored, or ErrInvalid. Blank addresses and ones given twice are left out.
func cleanPerson(p Person) (Person, error) {
	err := cleanLines(field{FieldName, &p.Name}, field{FieldRole, &p.Role}, field{FieldPhone, &p.Phone},
		field{FieldMobile, &p.Mobile}, field{FieldCity, &p.City})
	if err != nil {
		return p, err
	}
	if p.Name == "" {
		return p, ErrInvalid{Field: FieldName, Why: WhyMissing}
	}
	if err := cleanNotes(&p.Notes); err != nil {
		return p, err
	}
	var emails, seen []string
	for i, typed := range p.Emails {
		if strings.TrimSpace(typed) == "" {
			continue
		}
		addr, key, ok := NormalizeAddress(typed)
		if !ok {
			return p, ErrInvalid{Field: FieldEmails, Index: i, Why: WhyNotAddress}
		}
		if slices.Contains(seen, key) {
			continue
		}
		if len(emails) == MaxEmails {
			return p, ErrInvalid{Field: FieldEmails, Index: i, Why: WhyTooMany}
		}
		emails, seen = append(emails, addr), append(seen, key)
	}
	p.Emails = emails
	return p, nil
}

// cleanCompany is c as it may be stored, or ErrInvalid.
func cleanCompany(c Company) (Company, error) {
	err := cleanLines(field{FieldName, &c.Name}, field{FieldIndustry, &c.Industry}, field{FieldPhone, &c.Phone},
		field{FieldWebsite, &c.Website}, field{FieldCity, &c.City})
	if err != nil {
		return c, err
	}
	if c.Name == "" {
		return c, ErrInvalid{Field: FieldName, Why: WhyMissing}
	}
	if err := cleanNotes(&c.Notes); err != nil {
		return c, err
	}
	if c.Domain, err = cleanDomain(c.Domain); err != nil {
		return c, err
	}
	c.Website, err = cleanWebsite(c.Website)
	return c, err
}

// cleanWebsite accepts only the web, since the program opens it on a click: no file: and no javascript:.
func cleanWebsite(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	bad := ErrInvalid{Field: FieldWebsite, Why: WhyNotWeb}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return "", bad
	}
	if _, ok := domainKey(u.Hostname()); !ok {
		return "", bad
	}
	return s, nil
}
