package auth

import "encoding/json"

// capabilities tells Microsoft that this client understands claims challenges, for which access tokens live longer and
// are ended at once when something happens ("Continuous access evaluation", "How to use Continuous Access Evaluation
// enabled APIs in your applications").
const capabilities = `{"access_token":{"xms_cc":{"values":["cp1"]}}}`

const maxClaims = 8 << 10 // bytes of a challenge that are taken seriously

// mergeClaims puts the capabilities and a challenge together. A challenge that is no JSON object of bearable size is left
// out: it comes from outside and goes into an address.
func mergeClaims(challenge string) string {
	var asked map[string]any
	if challenge == "" || len(challenge) > maxClaims || json.Unmarshal([]byte(challenge), &asked) != nil || asked == nil {
		return capabilities
	}
	token, ok := asked["access_token"].(map[string]any)
	if !ok {
		token = map[string]any{}
	}
	token["xms_cc"] = map[string]any{"values": []string{"cp1"}}
	asked["access_token"] = token
	merged, err := json.Marshal(asked)
	if err != nil {
		return capabilities
	}
	return string(merged)
}

// Challenge is Invalidate for a 401 that came with a claims challenge (error="insufficient_claims"; claims is the decoded
// JSON): the next Token tells the login server what Graph wants. If a silent refresh cannot satisfy it, Token answers
// ErrSignInAgain and Claims gives what to pass to SignIn. A token that has been replaced already is left alone. Never
// blocks.
func (c *Client) Challenge(key, accessToken, claims string) {
	s := c.session(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.access.Reveal() == accessToken {
		s.access, s.claims = Secret{}, claims
	}
}

// Claims is the challenge that the account's next sign-in has to answer (SignInOptions.Claims), or "".
func (c *Client) Claims(key string) string {
	s := c.session(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claims
}

func (s *session) setClaims(claims string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims = claims
}
