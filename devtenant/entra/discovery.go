package entra

import (
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// metadata is the OpenID provider configuration (OpenID Connect Discovery 1.0, 3).
type metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	ResponseModes         []string `json:"response_modes_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	IDTokenAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	Scopes                []string `json:"scopes_supported"`
	Claims                []string `json:"claims_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
}

// configuration answers {tenant}/v2.0/.well-known/openid-configuration. For organizations and common the issuer holds the
// literal "{tenantid}", which a program replaces by the id token's tid.
func (s *Server) configuration(w http.ResponseWriter, r *http.Request) {
	tenant, id, f := readTenant(s.dir, r.PathValue("tenant"))
	if f != nil {
		s.refuse(w, r, f)
		return
	}
	if id == "" {
		id = "{tenantid}"
	}
	login := loginURL(r)
	writeJSON(w, http.StatusOK, metadata{
		Issuer:                login + "/" + id + "/v2.0",
		AuthorizationEndpoint: login + "/" + tenant + "/oauth2/v2.0/authorize",
		TokenEndpoint:         login + "/" + tenant + "/oauth2/v2.0/token",
		DeviceEndpoint:        login + "/" + tenant + "/oauth2/v2.0/devicecode",
		EndSessionEndpoint:    login + "/" + tenant + "/oauth2/v2.0/logout",
		JWKSURI:               login + "/" + tenant + "/discovery/v2.0/keys",
		ResponseModes:         []string{"query", "form_post"},
		ResponseTypes:         []string{"code"},
		SubjectTypes:          []string{"pairwise"},
		IDTokenAlgorithms:     []string{string(jose.RS256)},
		TokenAuthMethods:      []string{"none", "client_secret_post"},
		Scopes:                []string{"openid", "profile", "email", "offline_access"},
		Claims: []string{"sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "tid", "ver", "oid", "preferred_username",
			"name", "email"},
		ChallengeMethods: []string{"S256"},
	})
}

// keys answers {tenant}/discovery/v2.0/keys with the public signing key (RFC 7517).
func (s *Server) keys(w http.ResponseWriter, r *http.Request) {
	if _, _, f := readTenant(s.dir, r.PathValue("tenant")); f != nil {
		s.refuse(w, r, f)
		return
	}
	writeJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: s.key.Public(), KeyID: s.signer.kid, Algorithm: string(jose.RS256), Use: "sig"},
	}})
}
