package ui_test

import (
	"strings"
	"testing"

	"supercrm/outlook/mirror"
	"supercrm/ui"
)

func TestSignOutNamesWhatIsLost(t *testing.T) {
	acc := mirror.Account{UPN: "maya@harborline.example"}
	if got := ui.SignOutText(acc, nil, true); strings.Contains(got, "lost") || !strings.Contains(got, "Unsent drafts are erased too") {
		t.Errorf("%q", got)
	}
	waiting := []mirror.OutboxItem{{Kind: "mail.send", Subject: "Offer"}, {Kind: "event.edit", Subject: strings.Repeat("long ", 30)}, {Kind: "mail.categories"}, {Kind: "mail.move", Subject: "never named"}}
	got := ui.SignOutText(acc, waiting, false)
	for _, want := range []string{"4 changes have not reached the mailbox and are lost: New mail “Offer”, Change meeting “long long", "…”, Categories “(no subject)” and 1 more.", "Unsent answers to its mail are erased too."} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	if got := ui.SignOutText(acc, waiting[:1], false); !strings.Contains(got, "1 change has not reached the mailbox and is lost: New mail “Offer”.") {
		t.Errorf("%q", got)
	}
}
