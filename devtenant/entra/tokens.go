package entra

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"supercrm/devtenant/directory"
)

// Claims are what an access token says, for the part of the tenant that it is shown to.
type Claims struct {
	TenantID, ObjectID, UPN, AppID string
	Scopes, Roles                  []string
	App                            bool      // the token is the program's own
	Expires                        time.Time // UTC
}

// The errors of Verify.
var (
	ErrBadToken     = errors.New("the access token is not valid")
	ErrTokenExpired = errors.New("the access token has expired")
	// ErrChallenged: the token was ended by an event, and its program understands a claims challenge.
	ErrChallenged = errors.New("the access token was revoked")
)

type signer struct {
	jose.Signer
	kid string
}

func newSigner(key *rsa.PrivateKey) (*signer, error) {
	thumb, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("name the signing key: %w", err)
	}
	kid := base64.RawURLEncoding.EncodeToString(thumb)
	sig, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: kid}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("make the token signer: %w", err)
	}
	return &signer{sig, kid}, nil
}

// accessClaims is the payload of an access token for Graph. Programs must not read it: it is the resource's.
type accessClaims struct {
	jwt.Claims
	Version string   `json:"ver"`
	AppID   string   `json:"appid"`
	AppName string   `json:"app_displayname"`
	TID     string   `json:"tid"`
	OID     string   `json:"oid"`
	Name    string   `json:"name"`
	UPN     string   `json:"upn"`
	Scopes  string   `json:"scp"`
	Roles   []string `json:"roles,omitempty"`
	IDType  string   `json:"idtyp"`
	UTI     string   `json:"uti"`
	// Capabilities holds cp1 when the program understands claims challenges.
	Capabilities []string `json:"xms_cc,omitempty"`
	Serial       uint64   `json:"devtenant_serial"` // our own: see state.serial
}

// accessIssuer is fixed as in the real service's tokens for Graph, so it does not depend on how this one is reached.
func accessIssuer(tenantID string) string { return "https://sts.windows.net/" + tenantID + "/" }

// pairwise is the subject: different for each program, so that programs cannot compare (OpenID Connect Core, 8.1).
func pairwise(objectID, clientID string) string {
	sum := sha256.Sum256([]byte("devtenant\x00" + strings.ToLower(objectID+"\x00"+clientID)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// The life of tokens for programs that understand claims challenges: 20 to 28 hours (entra-docs, "Continuous access
// evaluation").
const caeShortest, caeLongest = 20 * time.Hour, 28 * time.Hour

func (s *Server) accessToken(t directory.Tenant, u directory.User, app directory.App, scopes []string, cae bool) (string, time.Duration, error) {
	c := accessClaims{AppID: app.ClientID, AppName: app.Name, TID: t.ID, OID: u.ObjectID, Name: u.Name, UPN: u.UPN,
		Scopes: strings.Join(scopes, " "), IDType: "user"}
	return s.sign(c, cae)
}

// sign completes and signs an access token.
func (s *Server) sign(c accessClaims, cae bool) (string, time.Duration, error) {
	life := s.access
	switch {
	case life > 0:
	case cae:
		life = caeShortest + rand.N(caeLongest-caeShortest)
	default:
		life = time.Hour + rand.N(30*time.Minute)
	}
	if cae {
		c.Capabilities = []string{"cp1"}
	}
	life = max(life.Truncate(time.Second), time.Second) // tokens count in seconds
	now := s.now().Truncate(time.Second)
	c.Claims = jwt.Claims{
		Issuer: accessIssuer(c.TID), Subject: pairwise(c.OID, graphResource), Audience: jwt.Audience{graphResource},
		IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(life)),
	}
	c.Version, c.UTI = "1.0", randomText(22)
	s.mu.Lock()
	s.st.serial++
	c.Serial = s.st.serial
	s.mu.Unlock()
	text, err := jwt.Signed(s.signer).Claims(c).Serialize()
	if err != nil {
		return "", 0, fmt.Errorf("sign the access token: %w", err)
	}
	return text, life, nil
}

type idClaims struct {
	jwt.Claims
	Version  string `json:"ver"`
	TID      string `json:"tid"`
	OID      string `json:"oid,omitempty"`
	UserName string `json:"preferred_username,omitempty"`
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Nonce    string `json:"nonce,omitempty"`
	UTI      string `json:"uti"`
}

// idToken carries oid, preferred_username and name with the profile scope and email with the email scope (entra-docs,
// "ID token claims reference").
func (s *Server) idToken(login string, t directory.Tenant, u directory.User, app directory.App, scopes []string, nonce string) (string, error) {
	now := s.now().Truncate(time.Second)
	c := idClaims{
		Claims: jwt.Claims{
			Issuer: login + "/" + t.ID + "/v2.0", Subject: pairwise(u.ObjectID, app.ClientID), Audience: jwt.Audience{app.ClientID},
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Hour)),
		},
		Version: "2.0", TID: t.ID, Nonce: nonce, UTI: randomText(22),
	}
	if covers(scopes, []string{"profile"}) {
		_, home := s.dir.Home(t, u)
		c.OID, c.UserName, c.Name = u.ObjectID, home.UPN, u.Name
	}
	if covers(scopes, []string{"email"}) {
		_, home := s.dir.Home(t, u)
		c.Email = home.UPN
	}
	text, err := jwt.Signed(s.signer).Claims(c).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign the id token: %w", err)
	}
	return text, nil
}

// Verify checks an access token as Graph would: signature, audience, issuer, validity, and that the person still exists.
// The error is ErrTokenExpired, ErrChallenged or wraps ErrBadToken. A token of a program itself has Roles, the service
// principal's ObjectID and no UPN. It is safe for concurrent use.
func (s *Server) Verify(token string) (Claims, error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return Claims{}, fmt.Errorf("%w: not a signed token", ErrBadToken)
	}
	var c accessClaims
	if err := parsed.Claims(s.key.Public(), &c); err != nil {
		return Claims{}, fmt.Errorf("%w: wrong signature", ErrBadToken)
	}
	if c.Expiry == nil || c.TID == "" {
		return Claims{}, fmt.Errorf("%w: it lacks claims", ErrBadToken)
	}
	err = c.ValidateWithLeeway(jwt.Expected{Issuer: accessIssuer(c.TID), AnyAudience: jwt.Audience{graphResource}, Time: s.now()}, 0)
	switch {
	case errors.Is(err, jwt.ErrExpired):
		return Claims{}, ErrTokenExpired
	case err != nil:
		return Claims{}, fmt.Errorf("%w: wrong issuer, audience or time", ErrBadToken)
	}
	if c.IDType != "app" {
		t, u, ok := s.dir.UserByID(c.TID, c.OID)
		if !ok {
			return Claims{}, fmt.Errorf("%w: its user does not exist", ErrBadToken)
		}
		t, u = s.dir.Home(t, u)
		s.mu.Lock()
		event := s.st.events[account{t.ID, u.ObjectID}]
		s.mu.Unlock()
		if len(c.Capabilities) > 0 && c.Serial <= event {
			return Claims{}, ErrChallenged
		}
	}
	return Claims{TenantID: c.TID, ObjectID: c.OID, UPN: c.UPN, AppID: c.AppID, Scopes: strings.Fields(c.Scopes),
		Roles: c.Roles, App: c.IDType == "app", Expires: c.Expiry.Time().UTC()}, nil
}

// Mint makes an access token for a person without any sign-in, for tests and tools. Without scopes it carries all that
// the program declares.
func (s *Server) Mint(clientID, upn string, scopes ...string) (string, error) {
	app, ok := s.dir.App(clientID)
	if !ok {
		return "", errors.New("mint a token: no such program")
	}
	t, u, ok := s.dir.User(upn)
	if !ok {
		return "", errors.New("mint a token: no such user")
	}
	if len(scopes) == 0 {
		scopes = app.Scopes
	}
	known, f := readScopes(strings.Join(scopes, " "), app)
	if f != nil {
		return "", fmt.Errorf("mint a token: %w", f)
	}
	text, _, err := s.accessToken(t, u, app, graphScopes(known), false)
	return text, err
}
