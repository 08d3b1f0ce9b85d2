package mirror

import (
	"context"
	"slices"
	"time"
)

// slowest bounds the time between polls of a mailbox that is online.
const slowest = 15 * time.Minute

// System is what the operating system says about when to be quick and when to be thrifty. What it does not tell is false.
type System struct {
	Battery bool // the computer runs on its battery
	Idle    bool // nobody has used the computer for a while
	Offline bool // there is certainly no network
}

// pace is what decides how often mailboxes are polled.
type pace struct {
	system System
	hidden bool
	view   []int64 // mail folders on the screen
}

// SetSystem tells how the computer fares. Polls become rarer on battery and while nobody is there, and stop without a
// network. It may be called from any goroutine, as the other methods about pace.
func (m *Mirror) SetSystem(s System) { m.changePace(func(p *pace) { p.system = s }) }

// SetHidden tells whether the window is out of sight. Then polls are rarer.
func (m *Mirror) SetHidden(hidden bool) { m.changePace(func(p *pace) { p.hidden = hidden }) }

// InView tells which mail folders are on the screen, by their rows: each poll asks about them.
func (m *Mirror) InView(folders ...int64) {
	m.mu.Lock()
	fresh := slices.ContainsFunc(folders, func(id int64) bool { return !slices.Contains(m.pace.view, id) })
	m.pace.view = slices.Clone(folders)
	all := m.all()
	m.mu.Unlock()
	if !fresh {
		return
	}
	for _, r := range all {
		poke(r.lookWake)
	}
}

// Awake tells that the computer has slept, or that its network is another one: connections may be dead, and everything is
// looked at at once.
func (m *Mirror) Awake() {
	m.mu.Lock()
	all := m.all()
	m.mu.Unlock()
	for _, r := range all {
		r.client.Reconnect()
		r.anew()
		r.retryOffline.Store(true)
		r.wakeSync()
		r.wakeOutbox()
	}
}

func (m *Mirror) changePace(change func(*pace)) {
	m.mu.Lock()
	was := m.pace.system.Offline
	change(&m.pace)
	online := was && !m.pace.system.Offline
	all := m.all()
	m.mu.Unlock()
	for _, r := range all {
		if online {
			r.retryOffline.Store(true)
			r.wakeSync()
			r.wakeOutbox()
		}
		poke(r.paceWake)
	}
}

// all lists the runners. The caller holds the lock.
func (m *Mirror) all() []*runner {
	out := make([]*runner, 0, len(m.runners))
	for _, r := range m.runners {
		out = append(out, r)
	}
	return out
}

func (r *runner) inView(folder int64) bool {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return slices.Contains(r.m.pace.view, folder)
}

// interval is the time between polls as things are; 0 when there are none.
func (m *Mirror) interval() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pace.interval(m.poll)
}

func (p *pace) interval(base time.Duration) time.Duration {
	if p.system.Offline {
		return 0
	}
	d := base
	switch {
	case p.hidden:
		d *= 5
	case p.system.Idle:
		d *= 3
	}
	if p.system.Battery {
		d *= 2
	}
	return max(base, min(d, slowest))
}

// glance is how old a poll may be when a folder comes on the screen.
const glance = 10 * time.Second

// untilDue waits until the next round is due: after an interval, which may change meanwhile, or after failures with growing
// distance. It is cut short when the worker is woken.
func (r *runner) untilDue(ctx context.Context, failures int, network bool) {
	began := time.Now()
	backoff := time.Duration(0)
	if failures > 0 {
		backoff = r.backoff(failures)
	}
	for ctx.Err() == nil {
		d := r.m.interval()
		if failures > 0 && d > 0 {
			pause := backoff
			if network { // to be offline is no error, and its end should show soon
				pause = min(pause, d)
			}
			if d > r.m.poll { // nobody looks: the next poll is soon enough
				pause = max(pause, d)
			}
			d = pause
		}
		if d > 0 {
			if d -= time.Since(began); d <= 0 {
				return
			}
		}
		var after <-chan time.Time
		if d > 0 {
			t := time.NewTimer(d)
			defer t.Stop()
			after = t.C
		}
		select {
		case <-ctx.Done():
		case <-r.syncWake:
			return
		case <-after:
			return
		case <-r.lookWake:
			if failures == 0 && time.Since(began) >= min(glance, r.m.poll) {
				return
			}
		case <-r.paceWake: // with another interval
		}
	}
}
