package devtenant_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"supercrm/devtenant"
	"supercrm/devtenant/directory"
	"supercrm/devtenant/tenanttest"
	"supercrm/devtenant/visitor"
)

// question is the product's own question as a scene: a multi-tenant program, an organization on the default policy, two
// ordinary users and an administrator.
type question struct {
	t        *testing.T
	s        *devtenant.Server
	client   string
	redirect string
	got      chan url.Values
	http     *http.Client
}

const (
	jonasUPN         = "jonas.weber@" + directory.DemoDomain
	questionVerifier = "a-code-verifier-of-at-least-forty-three-characters-0123"
)

func ask6(t *testing.T) *question {
	q := &question{t: t, s: tenanttest.Start(t), got: make(chan url.Values, 1)}
	q.client = q.s.ClientID
	q.http = tenanttest.Client(t, q.s)
	if err := q.s.SetUserConsent(directory.DemoDomain, directory.ConsentManaged); err != nil {
		t.Fatal(err)
	}
	program := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		q.got <- r.Form
	}))
	t.Cleanup(program.Close)
	q.redirect = strings.Replace(program.URL, "127.0.0.1", "localhost", 1)
	return q
}

// signIn walks the pages as a person in a browser of their own. token is empty when the program was refused; pages lists
// the forms that the person had to answer.
func (q *question) signIn(upn string) (token string, pages []string, codes []string, answer url.Values) {
	q.t.Helper()
	sum := sha256.Sum256([]byte(questionVerifier))
	at := q.s.LoginURL + "/organizations/oauth2/v2.0/authorize?" + url.Values{"client_id": {q.client}, "redirect_uri": {q.redirect},
		"response_type": {"code"}, "response_mode": {"form_post"}, "state": {"1"}, "nonce": {"n"},
		"scope":          {"openid profile offline_access User.Read Mail.ReadWrite Mail.Send Calendars.ReadWrite"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}.Encode()
	v := visitor.New()
	defer v.Close()
	if err := v.SignIn(q.t.Context(), at, upn, directory.DemoPassword); err != nil && !errors.Is(err, visitor.ErrNeedsApproval) {
		q.t.Fatal(err)
	}
	answer = <-q.got
	if answer.Get("code") == "" {
		return "", v.Asked, v.Codes, answer
	}
	res, err := q.http.PostForm(q.s.LoginURL+"/organizations/oauth2/v2.0/token", url.Values{"grant_type": {"authorization_code"},
		"client_id": {q.client}, "code": {answer.Get("code")}, "redirect_uri": {q.redirect}, "code_verifier": {questionVerifier}})
	if err != nil {
		q.t.Fatal(err)
	}
	defer res.Body.Close()
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil || body.AccessToken == "" {
		q.t.Fatalf("redeem: %d %v", res.StatusCode, err)
	}
	return body.AccessToken, v.Asked, v.Codes, answer
}

// approve has the administrator follow the link that a user would forward.
func (q *question) approve() {
	q.t.Helper()
	link := q.s.LoginURL + "/organizations/v2.0/adminconsent?" + url.Values{"client_id": {q.client}, "state": {"2"},
		"scope":        {"https://graph.microsoft.com/.default"},
		"redirect_uri": {q.s.LoginURL + "/common/oauth2/nativeclient"}}.Encode()
	if err := visitor.SignIn(q.t.Context(), link, directory.DemoAdminUPN, directory.DemoPassword); err != nil {
		q.t.Fatal(err)
	}
}

func (q *question) graph(token, path string) int {
	q.t.Helper()
	status, _ := ask(q.t, q.s, token, path)
	return status
}

func TestTheQuestion1OrdinaryUserIsRefusedUnderTheDefaultPolicy(t *testing.T) {
	q := ask6(t)
	token, pages, codes, answer := q.signIn(directory.DemoUPN)
	if token != "" || !slices.Contains(pages, "approval") || !slices.Equal(codes, []string{"AADSTS90094"}) ||
		answer.Get("error") != "access_denied" || !strings.HasPrefix(answer.Get("error_description"), "AADSTS90094: ") {
		t.Errorf("pages %v, codes %v, answer %v", pages, codes, answer)
	}
}

func TestTheQuestion2AdministratorApprovesOnce(t *testing.T) {
	q := ask6(t)
	q.approve()
	st := q.s.State()
	if len(st.Principals) != 1 || len(st.Consents) != 1 || st.Consents[0].UPN != "" || !slices.Contains(st.Consents[0].Scopes, "Mail.ReadWrite") {
		t.Errorf("principals %+v, consents %+v", st.Principals, st.Consents)
	}
	// The approval signed nobody in to the program.
	for _, tenant := range st.Tenants {
		for _, u := range tenant.Users {
			if u.RefreshTokens != 0 {
				t.Errorf("%s has tokens", u.UPN)
			}
		}
	}
}

func TestTheQuestion3EveryUserThenSignsInWithoutAQuestion(t *testing.T) {
	q := ask6(t)
	q.approve()
	for _, upn := range []string{directory.DemoUPN, jonasUPN} {
		token, pages, _, answer := q.signIn(upn)
		if token == "" || slices.Contains(pages, "consent") || slices.Contains(pages, "approval") {
			t.Errorf("%s: pages %v, answer %v", upn, pages, answer)
		}
		if status := q.graph(token, "/me/messages"); status != http.StatusOK {
			t.Errorf("%s: the own mail: %d", upn, status)
		}
	}
}

func TestTheQuestion4ATokenOpensItsOwnMailboxOnly(t *testing.T) {
	q := ask6(t)
	q.approve()
	people := []string{directory.DemoUPN, jonasUPN, directory.DemoAdminUPN}
	for _, upn := range people {
		token, _, _, _ := q.signIn(upn)
		for _, other := range people {
			want := http.StatusForbidden
			if other == upn {
				want = http.StatusOK
			}
			if status := q.graph(token, "/users/"+other+"/messages"); status != want {
				t.Errorf("%s opens the mail of %s: %d, want %d", upn, other, status, want)
			}
		}
	}
}

func TestTheQuestion5UnverifiedProgramIsRefusedForUsers(t *testing.T) {
	q := ask6(t)
	for _, policy := range []directory.ConsentPolicy{directory.ConsentAll, directory.ConsentManaged, directory.ConsentLow} {
		if err := q.s.SetUserConsent(directory.DemoDomain, policy); err != nil {
			t.Fatal(err)
		}
		if _, err := q.s.Control("app", map[string]string{"client_id": q.client, "verified": "false"}); err != nil {
			t.Fatal(err)
		}
		if token, _, codes, _ := q.signIn(directory.DemoUPN); token != "" || !slices.Equal(codes, []string{"AADSTS900941"}) {
			t.Errorf("%s: codes %v", policy, codes)
		}
	}
	q.approve() // an administrator may all the same
	if token, pages, _, _ := q.signIn(directory.DemoUPN); token == "" {
		t.Errorf("after the approval: %v", pages)
	}
}

// Nothing of this needs a subscription: the tenant starts without a network address but its own, and any client id that is
// registered with it signs in and reads mail.
func TestTheQuestion6TestingNeedsNoSubscription(t *testing.T) {
	q := ask6(t)
	id, err := q.s.Control("add-app", map[string]string{"name": "Somebody's test", "verified": "true"})
	if err != nil {
		t.Fatal(err)
	}
	q.client = id
	for _, address := range []string{q.s.LoginURL, q.s.GraphURL, q.s.PanelURL} {
		if u, err := url.Parse(address); err != nil || u.Hostname() != "127.0.0.1" {
			t.Errorf("%s is not on this machine", address)
		}
	}
	q.approve()
	token, _, _, _ := q.signIn(directory.DemoUPN)
	if status := q.graph(token, "/me/messages"); status != http.StatusOK {
		t.Errorf("mail: %d", status)
	}
}

// Two organizations at once: a person of the second, made by API while the tenant runs, has a mailbox of their own that
// nobody of the first opens, and a guest has none where they are a guest.
func TestSecondOrganization(t *testing.T) {
	q := ask6(t)
	for _, step := range []struct {
		name   string
		values map[string]string
	}{
		{"add-tenant", map[string]string{"domain": "contoso.example", "name": "Contoso", "user_consent": "all"}},
		{"add-user", map[string]string{"tenant": "contoso.example", "upn": "pat@contoso.example", "name": "Pat"}},
		{"add-user", map[string]string{"tenant": "contoso.example", "home_upn": directory.DemoUPN}},
	} {
		if _, err := q.s.Control(step.name, step.values); err != nil {
			t.Fatal(err)
		}
	}
	q.approve()
	pat, _, _, _ := q.signIn("pat@contoso.example")
	if status := q.graph(pat, "/me/messages"); status != http.StatusOK {
		t.Errorf("Pat's own mail: %d", status)
	}
	maya, _, _, _ := q.signIn(directory.DemoUPN)
	if a, b := q.graph(pat, "/users/"+directory.DemoUPN+"/messages"), q.graph(maya, "/users/pat@contoso.example/messages"); a/100 != 4 || b/100 != 4 {
		t.Errorf("mail across organizations: %d, %d", a, b)
	}
	guest, err := q.s.Token("maya.torres_harborline.example#EXT#@contoso.example")
	if err != nil {
		t.Fatal(err)
	}
	if status := q.graph(guest, "/me/messages"); status/100 != 4 {
		t.Errorf("a guest's mail at the host: %d", status)
	}
	if status, body := ask(t, q.s, guest, "/me?$select=mail,userType"); status != http.StatusOK || body["mail"] != directory.DemoUPN || body["userType"] != "Guest" {
		t.Errorf("a guest's profile at the host: %d %v", status, body)
	}
}

func TestServesHTTPS(t *testing.T) {
	s := tenanttest.Start(t, tenanttest.TLS)
	if !strings.HasPrefix(s.LoginURL, "https://") || !strings.HasPrefix(s.GraphURL, "https://") {
		t.Fatalf("%s %s", s.LoginURL, s.GraphURL)
	}
	token, err := s.Token(directory.DemoUPN)
	if err != nil {
		t.Fatal(err)
	}
	if got := challengeOf(t, s, token); got != "" {
		t.Errorf("Graph: %s", got)
	}
	plain := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if _, err := plain.Get(s.PanelURL); err == nil {
		t.Error("a client without the authority trusted it")
	}
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, s.LoginURL+"/organizations/v2.0/.well-known/openid-configuration", nil)
	res, err := tenanttest.Client(t, s).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var meta map[string]any
	if err := json.NewDecoder(res.Body).Decode(&meta); err != nil || meta["token_endpoint"] != s.LoginURL+"/organizations/oauth2/v2.0/token" {
		t.Errorf("%v %v", meta["token_endpoint"], err)
	}
}
