package mirror

import (
	"testing"

	"supercrm/outlook"
)

func TestComposeSeesWhatStandsThere(t *testing.T) {
	for name, tc := range map[string]struct {
		kind, body, text string
		there            bool
	}{
		"fresh":                      {"html", "<html><body><hr>From: Anna</body></html>", "Thanks", false},
		"put there":                  {"html", "<html><body><div>Thanks</div><br><hr>From: Anna</body></html>", "Thanks", true},
		"quoted further down":        {"html", "<html><body><hr>From: Anna<div>Thanks</div></body></html>", "Thanks", false},
		"written otherwise":          {"html", "<html><body><div>That&#39;s\r\n fine,<br>\r\nAnna</div><br><hr>From: Anna</body></html>", "That's fine,\nAnna", true},
		"the beginning only":         {"html", "<html><body><div>That is</div><hr>From: Anna</body></html>", "That is fine", false},
		"plain":                      {"text", "Thanks\r\n\r\nFrom: Anna", "Thanks", true},
		"plain, quoted further down": {"text", "From: Anna\r\n> Thanks", "Thanks", false},
	} {
		if _, there := compose(outlook.Body{ContentType: tc.kind, Content: tc.body}, tc.text); there != tc.there {
			t.Errorf("%s: there is %v", name, there)
		}
	}
}
