package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"supercrm/auth"
	"supercrm/crm"
	"supercrm/devtenant"
	"supercrm/outlook/mirror"
	"supercrm/ui/page"
)

// demoTenant is the simulated tenant inside this process, with the account to sign in with.
type demoTenant struct {
	server        *devtenant.Server
	upn, password string
}

func startDemo(ctx context.Context, log *slog.Logger) (*demoTenant, error) {
	server, err := devtenant.Start(ctx, devtenant.Options{Seed: "demo", Log: log})
	if err != nil {
		return nil, fmt.Errorf("start the simulated tenant: %w", err)
	}
	user := server.Tenants[0].Users[0]
	return &demoTenant{server, user.UPN, user.Password}, nil
}

func (d *demoTenant) cloud() cloud {
	return cloud{clientID: d.server.ClientID, loginURL: d.server.LoginURL, graphURL: d.server.GraphURL}
}

// demoProfile is a folder that is gone when the demo ends: the simulated tenant forgets everything with the process, and
// a file that remembers would contradict it at the next start.
func demoProfile(given string) (dir string, remove func(), err error) {
	if given != "" {
		return given, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "supercrm-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

// fillRecords gives the demo's CRM its customers.
func fillRecords(ctx context.Context, records *crm.CRM) error {
	if err := records.ImportDemo(ctx); err != nil {
		return fmt.Errorf("fill the sample records: %w", err)
	}
	return nil
}

// forget removes the demo's tokens from the keychain: they are of no use to the next demo.
func forget(ctx context.Context, m *mirror.Mirror, keeper *auth.Client, log *slog.Logger) {
	accounts, err := m.Accounts(ctx)
	if err != nil {
		log.Warn("forget the demo's tokens", "error", err)
		return
	}
	for _, a := range accounts {
		if err := keeper.SignOut(ctx, a.Key); err != nil {
			log.Warn("forget the demo's token", "error", err)
		}
	}
}

// hint tells the visitor of the demo how to sign in.
func (d *demoTenant) hint() string {
	return page.T("Sample data: sign in as {{.UPN}} with the password {{.Password}}. Nothing leaves this computer.",
		map[string]any{"UPN": d.upn, "Password": d.password})
}
