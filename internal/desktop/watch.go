package desktop

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Conditions is how the computer fares, as far as it tells. What it does not tell is false.
type Conditions struct {
	Battery bool // it runs on its battery
	Idle    bool // the session is locked, or nobody has used it for a while
	Offline bool // there is certainly no network
}

// Watcher hears of the computer's conditions. Its functions are called one at a time, from a goroutine of Watch, and must
// not block.
type Watcher struct {
	// Changed hears each change; first of all the conditions at the start, if they are not the zero ones.
	Changed func(Conditions)
	// Awake hears that the computer has slept and is awake again, or is on another network now.
	Awake func()
}

// lookEvery is how often the clock and the addresses are looked at where nothing tells of sleep and networks.
const lookEvery = 20 * time.Second

// jump is how much longer than it should a while has taken when the computer has slept meanwhile. A machine that is only
// busy is not late by so much.
const jump = 15 * time.Second

// Watch tells of the computer's conditions until ctx ends, and returns then. Every system is watched by its clock, which
// leaps when it sleeps, and by the addresses of its networks; Linux tells of its battery, of idleness and of sleep by
// D-Bus too, Windows and macOS are asked for battery and idleness now and then.
func Watch(ctx context.Context, w Watcher) {
	one := &watch{w: w}
	var wg sync.WaitGroup
	wg.Go(func() { one.clock(ctx, lookEvery, time.Now, addresses) })
	wg.Go(func() { one.system(ctx) })
	wg.Wait()
}

// watch merges what several sources tell.
type watch struct {
	w Watcher

	mu   sync.Mutex
	now  Conditions
	last time.Time // of Awake
}

func (o *watch) change(edit func(*Conditions)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	was := o.now
	edit(&o.now)
	if o.now != was && o.w.Changed != nil {
		o.w.Changed(o.now)
	}
}

// awake tells once of what several sources notice within a moment.
func (o *watch) awake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.last.IsZero() && time.Since(o.last) < time.Second {
		return
	}
	o.last = time.Now()
	if o.w.Awake != nil {
		o.w.Awake()
	}
}

// clock notices sleep and other networks on any system. now carries a monotonic reading; while the computer sleeps that
// one may stand still, so the wall clock is what counts.
func (o *watch) clock(ctx context.Context, every time.Duration, now func() time.Time, networks func() string) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	wall, nets := now().Round(0), networks()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		at, have := now().Round(0), networks()
		if slept := at.Sub(wall) > every+jump; slept || have != nets && have != "" {
			o.awake()
		}
		wall, nets = at, have
	}
}

// addresses names the addresses that reach beyond this computer, in order; "" when there is none or they are not told.
func addresses() string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	var out []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			out = append(out, a.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}
