package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// DeviceCode is what the person types on another device.
type DeviceCode struct {
	UserCode string    // such as "A1B2C3D4E"
	Page     string    // address of the page to type it at
	Until    time.Time // local
}

// DeviceSignIn signs in without a browser on this computer (RFC 8628): show is called once with the code and must not
// block. It waits, asking as seldom as the server wants, until the person has finished elsewhere, the code has run out
// or ctx ends. Many organizations refuse it, because the other device proves nothing about this one: offer it only where
// there is no browser. Errors as SignIn's.
func (c *Client) DeviceSignIn(ctx context.Context, show func(DeviceCode)) (Account, error) {
	account, err := c.deviceSignIn(ctx, show)
	if err != nil {
		e := Explain(err)
		c.log.Warn("sign-in with a code ended", "why", e.ID, "code", e.Code, "correlation", e.Correlation, "error", err)
		return Account{}, err
	}
	c.log.Info("signed in with a code", "granted", len(account.Scopes), "missing", c.Missing(account))
	return account, nil
}

func (c *Client) deviceSignIn(ctx context.Context, show func(DeviceCode)) (Account, error) {
	if c.bad != nil {
		return Account{}, c.bad
	}
	if _, err := c.keys.Get(ctx, keychainProbe); err != nil && !errors.Is(err, ErrNotStored) {
		return Account{}, fmt.Errorf("try the keychain: %w", err)
	}
	code, err := c.askDeviceCode(ctx)
	if err != nil {
		return Account{}, fmt.Errorf("ask for a code: %w", codeKind(err))
	}
	until := time.Now().Add(code.life)
	show(DeviceCode{UserCode: code.user, Page: code.page, Until: until})
	wait, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	every := code.every
	for {
		timer := time.NewTimer(every)
		select {
		case <-wait.Done():
			timer.Stop()
			return Account{}, fmt.Errorf("wait for the code: %w", lateCode(wait))
		case <-timer.C:
		}
		g, err := c.redeem(wait, url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
			"scope":      {strings.Join(c.cfg.Scopes, " ")}, // not in the RFC; harmless, and our own servers' tests want it
			"claims":     {mergeClaims("")},
		}, secretParam{"device_code", []byte(code.device.Reveal())})
		if err == nil {
			return c.take(ctx, g, noNonce)
		}
		if wait.Err() != nil {
			return Account{}, fmt.Errorf("wait for the code: %w", lateCode(wait))
		}
		again, err := judgeDevice(err)
		if !again {
			return Account{}, fmt.Errorf("sign in with a code: %w", err)
		}
		if err != nil { // asked too often, or out of reach: RFC 8628 section 3.5
			every += 5 * time.Second
		}
	}
}

// judgeDevice tells whether to go on asking, and whether more slowly (err not nil).
func judgeDevice(err error) (again bool, _ error) {
	var oe *OAuthError
	if !errors.As(err, &oe) || Transient(err) {
		return Transient(err), err
	}
	switch oe.Code {
	case "authorization_pending":
		return true, nil
	case "slow_down":
		return true, err
	case "authorization_declined", "access_denied":
		if !oe.has(adminNumbers...) {
			return false, fmt.Errorf("%w: %w", ErrRefused, err)
		}
	case "expired_token":
		if len(oe.Numbers) == 0 {
			oe.Numbers = []int{70019}
		}
	}
	return false, codeKind(err)
}

// lateCode is the error when the waiting ended by itself or by the person.
func lateCode(ctx context.Context) error {
	err := contextError(ctx, ErrTimedOut)
	if errors.Is(err, ErrTimedOut) {
		return fmt.Errorf("%w: %w", err, &OAuthError{Code: "expired_token", Numbers: []int{70019}})
	}
	return err
}

type deviceAnswer struct {
	device      Secret
	user, page  string
	life, every time.Duration
}

func (c *Client) askDeviceCode(ctx context.Context) (deviceAnswer, error) {
	form := url.Values{"client_id": {c.cfg.ClientID}, "scope": {strings.Join(c.cfg.Scopes, " ")}, "claims": {mergeClaims("")}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint("devicecode"), strings.NewReader(form.Encode()))
	if err != nil {
		return deviceAnswer{}, fmt.Errorf("make request: %w: %w", ErrConfig, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	status, header, body, err := c.do(req)
	if err != nil {
		return deviceAnswer{}, err
	}
	if status != http.StatusOK {
		oe := parseOAuthError(body)
		if oe == nil {
			return deviceAnswer{}, fmt.Errorf("HTTP %s that is no OAuth error: %w", strconv.Itoa(status), ErrUnreachable)
		}
		oe.Status, oe.RetryAfter = status, retryAfter(header.Get("Retry-After"), c.cfg.Now())
		if status >= 500 || status == http.StatusTooManyRequests {
			return deviceAnswer{}, fmt.Errorf("%w: %w", ErrBusy, oe)
		}
		return deviceAnswer{}, oe
	}
	d, err := parseDeviceCode(body)
	if err != nil {
		return deviceAnswer{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return d, nil
}

// parseDeviceCode reads the answer of RFC 8628 section 3.2. Errors never quote it.
func parseDeviceCode(body []byte) (deviceAnswer, error) {
	var a struct {
		Device   string  `json:"device_code"`
		User     string  `json:"user_code"`
		Page     string  `json:"verification_uri"`
		Life     *number `json:"expires_in"`
		Interval *number `json:"interval"`
	}
	if json.Unmarshal(body, &a) != nil {
		return deviceAnswer{}, errors.New("not the JSON of a device code")
	}
	d := deviceAnswer{device: NewSecret(a.Device), user: printable(a.User, 32), page: a.Page, life: 15 * time.Minute, every: 5 * time.Second}
	u, err := url.Parse(a.Page)
	if err != nil || u.Host == "" || u.User != nil || !secureOrLoopback(u) || len(a.Page) > 200 {
		return deviceAnswer{}, errors.New("its page is no safe address")
	}
	if d.device.Empty() || d.user == "" || d.user != a.User {
		return deviceAnswer{}, errors.New("there is no code in it")
	}
	if a.Life != nil {
		d.life = time.Duration(max(1, min(int64(*a.Life), 3600))) * time.Second
	}
	if a.Interval != nil {
		d.every = time.Duration(max(1, min(int64(*a.Interval), 60))) * time.Second
	}
	return d, nil
}
