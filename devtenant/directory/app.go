package directory

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// App is a program registered with the sign-in service, as the manifest's part that matters here.
type App struct {
	ClientID  string // GUID
	Name      string
	Publisher string
	// Verified says that the publisher is a verified one. A multi-tenant program without is treated as risky by every
	// tenant but its own (entra-docs, "Configure risk-based step-up consent").
	Verified bool
	// HomeTenant is the GUID of the tenant that it is registered in; empty: a maker's outside of all tenants here.
	HomeTenant string
	// SingleTenant: only accounts of HomeTenant (signInAudience AzureADMyOrg), else AzureADMultipleOrgs.
	SingleTenant bool
	// RedirectURIs are the registered public client ("Mobile and desktop") redirect URIs, WebURIs and SPAURIs those of
	// the other two platforms. `http://localhost` stands for any port; the literal NativeClient stands for the service's
	// own blank page at whatever host the service is reached by.
	RedirectURIs, WebURIs, SPAURIs []string
	// NoPublicFlows is the opposite of the manifest's isFallbackPublicClient: no device code.
	NoPublicFlows bool
	// Scopes are the declared permissions (requiredResourceAccess): what `.default` means. AppRoles are the declared
	// application permissions.
	Scopes, AppRoles []string
	// Secret is the client secret, "" for none. SecretExpires is when it ends; zero: never.
	Secret        string
	SecretExpires time.Time
}

// NativeClient, as a redirect URI of an App, is the sign-in service's own blank page {login}/common/oauth2/nativeclient.
const NativeClient = "{login}/common/oauth2/nativeclient"

// Platform is what kind of program a redirect URI is registered for.
type Platform string

// The platforms.
const (
	PlatformPublic Platform = "public"
	PlatformWeb    Platform = "web"
	PlatformSPA    Platform = "spa"
)

// Platform finds the platform that a redirect URI is registered for; ok is false when it is not registered. login is
// scheme and host that the service was reached by.
func (a App) Platform(redirect, login string) (p Platform, ok bool) {
	switch {
	case redirectRegistered(a.RedirectURIs, redirect, login):
		return PlatformPublic, true
	case redirectRegistered(a.WebURIs, redirect, login):
		return PlatformWeb, true
	case redirectRegistered(a.SPAURIs, redirect, login):
		return PlatformSPA, true
	}
	return "", false
}

// redirectRegistered compares as the real service does: exactly, but for a registered http://localhost any port will do
// (entra-docs, "Redirect URI (reply URL) restrictions and limitations").
func redirectRegistered(registered []string, got, login string) bool {
	u, err := url.Parse(got)
	if err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(got, "#") {
		return false
	}
	for _, r := range registered {
		if r == NativeClient {
			r = strings.Replace(r, "{login}", login, 1)
		}
		if got == r {
			return true
		}
		want, err := url.Parse(r)
		if err != nil || want.Scheme != "http" || want.Hostname() != "localhost" && want.Hostname() != "127.0.0.1" {
			continue
		}
		port, err := strconv.Atoi(u.Port())
		if err != nil || port < 1 || port > 65535 {
			continue
		}
		if strings.HasPrefix(got, "http://") && u.Hostname() == want.Hostname() && u.EscapedPath() == want.EscapedPath() {
			return true
		}
	}
	return false
}

// AddApp registers a program.
func (d *Directory) AddApp(a App) error {
	if err := a.check(); err != nil {
		return fmt.Errorf("add app: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.apps[key(a.ClientID)]; ok {
		return fmt.Errorf("add app %s: %w", a.ClientID, ErrTaken)
	}
	d.apps[key(a.ClientID)] = cloneApp(a)
	return nil
}

func (a App) check() error {
	if a.ClientID == "" {
		return errors.New("it needs a client id")
	}
	if a.SingleTenant && a.HomeTenant == "" {
		return errors.New("a single-tenant program needs a home tenant")
	}
	return nil
}

// App finds a program by client id, in any case.
func (d *Directory) App(clientID string) (App, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.apps[key(clientID)]
	return cloneApp(a), ok
}

// Apps returns all programs by name, then client id.
func (d *Directory) Apps() []App {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]App, 0, len(d.apps))
	for _, a := range d.apps {
		out = append(out, cloneApp(a))
	}
	slices.SortFunc(out, func(a, b App) int {
		return strings.Compare(a.Name+"\x00"+a.ClientID, b.Name+"\x00"+b.ClientID)
	})
	return out
}

// ChangeApp changes a registration. The client id stays.
func (d *Directory) ChangeApp(clientID string, change func(*App)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.apps[key(clientID)]
	if !ok {
		return fmt.Errorf("unknown app %q", clientID)
	}
	next := cloneApp(a)
	change(&next)
	next.ClientID = a.ClientID
	if err := next.check(); err != nil {
		return fmt.Errorf("change app: %w", err)
	}
	d.apps[key(clientID)] = cloneApp(next)
	return nil
}

func cloneApp(a App) App {
	a.RedirectURIs, a.WebURIs, a.SPAURIs = slices.Clone(a.RedirectURIs), slices.Clone(a.WebURIs), slices.Clone(a.SPAURIs)
	a.Scopes, a.AppRoles = slices.Clone(a.Scopes), slices.Clone(a.AppRoles)
	return a
}
