package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver/desktop"
	tzlocal "github.com/thlib/go-timezone-local/tzlocal"

	"supercrm"
	"supercrm/assets"
	"supercrm/auth"
	"supercrm/crm"
	own "supercrm/internal/desktop"
	"supercrm/internal/session"
	"supercrm/internal/settings"
	"supercrm/internal/store"
	"supercrm/outlook/mirror"
	"supercrm/ui"
	"supercrm/ui/kit"
)

// run opens what the window needs, shows it until it is closed, and closes everything in the reverse order.
func run(ctx context.Context, o options) error {
	if err := own.DisplayProblem(); err != nil {
		return fmt.Errorf("%w ('go run ./cmd/dev demo' makes a tour without one)", err)
	}
	meta := supercrm.Metadata()
	application := sync.OnceValue(func() fyne.App { return newApp(meta) }) // early where the start fails, so that it can be told
	dir, remove, err := profile(o)
	if err != nil {
		return refuse(application(), nil, err, "")
	}
	log, logFile, err := own.OpenLog(dir, slog.LevelInfo)
	if err != nil {
		defer remove()
		return refuse(application(), nil, err, dir)
	}
	end := newEnding(log)
	defer end.run()
	end.add(remove)
	end.add(func() { logFile.Close() })
	ctx, cancel := context.WithCancel(ctx)
	end.add(cancel)
	crash := own.CrashFile(dir, meta.Version, time.Now)
	defer crash.Guard()

	var window *ui.App // set before anybody can ask for it, on the UI thread
	release, already, err := own.SingleInstance(ctx, dir, func() {
		fyne.Do(func() {
			if window != nil {
				window.Do(window.Raise)
			}
		})
	})
	switch {
	case errors.Is(err, own.ErrNotReachable):
		log.Warn("a later start cannot show this window", "error", err)
	case err != nil:
		return refuse(application(), log, err, dir)
	}
	if already {
		return nil // the one that runs has come to the front
	}
	end.add(release)

	a := application()
	db, err := openStore(ctx, a, log, filepath.Join(dir, own.DatabaseName))
	if err != nil {
		return err
	}
	end.add(func() {
		if err := db.Close(); err != nil {
			log.Error("close the file", "error", err)
		}
	})
	return serve(ctx, a, db, dir, o, log, crash, &window, end)
}

func newApp(meta supercrm.Details) fyne.App {
	app.SetMetadata(fyne.AppMetadata{ID: meta.ID, Name: meta.Name, Version: meta.Version, Build: meta.Build,
		Icon: fyne.NewStaticResource("icon.png", assets.AppIcon)})
	a := app.NewWithID(meta.ID)
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.AppIcon))
	a.Settings().SetTheme(kit.NewTheme(kit.ModeSystem))
	return a
}

func profile(o options) (dir string, remove func(), err error) {
	remove = func() {}
	given := o.profile
	if o.demo {
		if given, remove, err = demoProfile(o.profile); err != nil {
			return "", nil, err
		}
	}
	dir, err = own.ProfileDir(given)
	if err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}

// serve wires the parts to the open file and runs the window.
func serve(ctx context.Context, a fyne.App, db *store.DB, dir string, o options, log *slog.Logger, crash *own.Crash, window **ui.App, end *ending) error {
	values := settings.New(db)
	in, err := values.LoadSignIn(ctx)
	if err != nil {
		return refuse(a, log, db.Examine(err), dir)
	}
	where, _ := chosen(in).overridden(os.Getenv)
	var demo *demoTenant
	if o.demo {
		if demo, err = startDemo(ctx, log); err != nil {
			return err
		}
		end.add(demo.server.Close)
		where = demo.cloud()
	}

	records := crm.New(db, time.Now)
	if o.demo {
		if err := fillRecords(ctx, records); err != nil {
			return err
		}
	}
	zone, err := tzlocal.RuntimeTZ()
	if err != nil {
		log.Warn("the local time zone's name is not known; new events are anchored in UTC", "error", err)
		zone = "UTC"
	}
	m := mirror.New(mirror.Options{DB: db, Log: log, Zone: zone, UndoSend: 10 * time.Second})
	end.add(m.Close)
	if err := m.SweepFiles(ctx); err != nil {
		log.Error("left-over files not removed", "error", err)
	}
	mark, err := values.ApprovalState(ctx)
	if err != nil {
		return refuse(a, log, db.Examine(err), dir)
	}
	keeper := newAuth(where, nil, log, dir, mark)
	if o.demo && o.profile == "" {
		end.add(func() { forget(context.WithoutCancel(ctx), m, keeper, log) })
	}
	s := session.New(session.Options{Auth: keeper, Mirror: m, GraphURL: where.graphURL, Log: log})
	end.add(s.Close)
	w := &ways{Session: s, open: openBrowser, demo: o.demo,
		memory: func() *auth.Client {
			now := where
			if in, err := values.LoadSignIn(ctx); err == nil && !o.demo {
				now, _ = chosen(in).overridden(os.Getenv)
			}
			return newAuth(now, auth.NewMemoryKeychain(), log, "", mark)
		},
		advanced: &advanced{settings: values, use: s.UseCloud, log: log, lockDir: dir, mark: mark, demo: o.demo}}
	if demo != nil {
		w.hint = demo.hint()
	}
	deps := ui.Deps{
		Fyne: a, Log: log, Hub: db.Hub(), Mailbox: m, Timeline: m, Records: records, Sessions: w, Settings: values,
		Do: fyne.Do, Examine: db.Examine, Screen: workArea, TrayHost: own.TrayHost, SetTray: trayOf(a), Demo: o.demo, Quitting: end.expect,
		Panicked: func(what string, value any, _ []byte) {
			log.Error("a goroutine panicked", "what", what)
			if err := crash.Report(value); err != nil {
				log.Error("write the crash report", "error", err)
			}
		},
	}
	if !o.demo {
		deps.LastBackup = db.LastBackup
	}
	var walk *walker
	if o.tour != "" {
		if walk, err = newWalker(o.tour, demo, w); err != nil {
			return err
		}
	}
	win := ui.New(ctx, deps)
	*window = win
	end.add(win.Stop)
	a.Lifecycle().SetOnStopped(func() { log.Info("the window has closed") })
	watchStart(win)
	go func() { // ends with ctx, which ends with run
		<-ctx.Done()
		fyne.Do(func() {
			if !end.begun() { // else the loop is over, fyne.Do has called this on the wrong goroutine, and all is done
				win.Quit()
			}
		})
	}()
	if !o.demo {
		win.Go("backup", func(ctx context.Context) { backUpDaily(ctx, db, log) })
	}
	win.Go("watch the computer", func(ctx context.Context) {
		own.Watch(ctx, own.Watcher{Changed: func(c own.Conditions) { m.SetSystem(mirror.System(c)) }, Awake: m.Awake})
	})
	win.Go("resume", func(ctx context.Context) {
		if err := s.Resume(ctx); err != nil && !errors.Is(err, context.Canceled) {
			log.Error("resume accounts", "error", err)
		}
	})
	if walk != nil {
		end.failed = func() bool { return walk.err != nil }
		win.Go("tour", func(ctx context.Context) { walk.run(ctx, win) })
	}
	win.Run()
	if walk != nil {
		return walk.err
	}
	return nil
}

// trayOf is how the menu gets behind an icon in the tray, or nil where Fyne has none.
func trayOf(a fyne.App) func(*fyne.Menu) {
	d, ok := a.(desktop.App)
	if !ok {
		return nil
	}
	return func(m *fyne.Menu) { d.SetSystemTrayMenu(m) }
}
