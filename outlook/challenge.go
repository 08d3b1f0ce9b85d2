package outlook

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
)

const maxChallenge = 8 << 10 // bytes of a WWW-Authenticate header that are looked at

var claimsParam = regexp.MustCompile(`(?i)(?:^|[\s,])claims="([A-Za-z0-9+/_=-]+)"`)

// challengeClaims takes the claims challenge out of the WWW-Authenticate headers of a 401 ("Claims challenges, claims
// requests, and client capabilities"): the decoded JSON object, or "" when there is none that is usable.
func challengeClaims(headers []string) string {
	for _, h := range headers {
		if len(h) > maxChallenge || !strings.Contains(strings.ToLower(h), "insufficient_claims") {
			continue
		}
		m := claimsParam.FindStringSubmatch(h)
		if m == nil {
			continue
		}
		// Seen with and without padding, and in either alphabet.
		text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(m[1], "="))
		raw, err := base64.RawStdEncoding.DecodeString(text)
		var object map[string]json.RawMessage
		if err == nil && json.Unmarshal(raw, &object) == nil && object != nil {
			return string(raw)
		}
	}
	return ""
}

// tellRefused reports a token that the service did not take.
func (c *Client) tellRefused(token string, err error) {
	var e *Error
	if errors.As(err, &e) && e.claims != "" && c.opt.Challenge != nil {
		c.opt.Challenge(token, e.claims)
		return
	}
	if c.opt.Invalidate != nil {
		c.opt.Invalidate(token)
	}
}
