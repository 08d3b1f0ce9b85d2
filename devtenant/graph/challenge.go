package graph

import (
	"encoding/base64"
	"net/http"
)

// Challenge is Verify's error for a token that was ended by an event before its time, of a program that understands that
// (entra-docs, "Claims challenges, claims requests and client capabilities").
type Challenge struct {
	Claims    string // JSON: what the next token has to answer
	Authority string // authorize endpoint of the sign-in service
}

func (*Challenge) Error() string { return "the token was ended by an event" }

func (a *answer) challenge(c *Challenge) {
	a.header.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+c.Authority+`", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="`+
		base64.StdEncoding.EncodeToString([]byte(c.Claims))+`"`)
	a.fail(&refusal{http.StatusUnauthorized, "InvalidAuthenticationToken",
		"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"})
}
