package auth

import (
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
