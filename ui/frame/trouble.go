package frame

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"supercrm/outlook/mirror"
	"supercrm/ui/kit"
	"supercrm/ui/page"
)

// trouble is what keeps an account from being current, the worst first.
type trouble int

const (
	diskFull trouble = iota
	readOnly
	damaged
	signedOut
	keychain
	offline
	unwell // the mailbox answers, but not as it should
	none
)

func troubleOf(s mirror.Status) trouble {
	file := map[string]trouble{"diskfull": diskFull, "readonly": readOnly, "damaged": damaged}
	if t, ok := file[s.Problem]; ok {
		return t
	}
	switch {
	case s.SignIn:
		return signedOut
	case s.Offline:
		return offline
	case s.Problem == "keychain":
		return keychain
	case s.Problem != "":
		return unwell
	}
	return none
}

// ofFile tells whether a trouble is that of the program's file, and so everybody's.
func (t trouble) ofFile() bool { return t <= damaged }

// words say what a trouble means and what to do. who is the account that has it; "" where that goes without saying.
func (t trouble) words(who string) string {
	whose := map[string]any{"Who": who}
	named := func(one, several string) string {
		if who == "" {
			return one
		}
		return several
	}
	switch t {
	case diskFull:
		return page.T("The disk is full: nothing new can be kept. Free some space.")
	case readOnly:
		return page.T("The program's file may only be read: nothing new can be kept. Check the permissions of its folder.")
	case damaged:
		return page.T("The program's file is damaged. Quit and start again: what is yours will be taken over into a new one.")
	case signedOut:
		return named(page.T("The account needs you to sign in again. What is mirrored stays here"), page.T("{{.Who}} needs you to sign in again", whose))
	case keychain:
		return named(page.T("The keychain does not give the sign-in, trying again. What is mirrored stays here"),
			page.T("The keychain does not give the sign-in of {{.Who}}, trying again", whose))
	case offline:
		return named(page.T("Offline, you can go on working"), page.T("{{.Who}} is offline", whose))
	case unwell:
		return named(page.T("The mailbox does not answer as it should, trying again"), page.T("The mailbox of {{.Who}} does not answer as it should, trying again", whose))
	}
	return ""
}

// look is the icon of a trouble and its colour.
func (t trouble) look() (icon string, color fyne.ThemeColorName) {
	switch {
	case t.ofFile():
		return "warning", kit.ColorBad
	case t == signedOut, t == keychain:
		return "key", kit.ColorWarn
	case t == offline:
		return "offline", kit.ColorMuted
	}
	return "warning", kit.ColorWarn
}

// Trouble says what keeps one account from being current, and what to do; "" where nothing does.
func Trouble(s mirror.Status) string { return troubleOf(s).words("") }

// OfFile tells whether what Trouble says is about the program's file.
func OfFile(s mirror.Status) bool { return troubleOf(s).ofFile() }

// sharing are the accounts with one trouble.
type sharing struct {
	trouble trouble
	of      []mirror.Status
}

// troubles groups the accounts that have one by it, the worst first.
func troubles(all []mirror.Status) []sharing {
	var out []sharing
	for t := diskFull; t < none; t++ {
		var of []mirror.Status
		for _, s := range all {
			if troubleOf(s) == t {
				of = append(of, s)
			}
		}
		if len(of) > 0 {
			out = append(out, sharing{t, of})
		}
	}
	return out
}

// told puts troubles into one line. An account is named unless all of them have the same.
func told(all []sharing, accounts int, name func(int64) string) string {
	var parts []string
	for _, s := range all {
		var who []string
		if len(s.of) < accounts {
			for _, a := range s.of {
				who = append(who, name(a.AccountID))
			}
		}
		if text := s.trouble.words(strings.Join(who, ", ")); !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}
