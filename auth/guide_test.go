package auth

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestRegistrationGuideNamesWhatIsAsked: whoever registers the program by the guide must end with exactly the permissions
// that the program asks for, and with its redirect addresses.
func TestRegistrationGuideNamesWhatIsAsked(t *testing.T) {
	raw, err := os.ReadFile("../docs/registration.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(raw)
	rows := map[string]string{}
	for _, line := range strings.Split(guide, "\n") {
		if cells := strings.Split(line, "|"); len(cells) == 5 && strings.Contains(line, "-") {
			name, id := strings.Trim(cells[1], " `"), strings.Trim(cells[2], " `")
			if guidOrEmpty(id) != "" {
				rows[name] = id
			}
		}
	}
	for _, s := range DefaultScopes() {
		if rows[s] == "" || strings.Count(guide, rows[s]) != 2 {
			t.Errorf("%s: %q is not both in the table and in the manifest", s, rows[s])
		}
		if rows[s] != ScopeID(s) {
			t.Errorf("%s is %s in the guide and %s in the program", s, rows[s], ScopeID(s))
		}
		delete(rows, s)
	}
	if len(rows) > 0 {
		t.Errorf("the guide asks for more than the program does: %v", rows)
	}
	for _, c := range Clouds() {
		if !strings.Contains(guide, c.LoginURL) || !strings.Contains(guide, c.GraphURL) {
			t.Errorf("%s is missing", c.ID)
		}
	}
	for _, want := range []string{`"http://localhost"`, `/common/oauth2/nativeclient"`, `"isFallbackPublicClient": true`, `"AzureADMultipleOrgs"`} {
		if !strings.Contains(guide, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// TestProgramAndDocumentSayTheSameOfARegistration: the guide in the program is made of Manifest and RegistrationFaults, the
// one for reading is a document; whoever follows either must end with the same.
func TestProgramAndDocumentSayTheSameOfARegistration(t *testing.T) {
	raw, err := os.ReadFile("../docs/registration.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(raw)
	_, after, _ := strings.Cut(guide, "```json\n")
	written, _, ok := strings.Cut(after, "```")
	var inDocument, inProgram any
	if !ok || json.Unmarshal([]byte(written), &inDocument) != nil || json.Unmarshal([]byte(Manifest("")), &inProgram) != nil {
		t.Fatal("no manifest to compare")
	}
	if a, b := fmt.Sprint(inDocument), fmt.Sprint(inProgram); a != b {
		t.Errorf("the document's manifest is\n%s\nand the program's\n%s", a, b)
	}
	if us := Manifest("https://login.microsoftonline.us/"); !strings.Contains(us, `"https://login.microsoftonline.us/common/oauth2/nativeclient"`) {
		t.Errorf("another cloud's blank page is missing: %s", us)
	}
	_, errorsPart, _ := strings.Cut(guide, "## What an error says")
	for _, f := range RegistrationFaults() {
		for _, n := range f.Numbers {
			if !strings.Contains(errorsPart, fmt.Sprint(n)) {
				t.Errorf("the document does not tell of AADSTS%d", n)
			}
			got, ok := RegistrationFaultOf(fmt.Errorf("sign in: %w: %w", ErrSignInRejected, &OAuthError{Code: "x", Numbers: []int{n}}))
			if !ok || got.Part != f.Part || got.Wrong == "" || got.Cure == "" {
				t.Errorf("AADSTS%d is told as %+v", n, got)
			}
		}
	}
	if f, ok := RegistrationFaultOf(&OAuthError{Code: "x", Numbers: []int{53003}}); ok {
		t.Errorf("a policy is told as a fault of the registration: %+v", f)
	}
}
