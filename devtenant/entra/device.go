package entra

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"supercrm/devtenant/directory"
)

// The numbers of the device code flow (RFC 8628; entra-docs, "OAuth 2.0 device authorization grant"). slack forgives a
// program whose clock runs a little fast.
const (
	deviceLifetime = 15 * time.Minute
	deviceInterval = 5 * time.Second
	deviceSlack    = time.Second
	devicePrefix   = "GAQABIQ"
	deviceSize     = 200
)

// device is a sign-in that waits for its code to be typed in a browser.
type device struct {
	userCode string
	app      directory.App
	tenant   string // as in authRequest
	tenantID string
	scopes   []string
	cae      bool
	expires  time.Time
	interval time.Duration
	polled   time.Time
	declined bool
	done     bool   // redeemed
	grant    *grant // when the person said yes
}

type deviceResponse struct {
	UserCode        string `json:"user_code"`
	DeviceCode      string `json:"device_code"`
	VerificationURI string `json:"verification_uri"`
	ExpiresIn       int    `json:"expires_in"` // seconds
	Interval        int    `json:"interval"`
	Message         string `json:"message"`
}

// deviceCode begins a sign-in on a device: POST {tenant}/oauth2/v2.0/devicecode.
func (s *Server) deviceCode(w http.ResponseWriter, r *http.Request) {
	form, f := tokenForm(r)
	if f != nil {
		s.refuse(w, r, f)
		return
	}
	d := &device{interval: deviceInterval}
	if d.tenant, d.tenantID, f = readTenant(s.dir, r.PathValue("tenant")); f == nil {
		f = d.read(s.dir, r.PathValue("tenant"), form)
	}
	if f != nil {
		s.refuse(w, r, f)
		return
	}
	now := s.now()
	d.userCode, d.expires = newUserCode(), now.Add(deviceLifetime)
	text := devicePrefix + randomText(deviceSize)
	s.mu.Lock()
	s.st.prune(now)
	s.st.devices[hashOf(text)] = d
	s.mu.Unlock()
	at := loginURL(r) + "/devicelogin"
	writeJSON(w, http.StatusOK, deviceResponse{UserCode: d.userCode, DeviceCode: text, VerificationURI: at,
		ExpiresIn: int(deviceLifetime.Seconds()), Interval: int(deviceInterval.Seconds()),
		Message: "To sign in, use a web browser to open the page " + at + " and enter the code " + d.userCode + " to authenticate."})
}

// read checks the request.
func (d *device) read(dir *directory.Directory, segment string, form url.Values) (f *failure) {
	if f = duplicated(form); f != nil {
		return f
	}
	for _, name := range []string{"client_id", "scope"} {
		if form.Get(name) == "" {
			return missing(name)
		}
	}
	if d.app, f = appAt(dir, form.Get("client_id"), segment, d.tenantID); f != nil {
		return f
	}
	if d.app.NoPublicFlows {
		return needsSecret
	}
	if d.cae, f = readClaims(form.Get("claims")); f != nil {
		return f
	}
	d.scopes, f = readScopes(form.Get("scope"), d.app)
	return f
}

// newUserCode makes nine characters that cannot be mistaken for each other.
func newUserCode() string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // 32: a byte modulo it is fair
	b := make([]byte, 9)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

// redeemDevice answers a program that asks whether the person is done.
func (s *Server) redeemDevice(r *http.Request, req tokenRequest) (tokenResponse, *failure) {
	now := s.now()
	wait := func(oauth string, code int, text string) *failure {
		return &failure{OAuth: oauth, Code: code, Text: text}
	}
	s.mu.Lock()
	d := s.st.devices[hashOf(req.form.Get("device_code"))]
	var f *failure
	switch {
	case d == nil || d.done || !strings.EqualFold(d.app.ClientID, req.app.ClientID):
		f = wait("bad_verification_code", 70018, "Invalid verification code. The device code is not valid.")
	case d.declined:
		f = wait("authorization_declined", 65004, "User declined to consent to access the app.")
	case now.After(d.expires):
		f = wait("expired_token", 70019, "The verification code expired. Have the user retry the sign-in.")
	case now.Sub(d.polled) < d.interval-deviceSlack:
		d.interval += 5 * time.Second // RFC 8628, 3.5
		f = wait("slow_down", 70016, "OAuth 2.0 device flow error. The device asks too often.")
	case d.grant == nil:
		f = wait("authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	default:
		f = s.useRefused(d.grant, d.app)
	}
	if d != nil {
		d.polled = now
	}
	if f != nil {
		s.mu.Unlock()
		return tokenResponse{}, f
	}
	d.done = true
	g, scopes := d.grant, d.scopes
	s.mu.Unlock()
	return s.issue(r, req, g, scopes, "")
}

type deviceView struct{ Code, Problem string }

// showDevice is the page that asks for a device's code: GET /devicelogin.
func (s *Server) showDevice(w http.ResponseWriter, r *http.Request) {
	s.page(w, r, http.StatusOK, "device", deviceView{Code: clip(r.URL.Query().Get("user_code"))})
}

// postDevice begins the sign-in that a code stands for: POST /devicelogin.
func (s *Server) postDevice(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.errorPage(w, r, &failure{Code: 9002313, Text: "Invalid request. Request is malformed or invalid."})
		return
	}
	typed := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(r.PostForm.Get("user_code")))
	now := s.now()
	var found *device
	s.mu.Lock()
	for _, d := range s.st.devices {
		if d.userCode == typed && now.Before(d.expires) && d.grant == nil && !d.declined && !d.done {
			found = d
		}
	}
	s.mu.Unlock()
	if found == nil {
		s.page(w, r, http.StatusOK, "device", deviceView{Code: clip(typed), Problem: "That code did not work. Check it and try again. (AADSTS70018)"})
		return
	}
	s.begin(w, r, authRequest{tenant: found.tenant, tenantID: found.tenantID, app: found.app, scopes: found.scopes,
		platform: directory.PlatformPublic, cae: found.cae, device: found})
}
