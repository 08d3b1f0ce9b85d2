package main

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"supercrm/auth"
	"supercrm/internal/settings"
	"supercrm/ui/page"
	"supercrm/ui/welcome"
)

// advanced reads and changes where the program signs in, while it runs.
type advanced struct {
	settings *settings.Settings
	use      func(*auth.Client, string) // the next sign-ins'
	log      *slog.Logger
	lockDir  string
	mark     string // of approval links
	demo     bool
}

// Advanced implements welcome.Way.
func (a *advanced) Advanced(ctx context.Context) (welcome.Choices, error) {
	in, err := a.settings.LoadSignIn(ctx)
	if err != nil {
		return welcome.Choices{}, err
	}
	if a.demo {
		in.Fixed = page.T("Sample data always signs in to the simulated organization inside this program.")
	} else if _, which := chosen(in).overridden(os.Getenv); len(which) > 0 {
		in.Fixed = page.T("Set by the environment, which comes first: {{.Names}}.", map[string]any{"Names": strings.Join(which, ", ")})
	}
	return welcome.Choices(in), nil
}

// SetAdvanced implements welcome.Way.
func (a *advanced) SetAdvanced(ctx context.Context, made welcome.Choices) error {
	in := settings.SignIn(made)
	where, _ := chosen(in).overridden(os.Getenv)
	if !a.demo && (where.clientID != "" || in != settings.SignIn{DeviceCode: in.DeviceCode}) { // back to the defaults is always allowed
		if err := where.check(); err != nil {
			return err
		}
	}
	if err := a.settings.SaveSignIn(ctx, in); err != nil {
		return err
	}
	if !a.demo {
		a.use(newAuth(where, nil, a.log, a.lockDir, a.mark), where.graphURL)
	}
	return nil
}
