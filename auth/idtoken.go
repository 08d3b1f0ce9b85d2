package auth

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"
)

// identify verifies the id_token and says who it is about (OpenID Connect Core section 3.1.3.7, and Microsoft's "Secure
// applications and APIs by validating claims"). Errors wrap ErrIDToken, ErrClock, ErrUnreachable or ErrCancelled and never
// quote the token.
func (c *Client) identify(ctx context.Context, raw Secret, nonce string) (Account, error) {
	if raw.Empty() {
		return Account{}, fmt.Errorf("no id_token came with the tokens: %w", ErrIDToken)
	}
	keys, err := c.signingKeys(ctx)
	if err != nil {
		return Account{}, err
	}
	return c.checkIDToken(ctx, raw.Reveal(), nonce, keys)
}

// signingKey is a published key together with the issuer it may sign for: Microsoft publishes keys of several issuers in
// one set, and one of them must not vouch for another.
type signingKey struct {
	public *rsa.PublicKey
	id     string
	issuer string // template or address; empty: not said
}

// noNonce stands for a flow in which none is sent: the device code's answer comes straight from the token endpoint, bound
// by the device code, and no browser ever carries it.
const noNonce = "(none)"

func (c *Client) checkIDToken(ctx context.Context, raw, nonce string, keys []signingKey) (Account, error) {
	bad := func(why string) (Account, error) { return Account{}, fmt.Errorf("%s: %w", why, ErrIDToken) }
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(jws.Signatures) != 1 {
		return bad("not one RS256 signature")
	}
	var chosen *signingKey
	set := &oidc.StaticKeySet{}
	for i := range keys {
		if keys[i].id == jws.Signatures[0].Header.KeyID {
			chosen = &keys[i]
			set.PublicKeys = append(set.PublicKeys, crypto.PublicKey(keys[i].public))
			break
		}
	}
	if chosen == nil {
		return bad("signed with a key that is not published")
	}
	// The issuer differs by tenant, so it is checked here against the template and not by the library.
	verifier := oidc.NewVerifier("", set, &oidc.Config{ClientID: c.cfg.ClientID, SkipIssuerCheck: true, Now: c.cfg.Now,
		SupportedSigningAlgs: []string{oidc.RS256}})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		var expired *oidc.TokenExpiredError
		if errors.As(err, &expired) || strings.Contains(err.Error(), "(not before)") {
			return Account{}, fmt.Errorf("id_token is outside its time: %w", ErrClock)
		}
		return bad("signature, audience or form is wrong") // the library's text may quote claims
	}
	var claims struct {
		TID      string `json:"tid"`
		OID      string `json:"oid"`
		Name     string `json:"name"`
		Username string `json:"preferred_username"`
		UPN      string `json:"upn"`
		Email    string `json:"email"`
	}
	if err := token.Claims(&claims); err != nil {
		return bad("claims are not of the expected form")
	}
	tid, oid := guidOrEmpty(claims.TID), guidOrEmpty(claims.OID)
	if tid == "" || oid == "" {
		return bad("tid or oid is no GUID")
	}
	// {login}/{tenantid}/v2.0, compared exactly after putting tid in.
	if token.Issuer != c.cfg.LoginURL+"/"+claims.TID+"/v2.0" {
		return bad("issuer is not the tenant's")
	}
	if chosen.issuer != "" && strings.ReplaceAll(chosen.issuer, "{tenantid}", claims.TID) != token.Issuer {
		return bad("signed with a key of another issuer")
	}
	if want := guidOrEmpty(c.cfg.Tenant); want != "" && want != tid {
		return bad("from another tenant than the configured one")
	}
	if len(token.Audience) != 1 {
		return bad("meant for several audiences")
	}
	if nonce == noNonce {
		if token.Nonce != "" {
			return bad("there is a nonce that was not sent")
		}
	} else if nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1 {
		return bad("nonce is not the one that was sent")
	}
	a := Account{Key: tid + "." + oid, TenantID: tid, ObjectID: oid, Name: claims.Name, UPN: claims.Username}
	for _, other := range []string{claims.UPN, claims.Email} {
		if a.UPN == "" {
			a.UPN = other
		}
	}
	if a.Name == "" {
		a.Name = a.UPN
	}
	return a, nil
}

// signingKeys fetches the published keys through the discovery document (OpenID Connect Discovery section 4). They are
// fetched anew for each sign-in: that is rare, and keys roll without notice.
func (c *Client) signingKeys(ctx context.Context) ([]signingKey, error) {
	var doc struct {
		KeysURL string `json:"jwks_uri"`
	}
	if err := c.getJSON(ctx, c.metadataURL(), &doc); err != nil {
		return nil, fmt.Errorf("fetch the sign-in metadata: %w", err)
	}
	if u, err := url.Parse(doc.KeysURL); err != nil || u.Host == "" || !secureOrLoopback(u) {
		return nil, fmt.Errorf("address of the signing keys is not https: %w", ErrIDToken)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := c.getJSON(ctx, doc.KeysURL, &set); err != nil {
		return nil, fmt.Errorf("fetch the signing keys: %w", err)
	}
	var keys []signingKey
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		var more struct {
			Issuer string `json:"issuer"`
		}
		if k.UnmarshalJSON(raw) != nil || json.Unmarshal(raw, &more) != nil || k.Use != "" && k.Use != "sig" {
			continue // keys of other kinds may stand beside
		}
		if public, ok := k.Key.(*rsa.PublicKey); ok && k.KeyID != "" && public.N.BitLen() >= 2048 {
			keys = append(keys, signingKey{public, k.KeyID, more.Issuer})
		}
	}
	return keys, nil
}

func (c *Client) metadataURL() string {
	return c.cfg.LoginURL + "/" + url.PathEscape(c.cfg.Tenant) + "/v2.0/.well-known/openid-configuration"
}

func (c *Client) getJSON(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("make request: %w: %w", ErrConfig, err)
	}
	req.Header.Set("Accept", "application/json")
	status, _, body, err := c.do(req)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("HTTP %d: %w", status, ErrUnreachable)
	}
	if json.Unmarshal(body, into) != nil {
		return fmt.Errorf("answer is not the expected JSON: %w", ErrUnreachable)
	}
	return nil
}
