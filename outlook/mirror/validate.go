package mirror

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// newMarker makes a GUID: an event's transactionId, or what a draft is found by.
func newMarker() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func checkText(field, s string, limit int) error {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return ErrBadInput{field, "invalid"}
	}
	if utf8.RuneCountInString(s) > limit {
		return ErrBadInput{field, "toolong"}
	}
	return nil
}

// checkLine refuses what a single-line field cannot hold.
func checkLine(field, s string) error {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return ErrBadInput{field, "invalid"}
	}
	return nil
}

// checkAddresses takes what net/mail takes as a bare address (RFC 5322, section 3.4.1) with a domain.
func checkAddresses(field string, list []Address) error {
	if len(list) > maxRecipients {
		return ErrBadInput{field, "many"}
	}
	for _, a := range list {
		if a.Addr == "" {
			return ErrBadInput{field, "empty"}
		}
		got, err := mail.ParseAddress(a.Addr)
		if err != nil || got.Address != a.Addr || got.Name != "" || len(a.Addr) > 320 {
			return ErrBadInput{field, "invalid"}
		}
		if err := checkLine(field, a.Addr+a.Name); err != nil {
			return err
		}
	}
	return nil
}
